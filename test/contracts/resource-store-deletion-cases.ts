// Contract cases: deletion, finalizers and preconditions.
import { expect } from "vitest";
import { refusal, refusalCode, type ContractCase } from "./resource-store-fixtures.ts";

const FINALIZERS = "Finalizers";
const GARBAGE = "Garbage Collection, Cascading deletion";

export function deletionCases(contractCase: ContractCase): void {
  contractCase(
    "a deleted object is gone, and its name has a new uid when created again",
    "Object UIDs",
    async (context) => {
      const { store, kind, make, key } = context;
      const first = await store.create(kind, make("a"));

      await store.delete(kind, key("a"));

      expect(await store.get(kind, key("a"))).toBeUndefined();
      const second = await store.create(kind, make("a"));
      expect(second.metadata.uid).not.toBe(first.metadata.uid);
    },
  );

  contractCase("finalizers hold a deleted object until the last one is removed", FINALIZERS, async (context) => {
    const { store, kind, make, key } = context;
    const created = await store.create(kind, make("a", { finalizers: ["example.com/one", "example.com/two"] }));
    expect(created.metadata.deletionTimestamp).toBeUndefined();

    await store.delete(kind, key("a"));
    const marked = await store.get(kind, key("a"));
    expect(marked?.metadata.deletionTimestamp).toMatch(/^\d{4}-.*Z$/);
    await store.delete(kind, key("a"));
    expect(await store.get(kind, key("a"))).toEqual(marked);

    const one = make("a", { finalizers: ["example.com/two"] });
    const half = await store.update(kind, one);
    expect(half.metadata.deletionTimestamp).toBe(marked?.metadata.deletionTimestamp);
    await store.update(kind, make("a"));
    expect(await store.get(kind, key("a"))).toBeUndefined();
  });

  contractCase("an object that is being deleted takes no new finalizer", FINALIZERS, async (context) => {
    const { store, kind, make, key } = context;
    await store.create(kind, make("a", { finalizers: ["example.com/one"] }));
    await store.delete(kind, key("a"));

    const more = make("a", { finalizers: ["example.com/one", "example.com/late"] });
    const error = await refusal(store.update(kind, more));

    expect(["Invalid", "Forbidden"]).toContain(error.code);
    expect((await store.get(kind, key("a")))?.metadata.finalizers).toEqual(["example.com/one"]);
    await store.update(kind, make("a"));
  });

  contractCase("marking an object as deleted raises its generation", "API conventions, Metadata", async (context) => {
    const { store, kind, make, key } = context;
    await store.create(kind, make("a", { finalizers: ["example.com/one"] }));

    await store.delete(kind, key("a"));

    const generation = (await store.get(kind, key("a")))?.metadata.generation;
    expect(generation).toBe(kind.generation === "spec" ? 2 : undefined);
    await store.update(kind, make("a"));
  });

  contractCase("nobody but the server sets deletionTimestamp", "API conventions, Metadata", async (context) => {
    const { store, kind, make, key } = context;
    const deletionTimestamp = "2020-01-01T00:00:00Z";

    const created = await store.create(kind, make("a", { deletionTimestamp }));
    const update = store.update(kind, make("a", { deletionTimestamp }, 2));

    expect(await refusalCode(update)).toBe("Invalid");
    expect(created.metadata.deletionTimestamp).toBeUndefined();
    expect((await store.get(kind, key("a")))?.metadata.deletionTimestamp).toBeUndefined();
  });

  contractCase("preconditions that do not hold are a Conflict", "API concepts, Preconditions", async (context) => {
    const { store, kind, make, key } = context;
    const { metadata } = await store.create(kind, make("a"));
    const { uid = "", resourceVersion = "" } = metadata;
    const otherUid = { uid: "00000000-0000-4000-8000-000000000000" };

    expect(await refusalCode(store.delete(kind, key("a"), { preconditions: otherUid }))).toBe("Conflict");
    const changed = await store.update(kind, make("a", {}, 2));
    expect(await refusalCode(store.delete(kind, key("a"), { preconditions: { uid, resourceVersion } }))).toBe(
      "Conflict",
    );
    expect(await store.get(kind, key("a"))).toEqual(changed);

    const newest = { uid, resourceVersion: changed.metadata.resourceVersion ?? "" };
    await store.delete(kind, key("a"), { preconditions: newest });
    expect(await store.get(kind, key("a"))).toBeUndefined();
  });

  contractCase(
    "foreground and orphan deletion wait for the garbage collector by a finalizer",
    GARBAGE,
    async (context) => {
      const { store, kind, make, key } = context;
      const dependent = {
        apiVersion: "v1",
        kind: "ConfigMap",
        name: "kept",
        uid: "00000000-0000-4000-8000-000000000001",
      };
      const held = { finalizers: ["example.com/hold"] };
      const policies = { Foreground: "foregroundDeletion", Orphan: "orphan" } as const;

      for (const [propagationPolicy, finalizer] of Object.entries(policies) as ["Foreground" | "Orphan", string][]) {
        const name = propagationPolicy.toLowerCase();
        await store.create(kind, make(name, { ...held, ownerReferences: [dependent] }));
        await store.delete(kind, key(name), { propagationPolicy });
        const marked = await store.get(kind, key(name));
        const finalizers = marked?.metadata.finalizers ?? [];
        expect(finalizers).toContain("example.com/hold");
        // A garbage collector at work may have done its part already.
        if (!context.collectsGarbage) expect(finalizers).toContain(finalizer);
        expect(marked?.metadata.deletionTimestamp).toBeDefined();
        await store.update(kind, make(name));
        expect(await store.get(kind, key(name))).toBeUndefined();
      }
    },
  );
}

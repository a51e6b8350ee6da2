// Contract cases: creating and replacing objects.
import { expect } from "vitest";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import type { KubernetesObject } from "../../src/resources/object-meta.ts";
import { hasCode } from "../../src/platform/errors.ts";
import {
  refusal,
  refusalCode,
  withContent,
  type AnyObject,
  type CaseContext,
  type ContractCase,
} from "./resource-store-fixtures.ts";

const CONVENTIONS = "API conventions, Metadata";
const NAMES = "Object Names and IDs";
const CONCURRENCY = "API conventions, Concurrency Control and Consistency";
const STATUS = "Custom resources, Status subresource";

const ROLES = "rbac.authorization.k8s.io";

export function identityCases(contractCase: ContractCase): void {
  contractCase("a created object has uid, resourceVersion and creationTimestamp", CONVENTIONS, async (context) => {
    const { store, kind, make, key } = context;

    const created = await store.create(kind, make("a"));

    expect(created.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(created.metadata.resourceVersion).toMatch(/^\S+$/);
    expect(created.metadata.creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(await store.get(kind, key("a"))).toEqual(created);
  });

  contractCase("a taken name is AlreadyExists, and the stored object stays", NAMES, async (context) => {
    const { store, kind, make, key } = context;
    const first = await store.create(kind, make("a"));

    expect(await refusalCode(store.create(kind, make("a", {}, 2)))).toBe("AlreadyExists");

    expect(await store.get(kind, key("a"))).toEqual(first);
  });

  contractCase("of many that create one name at once, one wins", NAMES, async (context) => {
    const { store, kind, make } = context;

    const attempts = await Promise.allSettled(Array.from({ length: 10 }, () => store.create(kind, make("a"))));

    expect(attempts.filter((attempt) => attempt.status === "fulfilled")).toHaveLength(1);
    const failed = attempts.filter((attempt) => attempt.status === "rejected");
    expect(failed.every((attempt) => hasCode(attempt.reason, "AlreadyExists"))).toBe(true);
  });

  contractCase("what is missing is undefined to get and NotFound to writes", "API concepts", async (context) => {
    const { store, kind, make, key } = context;

    expect(await store.get(kind, key("none"))).toBeUndefined();
    // A cluster makes a role that is missing when it is updated.
    if (kind.group !== ROLES) expect(await refusalCode(store.update(kind, make("none")))).toBe("NotFound");
    expect(await refusalCode(store.delete(kind, key("none")))).toBe("NotFound");
    expect(await refusalCode(store.updateStatus(kind, make("none")))).toBe("NotFound");
  });

  contractCase("generateName gets five characters appended", `${NAMES}, generateName`, async (context) => {
    const { store, kind, make, id } = context;
    const nameless = make("", { name: "", generateName: `${id}-` });

    const created = await Promise.all(Array.from({ length: 5 }, () => store.create(kind, nameless)));

    const names = created.map((object) => object.metadata.name);
    expect(new Set(names).size).toBe(5);
    for (const name of names) expect(name).toMatch(new RegExp(`^${id}-[a-z0-9]{5}$`));
    expect(created[0]?.metadata.generateName).toBe(`${id}-`);
  });

  contractCase("an illegal name is Invalid at metadata.name", NAMES, async (context) => {
    const { store, kind, make } = context;

    // Names of roles need only be segments of a path.
    const others = kind.group === ROLES ? [] : ["Upper", "with_underscore", "-dash", "dash-", "a".repeat(254)];
    for (const name of ["a/b", ...others]) {
      const error = await refusal(store.create(kind, make("", { name })));
      expect([name, error.code, error.causes.map((cause) => cause.field)]).toEqual([
        name,
        "Invalid",
        ["metadata.name"],
      ]);
    }
  });

  contractCase("illegal labels are Invalid with their path", "Labels and Selectors, Syntax", async (context) => {
    const { store, kind, make } = context;

    const error = await refusal(store.create(kind, make("a", { labels: { tier: "not a label" } })));

    expect(error.code).toBe("Invalid");
    expect(error.causes[0]?.field).toMatch(/^metadata\.labels/);
  });

  contractCase("uid and creationTimestamp cannot be changed", CONVENTIONS, async (context) => {
    const { store, kind, make, key } = context;
    const created = await store.create(kind, make("a"));
    const { metadata } = created;
    const otherUid = { ...metadata, uid: "00000000-0000-4000-8000-000000000000" };
    const otherTime = { ...metadata, creationTimestamp: "2001-01-01T00:00:00Z" };

    expect(["Conflict", "Invalid"]).toContain(
      await refusalCode(store.update(kind, { ...created, metadata: otherUid })),
    );
    // The API server puts the stored time in its place for some kinds and refuses the write for others.
    await store.update(kind, { ...created, metadata: otherTime }).catch(() => undefined);

    expect((await store.get(kind, key("a")))?.metadata.creationTimestamp).toBe(metadata.creationTimestamp);
    expect((await store.get(kind, key("a")))?.metadata.uid).toBe(metadata.uid);
  });

  contractCase(
    "owner references, annotations and finalizers are kept as given",
    "Owners and Dependents",
    async (context) => {
      const { store, kind, make, key } = context;
      const owner = await store.create(kind, make("owner"));
      const { apiVersion, kind: ownerKind } = owner;
      const { name, uid = "" } = owner.metadata;
      const reference = { apiVersion, kind: ownerKind, name, uid, controller: true, blockOwnerDeletion: true };
      const metadata = { ownerReferences: [reference], annotations: { "example.com/note": 'as given: "ü"' } };

      await store.create(kind, make("dependent", metadata));

      const stored = await store.get(kind, key("dependent"));
      expect(stored?.metadata.ownerReferences).toEqual([reference]);
      expect(stored?.metadata.annotations).toEqual(metadata.annotations);
    },
  );

  contractCase("a caller's own copy is not the stored object", "API concepts", async (context) => {
    const { store, kind, make, key } = context;
    const created = await store.create(kind, make("a"));

    (created.metadata.labels as Record<string, string>)["changed"] = "here";

    expect((await store.get(kind, key("a")))?.metadata.labels).not.toHaveProperty("changed");
  });
}

export function plainWriteCases(contractCase: ContractCase): void {
  contractCase(
    "an update replaces content and metadata, and raises the resourceVersion",
    CONVENTIONS,
    async (context) => {
      const { store, kind, make, key } = context;
      const created = await store.create(kind, make("a", { labels: { old: "yes" } }));
      const labels = { case: context.id, ...context.class.labels };
      const next = {
        ...withContent(context, created, 2),
        metadata: { ...created.metadata, labels },
      };

      const updated = await store.update(kind, next);

      expect(updated).toMatchObject(context.class.content(2));
      expect(updated.metadata.labels).toEqual(labels);
      expect(updated.metadata.uid).toBe(created.metadata.uid);
      expect(updated.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
      expect(await store.get(kind, key("a"))).toEqual(updated);
    },
  );

  contractCase("an update that changes nothing keeps the resourceVersion", CONCURRENCY, async (context) => {
    const { store, kind, make } = context;
    const created = await store.create(kind, make("a"));

    expect(await store.update(kind, created)).toEqual(created);
  });

  contractCase("the generation rises with the content only", CONVENTIONS, async (context) => {
    const { store, kind, make } = context;
    const created = await store.create(kind, make("a"));
    const { metadata } = created;
    const labelled = await store.update(kind, { ...created, metadata: { ...metadata, annotations: { a: "b" } } });
    const changed = await store.update(kind, withContent(context, labelled, 2));

    const generations = [created, labelled, changed].map((object) => object.metadata.generation);
    expect(generations).toEqual(kind.generation === "spec" ? [1, 1, 2] : [undefined, undefined, undefined]);
  });

  contractCase(
    "status is written apart where it is a subresource, and with the object elsewhere",
    STATUS,
    async (context) => {
      const { store, kind, make, key } = context;
      const status = { phase: "Active", message: "first" };
      const created = await store.create(kind, { ...make("a"), status });

      if (!kind.statusSubresource) {
        expect(await refusalCode(store.updateStatus(kind, created))).toBe("NotFound");
        if (kind.generation === "none") return;
        expect(created.status).toEqual(status);
        const again = await store.update(kind, { ...created, status: { phase: "Failed" } });
        expect([again.status, again.metadata.generation]).toEqual([{ phase: "Failed" }, 2]);
        return;
      }
      expect(created.status?.["message"]).toBeUndefined();
      const ignored = await store.update(kind, { ...created, status });
      expect(ignored).toEqual(created);

      const labels = { ...created.metadata.labels, ignored: "yes" };
      const other = { ...withContent(context, created, 9), metadata: { ...created.metadata, labels }, status };
      const written = await store.updateStatus(kind, other);

      expect(written.status).toEqual(status);
      expect(written.spec).toEqual(created.spec);
      expect(written.metadata.labels).toEqual(created.metadata.labels);
      expect(written.metadata.generation).toBe(created.metadata.generation);
      expect(written.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
      expect(await store.get(kind, key("a"))).toEqual(written);
      const kept = await store.update(kind, withContent(context, written, 2));
      expect(kept.status).toEqual(status);
    },
  );
}

export function conditionalWriteCases(contractCase: ContractCase): void {
  contractCase(
    "a write with an old resourceVersion is a Conflict and changes nothing",
    CONCURRENCY,
    async (context) => {
      const { store, kind, make, key } = context;
      const created = await store.create(kind, make("a"));
      const updated = await store.update(kind, withContent(context, created, 2));

      expect(await refusalCode(store.update(kind, withContent(context, created, 3)))).toBe("Conflict");
      if (kind.statusSubresource) {
        const stale = { ...created, status: { phase: "Active" } };
        expect(await refusalCode(store.updateStatus(kind, stale))).toBe("Conflict");
      }

      expect(await store.get(kind, key("a"))).toEqual(updated);
    },
  );

  contractCase("a write without resourceVersion is unconditional", CONCURRENCY, async (context) => {
    const { store, kind, make } = context;
    const created = await store.create(kind, make("a"));
    await store.update(kind, withContent(context, created, 2));

    const written = await store.update(kind, make("a", {}, 3));

    expect(written).toMatchObject(context.class.content(3));
    expect(written.metadata.uid).toBe(created.metadata.uid);
  });

  contractCase("of many writers of one version, exactly one wins", CONCURRENCY, async (context) => {
    const { store, kind, make } = context;
    let version = await store.create(kind, make("a"));

    for (let round = 0; round < 3; round += 1) {
      const contents = Array.from({ length: 8 }, (_, index) => 10 + round * 8 + index);
      const attempts = await Promise.allSettled(
        contents.map((number) => store.update(kind, withContent(context, version, number))),
      );
      const won = attempts.filter((attempt) => attempt.status === "fulfilled");
      const lost = attempts.filter((attempt) => attempt.status === "rejected");
      expect(won).toHaveLength(1);
      expect(lost.every((attempt) => hasCode(attempt.reason, "Conflict"))).toBe(true);
      version = won[0]?.value ?? version;
    }
  });

  contractCase("writers that read again after a Conflict lose no change", CONCURRENCY, async (context) => {
    const { store, kind, make, key } = context;
    await store.create(kind, make("a"));

    await Promise.all(Array.from({ length: 6 }, (_, index) => addAnnotation(store, context, `writer-${index}`)));

    const annotations = (await store.get(kind, key("a")))?.metadata.annotations ?? {};
    expect(Object.keys(annotations).sort()).toEqual(Array.from({ length: 6 }, (_, index) => `writer-${index}`));
  });
}

async function addAnnotation(store: ResourceStore, context: CaseContext, name: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const found = await store.get<AnyObject & KubernetesObject>(context.kind, context.key("a"));
    if (found === undefined) throw new Error("the object is gone");
    const metadata = { ...found.metadata, annotations: { ...found.metadata.annotations, [name]: "done" } };
    try {
      await store.update(context.kind, { ...found, metadata });
      return;
    } catch (error) {
      if (!hasCode(error, "Conflict")) throw error;
    }
  }
  throw new Error("the writer never won");
}

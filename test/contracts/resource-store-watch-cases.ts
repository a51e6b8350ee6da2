// Contract cases: watches.
import { expect } from "vitest";
import { refusalCode, withContent, type CaseContext, type ContractCase } from "./resource-store-fixtures.ts";

const WATCH = "API concepts, Efficient detection of changes";
const BOOKMARKS = "API concepts, Watch bookmarks";
const GONE = "API concepts, 410 Gone responses";

/** A server may send one only shortly before it ends the watch. */
const BOOKMARK_MS_MAX = 30_000;

export function watchCases(contractCase: ContractCase): void {
  contractCase("a watch from a list's version shows every later change, in order", WATCH, async (context) => {
    const { store, kind, make, key } = context;
    await store.create(kind, make("before"));
    const { resourceVersion } = await store.list(kind);
    const watch = context.record({ resourceVersion });

    const created = await store.create(kind, make("a"));
    const updated = await store.update(kind, withContent(context, created, 2));
    await store.update(kind, updated);
    await store.delete(kind, key("a"));
    await store.create(kind, make("b"));
    await watch.waitForEvents(4);
    await watch.stop();

    expect(watch.summary).toEqual(["ADDED a", "MODIFIED a", "DELETED a", "ADDED b"]);
    expect(watch.events[0]?.object).toEqual(created);
    expect(watch.events[1]?.object).toEqual(updated);
    const deleted = watch.events[2]?.object;
    expect(deleted).toMatchObject(context.class.content(2));
    expect(deleted?.metadata.resourceVersion).not.toBe(updated.metadata.resourceVersion);
  });

  contractCase("a watch can be taken up again where another ended", WATCH, async (context) => {
    const { store, kind, make, key } = context;
    const { resourceVersion } = await store.list(kind);
    const first = context.record({ resourceVersion });
    await store.create(kind, make("a"));
    await first.waitForEvents(1);
    await first.stop();

    await store.create(kind, make("b"));
    await store.delete(kind, key("a"));
    const lastSeen = first.events[0]?.object.metadata.resourceVersion ?? "";
    const second = context.record({ resourceVersion: lastSeen });
    await second.waitForEvents(2);
    await second.stop();

    expect(second.summary).toEqual(["ADDED b", "DELETED a"]);
  });

  contractCase("a watch sees a mark of deletion and then the removal", "Finalizers", async (context) => {
    const { store, kind, make, key } = context;
    await store.create(kind, make("a", { finalizers: ["example.com/hold"] }));
    const { resourceVersion } = await store.list(kind);
    const watch = context.record({ resourceVersion });

    await store.delete(kind, key("a"));
    await store.update(kind, make("a"));
    await watch.waitUntil(() => watch.summary.includes("DELETED a"), "DELETED");
    await watch.stop();

    expect(watch.summary[0]).toBe("MODIFIED a");
    expect(watch.events[0]?.object.metadata.deletionTimestamp).toBeDefined();
  });

  contractCase("an object that begins to match is ADDED, one that stops is DELETED", WATCH, async (context) => {
    const { store, kind, make } = context;
    const { resourceVersion } = await store.list(kind);
    const watch = context.record({ resourceVersion, labelSelector: `case=${context.id},tier=front` });

    await store.create(kind, make("a", { labels: { tier: "back" } }));
    await store.update(kind, make("a", { labels: { tier: "front" } }));
    await store.update(kind, make("a", { labels: { tier: "front" } }, 2));
    const left = await store.update(kind, make("a", { labels: { tier: "back" } }, 2));
    await store.update(kind, make("a", { labels: { tier: "back" } }, 3));
    await store.create(kind, make("b", { labels: { tier: "front" } }));
    await watch.waitForEvents(4);
    await watch.stop();

    expect(watch.summary).toEqual(["ADDED a", "MODIFIED a", "DELETED a", "ADDED b"]);
    expect(watch.events[2]?.object.metadata.labels?.["tier"]).toBe("front");
    expect(watch.events[2]?.object.metadata.resourceVersion).toBe(left.metadata.resourceVersion);
  });

  contractCase("a watch of one name sees only its object", "Field Selectors", async (context) => {
    const { store, kind, make, key } = context;
    const { resourceVersion } = await store.list(kind);
    const watch = context.record({ resourceVersion, fieldSelector: `metadata.name=${key("b").name}` });

    for (const name of ["a", "b", "c"]) await store.create(kind, make(name));
    await store.delete(kind, key("a"));
    await store.delete(kind, key("b"));
    await watch.waitForEvents(2);
    await watch.stop();

    expect(watch.summary).toEqual(["ADDED b", "DELETED b"]);
  });

  contractCase("a watch of a namespace sees nothing of another", "Namespaces", async (context) => {
    const { store, kind, make, otherNamespace } = context;
    if (!kind.namespaced) return;
    const { resourceVersion } = await store.list(kind);
    const watch = context.record({ resourceVersion });

    await store.create(kind, make("there", { namespace: otherNamespace }));
    await store.create(kind, make("here"));
    await watch.waitForEvents(1);
    await watch.stop();

    expect(watch.summary).toEqual(["ADDED here"]);
  });

  contractCase("all watches see the writes of many writers in one order, each once", WATCH, async (context) => {
    const { store, kind, make } = context;
    const { resourceVersion } = await store.list(kind);
    const watches = [context.record({ resourceVersion }), context.record({ resourceVersion })];

    await Promise.all(Array.from({ length: 20 }, (_, index) => store.create(kind, make(`n${index}`))));
    for (const watch of watches) await watch.waitForEvents(20);
    for (const watch of watches) await watch.stop();

    const [one, two] = watches.map((watch) => watch.events.map((event) => event.object.metadata.resourceVersion));
    expect(one).toEqual(two);
    expect(new Set(one).size).toBe(20);
  });

  contractCase("a watch without events is told how far it has come", BOOKMARKS, async (context) => {
    const { store, kind, make } = context;
    const { resourceVersion } = await store.list(kind);
    const watch = context.record({ resourceVersion, labelSelector: "never=matches" });

    await changeOften(context, 120);
    await watch.waitUntil(() => watch.bookmarks.length > 0, "bookmark", BOOKMARK_MS_MAX);
    await watch.stop();
    const resumed = context.record({ resourceVersion: watch.bookmarks.at(-1) ?? "" });
    await store.create(kind, make("after"));
    await resumed.waitUntil(() => resumed.summary.includes("ADDED after"), "ADDED");
    await resumed.stop();
  });

  contractCase("a version older than the kept history is Expired", GONE, async (context) => {
    const { store, kind, make } = context;
    for (const name of ["a", "b"]) await store.create(kind, make(name));
    const { resourceVersion } = await store.list(kind);
    const page = await store.list(kind, { labelSelector: `case=${context.id}`, limit: 1 });

    if (context.versionsKept === undefined) {
      // What is older than the server's start is gone; what is newer goes with the compaction of etcd, minutes later.
      expect(await refusalCode(context.record({ resourceVersion: "1" }).ended())).toBe("Expired");
      return;
    }
    await changeOften(context, context.versionsKept + 10);

    expect(await refusalCode(context.record({ resourceVersion }).ended())).toBe("Expired");
    if (kind.confidential === true) return;
    expect(await refusalCode(store.list(kind, { limit: 1, continue: page.continue ?? "" }))).toBe("Expired");
  });

  contractCase("a watch ends when its signal aborts", WATCH, async (context) => {
    const { store, kind } = context;
    const { resourceVersion } = await store.list(kind);
    const watch = context.record({ resourceVersion });

    await watch.stop();

    expect(watch.hasEnded).toBe(true);
  });
}

/** Writes one object so often that the store moves on by so many versions. */
async function changeOften(context: CaseContext, count: number): Promise<void> {
  const { store, kind, make } = context;
  await store.create(kind, make("busy", {}, 1));
  const numbers = Array.from({ length: count }, (_, index) => index + 2);
  await Promise.all(numbers.map((number) => store.update(kind, make("busy", {}, number))));
}

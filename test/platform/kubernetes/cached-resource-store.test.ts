// The cache over a real store, with a counter of what still reaches it.
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { PlatformError } from "../../../src/platform/errors.ts";
import { openCachedStore, type CachedKind } from "../../../src/platform/kubernetes/cached-resource-store.ts";
import type { CacheLimits } from "../../../src/platform/kubernetes/cache/cache-limits.ts";
import type { ResourceStore, WatchEvent } from "../../../src/platform/resource-store.ts";
import { CONFIG_MAP, SECRET, type ConfigMap } from "../../../src/resources/core.ts";
import { REAL_CLOCK } from "../../support/real-clock.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

const NAMESPACE = "runs";

function configMap(name: string, value = "1", labels: Readonly<Record<string, string>> = {}): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: NAMESPACE, name, labels }, data: { value } };
}

/** Counts the calls that reach the server, and can end or fail its watches. */
class Server {
  readonly calls: string[] = [];
  readonly store: ResourceStore;
  /** Thrown by the next lists and watches. */
  failure: Error | undefined;
  /** While true, watches tell nothing. */
  #gate = Promise.resolve();
  #open: () => void = () => undefined;
  #watches = new Set<AbortController>();

  constructor(inner: ResourceStore) {
    const count = (call: string) => void this.calls.push(call);
    const refuse = () => {
      if (this.failure !== undefined) throw this.failure;
    };
    const cut = () => {
      const watch = new AbortController();
      this.#watches.add(watch);
      return watch.signal;
    };
    const gate = () => this.#gate;
    this.store = {
      get: (kind, key) => (count("get"), inner.get(kind, key)),
      list: async (kind, options) => {
        count("list");
        refuse();
        return await inner.list(kind, options);
      },
      async *watch(kind, options) {
        count("watch");
        refuse();
        const signal = AbortSignal.any([options.signal, cut()]);
        for await (const event of inner.watch(kind, { ...options, signal })) {
          await gate();
          refuse();
          yield event;
        }
      },
      create: (kind, object) => inner.create(kind, object),
      update: (kind, object) => inner.update(kind, object),
      updateStatus: (kind, object) => inner.updateStatus(kind, object),
      delete: (kind, key, options) => inner.delete(kind, key, options),
    };
  }

  holdWatches(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }

  letWatchesGo(): void {
    this.#open();
  }

  cutWatches(): void {
    for (const watch of this.#watches) watch.abort();
    this.#watches.clear();
  }
}

async function open(kinds: readonly CachedKind[] = [{ kind: CONFIG_MAP }], limits: Partial<CacheLimits> = {}) {
  const direct = await temporaryStore();
  await direct.create(CONFIG_MAP, configMap("before"));
  const server = new Server(direct);
  const stop = new AbortController();
  const log = new RecordingLog();
  const cache = openCachedStore({
    store: server.store,
    namespace: NAMESPACE,
    kinds,
    clock: REAL_CLOCK,
    log,
    signal: stop.signal,
    limits: { backoffFirstMs: 5, backoffMaxMs: 20, watchRestartMs: 5, ...limits },
    random: () => 0.5,
  });
  const end = async () => {
    server.letWatchesGo();
    stop.abort(new Error("the test has ended"));
    await cache.done;
  };
  onTestFinished(end);
  await cache.synced;
  return { direct, server, cache, store: cache.store, log, stop, end };
}

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + 5_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error("not in time");
    await new Promise((resolve) => void setTimeout(resolve, 2));
  }
}

function record(store: ResourceStore, place: { resourceVersion: string; labelSelector?: string }) {
  const stop = new AbortController();
  const events: WatchEvent<ConfigMap>[] = [];
  const done = (async () => {
    for await (const event of store.watch(CONFIG_MAP, { ...place, signal: stop.signal })) events.push(event);
  })();
  done.catch(() => undefined);
  onTestFinished(() => stop.abort());
  const summary = () =>
    events
      .filter(({ type }) => type !== "BOOKMARK")
      .map(({ type, object }) => `${type} ${object.metadata.name}=${object.data?.["value"]}`);
  return { events, done, summary, stop: () => stop.abort() };
}

const key = (name: string) => ({ namespace: NAMESPACE, name });
const valueOf = async (store: ResourceStore, name: string) => (await store.get(CONFIG_MAP, key(name)))?.data?.["value"];

describe("reads of a cached kind", () => {
  it("come from memory once it is synced, whoever has written", async () => {
    const { direct, server, store, cache } = await open();
    await direct.create(CONFIG_MAP, configMap("beside"));
    await until(async () => (await valueOf(store, "beside")) === "1");
    server.calls.length = 0;

    expect((await store.list(CONFIG_MAP)).items.map(({ metadata }) => metadata.name)).toEqual(["before", "beside"]);
    expect((await store.list(CONFIG_MAP, { limit: 1, fieldSelector: "metadata.name=beside" })).items).toHaveLength(1);
    expect(await valueOf(store, "nothing")).toBeUndefined();
    expect(server.calls).toEqual([]);
    expect(cache.statistics()).toEqual([{ resource: "configmaps", objects: 2, lists: 1, watches: 1 }]);
  });

  it("go to the server for other namespaces, other kinds, and for what a selector has left out", async () => {
    const { direct, server, store } = await open([{ kind: CONFIG_MAP, labelSelector: "of=us" }]);
    await direct.create(CONFIG_MAP, configMap("ours", "1", { of: "us" }));
    await until(async () => (await store.list(CONFIG_MAP, { labelSelector: "of=us" })).items.length === 1);
    server.calls.length = 0;

    expect(await valueOf(store, "ours")).toBe("1");
    expect((await store.list(CONFIG_MAP, { labelSelector: "of=us,also!=x" })).items).toHaveLength(1);
    expect(server.calls).toEqual([]);
    expect(await valueOf(store, "before")).toBe("1");
    expect((await store.list(CONFIG_MAP)).items).toHaveLength(2);
    expect(await store.get(CONFIG_MAP, { namespace: "elsewhere", name: "ours" })).toBeUndefined();
    expect((await store.list(SECRET)).items).toEqual([]);
    expect(server.calls).toEqual(["get", "list", "get", "list"]);
  });

  it("ask for what is not kept where somebody else may have been faster than the watch", async () => {
    const { direct, server, store } = await open([{ kind: CONFIG_MAP, asksForMissing: true }]);
    server.holdWatches();
    await direct.create(CONFIG_MAP, configMap("new"));
    server.calls.length = 0;

    expect(await valueOf(store, "new")).toBe("1");
    expect(await valueOf(store, "before")).toBe("1");
    expect(server.calls).toEqual(["get"]);
  });

  it("cannot change what others read", async () => {
    const { store } = await open();
    const found = (await store.get(CONFIG_MAP, key("before"))) as { data: Record<string, string> };

    expect(() => {
      found.data["value"] = "changed";
    }).toThrow();
  });

  it("wait for the first list, and fail when it never comes", async () => {
    const server = new Server(await temporaryStore());
    server.failure = new PlatformError({ code: "Unavailable", message: "away" });
    const stop = new AbortController();
    const log = new RecordingLog();
    const limits = { backoffFirstMs: 5, backoffMaxMs: 10 };
    const parts = { store: server.store, namespace: NAMESPACE, clock: REAL_CLOCK, log, limits };
    const cache = openCachedStore({ ...parts, kinds: [{ kind: CONFIG_MAP }], signal: stop.signal });
    const read = cache.store.get(CONFIG_MAP, key("any"));
    await until(() => server.calls.length > 3);

    stop.abort(new Error("enough"));

    await expect(read).rejects.toThrow("enough");
    await cache.done;
    expect(log.entries.filter(({ level }) => level === "warn")).toHaveLength(1);
  });
});

describe("an own write", () => {
  it("is read at once, and told once, when the server tells it", async () => {
    const { server, store } = await open();
    const { resourceVersion } = await store.list(CONFIG_MAP);
    const watch = record(store, { resourceVersion });
    server.holdWatches();

    const made = await store.create(CONFIG_MAP, configMap("mine"));
    const changed = await store.update(CONFIG_MAP, { ...made, data: { value: "2" } });
    (changed.data as Record<string, string>)["value"] = "a copy of its own";

    expect(await valueOf(store, "mine")).toBe("2");
    expect((await store.list(CONFIG_MAP)).items).toHaveLength(2);
    expect(watch.summary()).toEqual([]);
    server.letWatchesGo();
    await until(() => watch.events.length >= 2);
    expect(watch.summary()).toEqual(["ADDED mine=1", "MODIFIED mine=2"]);
    expect(await valueOf(store, "mine")).toBe("2");
  });

  it("that another has overwritten or removed meanwhile does not come back", async () => {
    const { direct, server, store } = await open();
    server.holdWatches();
    await store.create(CONFIG_MAP, configMap("mine"));
    await direct.update(CONFIG_MAP, configMap("mine", "theirs"));
    await direct.create(CONFIG_MAP, configMap("marker"));
    server.letWatchesGo();
    await until(async () => (await valueOf(store, "marker")) === "1");
    expect(await valueOf(store, "mine")).toBe("theirs");

    await direct.delete(CONFIG_MAP, key("mine"));
    await until(async () => (await valueOf(store, "mine")) === undefined);
  });
});

describe("a watch of a cached kind", () => {
  it("begins where it is told to, and shows what a broken watch has missed", async () => {
    const { direct, server, store } = await open();
    const { resourceVersion } = await store.list(CONFIG_MAP);
    await direct.create(CONFIG_MAP, configMap("a"));
    await until(async () => (await valueOf(store, "a")) === "1");
    const watch = record(store, { resourceVersion });
    await until(() => watch.events.length === 1);
    server.failure = new PlatformError({ code: "Expired", message: "too old" });
    server.cutWatches();
    await until(() => server.calls.filter((call) => call === "watch").length > 1);

    await direct.update(CONFIG_MAP, configMap("a", "2"));
    await direct.delete(CONFIG_MAP, key("before"));
    await direct.create(CONFIG_MAP, configMap("b"));
    server.failure = undefined;

    await until(() => watch.summary().length === 4);
    expect(watch.summary()[0]).toBe("ADDED a=1");
    expect(new Set(watch.summary().slice(1))).toEqual(new Set(["MODIFIED a=2", "ADDED b=1", "DELETED before=1"]));
  });

  it("goes on after one that ended quietly, without a list", async () => {
    const { direct, server, store, cache } = await open();
    server.cutWatches();
    await direct.create(CONFIG_MAP, configMap("later"));

    await until(async () => (await valueOf(store, "later")) === "1");
    expect(cache.statistics()[0]).toMatchObject({ lists: 1 });
  });

  it("sees through its selector what begins and what stops to match", async () => {
    const { direct, store } = await open();
    const { resourceVersion } = await store.list(CONFIG_MAP);
    const watch = record(store, { resourceVersion, labelSelector: "of=us" });

    await direct.update(CONFIG_MAP, configMap("before", "2", { of: "us" }));
    await direct.update(CONFIG_MAP, configMap("before", "3", { of: "us" }));
    await direct.update(CONFIG_MAP, configMap("before", "4"));
    await direct.delete(CONFIG_MAP, key("before"));
    await direct.create(CONFIG_MAP, configMap("end", "1", { of: "us" }));

    await until(() => watch.summary().length >= 4);
    expect(watch.summary()).toEqual(["ADDED before=2", "MODIFIED before=3", "DELETED before=3", "ADDED end=1"]);
  });

  it("is Expired where it begins before what is kept, or is too slow", async () => {
    const { direct, store } = await open([{ kind: CONFIG_MAP }], { changesKeptMax: 2, changesPendingMax: 3 });
    const { resourceVersion } = await store.list(CONFIG_MAP);
    const { signal } = new AbortController();
    const watched = store.watch(CONFIG_MAP, { resourceVersion, signal });
    const slow = watched[Symbol.asyncIterator]();
    const first = slow.next();
    for (let number = 2; number < 9; number += 1) await direct.update(CONFIG_MAP, configMap("before", String(number)));
    await until(async () => (await valueOf(store, "before")) === "8");
    await first;

    const late = record(store, { resourceVersion });
    await expect(late.done).rejects.toMatchObject({ code: "Expired" });
    const drained = (async () => {
      for (;;) await slow.next();
    })();
    await expect(drained).rejects.toMatchObject({ code: "Expired" });
  });
});

interface Step {
  readonly name: string;
  readonly by: string;
  readonly what: string;
  readonly value: number;
}

async function take(
  { name, by, what, value }: Step,
  { direct, server, store }: { direct: ResourceStore; server: Server; store: ResourceStore },
): Promise<void> {
  const writer = by === "us" ? store : direct;
  const present = (await direct.get(CONFIG_MAP, key(name))) !== undefined;
  if (what === "put" && present) await writer.update(CONFIG_MAP, configMap(name, String(value)));
  if (what === "put" && !present) await writer.create(CONFIG_MAP, configMap(name, String(value)));
  if (what === "delete" && present) await writer.delete(CONFIG_MAP, key(name));
  if (what === "expire") server.failure = new PlatformError({ code: "Expired", message: "too old" });
  if (what === "cut" || what === "expire") server.cutWatches();
  if (what === "expire") await new Promise((resolve) => void setTimeout(resolve, 3));
  server.failure = undefined;
}

describe("the cache", () => {
  it("is in the end what the server has, and so is what its watches have told, whoever writes what", async () => {
    const step = fc.record({
      name: fc.constantFrom("a", "b", "c"),
      by: fc.constantFrom("us", "them"),
      what: fc.constantFrom("put", "delete", "cut", "expire"),
      value: fc.nat(99),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const { direct, server, store, end } = await open();
        const { items, resourceVersion } = await store.list(CONFIG_MAP);
        const told = new Map(items.map((item) => [item.metadata.name, item.data?.["value"]]));
        const watch = record(store, { resourceVersion });
        for (const taken of steps) await take(taken, { direct, server, store });
        await direct.create(CONFIG_MAP, configMap("last"));
        await until(() => watch.summary().includes("ADDED last=1"));

        for (const { type, object } of watch.events) {
          if (type === "DELETED") told.delete(object.metadata.name);
          else if (type !== "BOOKMARK") told.set(object.metadata.name, object.data?.["value"]);
        }
        const real = (await direct.list(CONFIG_MAP)).items;
        expect((await store.list(CONFIG_MAP)).items).toEqual(real);
        expect(Object.fromEntries(told)).toEqual(
          Object.fromEntries(real.map((item) => [item.metadata.name, item.data?.["value"]])),
        );
        watch.stop();
        await end();
      }),
      { numRuns: 12 },
    );
  }, 120_000);
});

// The store of one machine: the contract, and what is particular to files, threads and processes.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  openSqliteResourceStore,
  type SqliteResourceStore,
} from "../../../src/platform/embedded/sqlite-resource-store.ts";
import { hasCode } from "../../../src/platform/errors.ts";
import { CONFIG_MAP, SECRET, type ConfigMap } from "../../../src/resources/core.ts";
import { KINDS } from "../../../src/resources/kinds.ts";
import { resourceStoreContract } from "../../contracts/resource-store.contract.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { temporaryDirectory, temporaryStore } from "../../support/temporary-store.ts";

const VERSIONS_KEPT = 150;
/** A watch is also served from the newest changes in memory, of which there may be more. */
const VERSIONS_UNTIL_EXPIRED = 250;

resourceStoreContract({
  name: "SQLite",
  versionsKept: VERSIONS_UNTIL_EXPIRED,
  createStore: async () => {
    const directory = await mkdtemp(join(tmpdir(), "runyard-store-"));
    const limits = { historyVersionsMax: VERSIONS_KEPT, secretHistoryVersionsMax: VERSIONS_KEPT };
    const clock = new ManualClock();
    const store = await openSqliteResourceStore({ directory, kinds: KINDS, clock, log: new RecordingLog(), limits });
    return {
      store,
      namespaces: ["alpha", "beta"],
      close: async () => {
        await store.close();
        await rm(directory, { recursive: true });
      },
    };
  },
});

function configMap(name: string, value = ""): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "alpha" }, data: { value } };
}

test("writes that are made at once share transactions", async () => {
  const store = await temporaryStore();

  await Promise.all(Array.from({ length: 100 }, (_, index) => store.create(CONFIG_MAP, configMap(`n${index}`))));

  expect(store.commitCount).toBeLessThan(10);
  expect((await store.list(CONFIG_MAP)).items).toHaveLength(100);
});

test("the event loop goes on while the writer commits", async () => {
  const store = await temporaryStore();
  let turns = 0;
  const counting = setInterval(() => (turns += 1), 1);

  for (let index = 0; index < 50; index += 1) await store.create(CONFIG_MAP, configMap(`n${index}`));

  clearInterval(counting);
  expect(turns).toBeGreaterThan(10);
});

test("an acknowledged write is seen by every later read, and by the watch before the next write", async () => {
  const store = await temporaryStore();
  const abort = new AbortController();
  const { resourceVersion } = await store.list(CONFIG_MAP);
  const events = store.watch(CONFIG_MAP, { resourceVersion, signal: abort.signal })[Symbol.asyncIterator]();

  for (let index = 0; index < 20; index += 1) {
    const created = await store.create(CONFIG_MAP, configMap(`n${index}`));
    expect(await store.get(CONFIG_MAP, { namespace: "alpha", name: `n${index}` })).toEqual(created);
    expect((await store.list(CONFIG_MAP)).items).toHaveLength(index + 1);
    expect((await events.next()).value?.object).toEqual(created);
  }
  abort.abort();
});

test("after a restart everything is there, and watches go on from their old versions", async () => {
  const directory = await temporaryDirectory();
  const open = (): Promise<SqliteResourceStore> =>
    openSqliteResourceStore({ directory, kinds: KINDS, clock: new ManualClock(), log: new RecordingLog() });
  const first = await open();
  const { resourceVersion } = await first.list(CONFIG_MAP);
  const created = await first.create(CONFIG_MAP, configMap("a"));
  const secret = await first.create(SECRET, { ...configMap("a", "c2VjcmV0"), kind: "Secret" });
  await first.close();

  const second = await temporaryStore(new ManualClock(), { directory });

  expect((await second.list(CONFIG_MAP)).items).toEqual([created]);
  expect((await second.list(SECRET)).items).toEqual([secret]);
  const abort = new AbortController();
  for await (const event of second.watch(CONFIG_MAP, { resourceVersion, signal: abort.signal })) {
    expect(event).toEqual({ type: "ADDED", object: created });
    break;
  }
  abort.abort();
});

test("a watch from a version that the store has not reached is Expired, as after a restored backup", async () => {
  const store = await temporaryStore();
  const { signal } = new AbortController();

  expect(() => store.watch(CONFIG_MAP, { resourceVersion: "999999", signal })).toThrow(/too old/);
  expect(() => store.watch(CONFIG_MAP, { resourceVersion: "nonsense", signal })).toThrow(/none of this store/);
});

test("closing commits what is queued, ends watches, and refuses what comes later", async () => {
  const store = await temporaryStore();
  const { resourceVersion } = await store.list(CONFIG_MAP);
  const events: string[] = [];
  const watching = (async () => {
    for await (const event of store.watch(CONFIG_MAP, { resourceVersion, signal: new AbortController().signal })) {
      events.push(event.object.metadata.name);
    }
  })();

  const queued = store.create(CONFIG_MAP, configMap("last"));
  const closing = store.close();

  expect((await queued).metadata.name).toBe("last");
  await closing;
  await watching;
  await expect(store.create(CONFIG_MAP, configMap("late"))).rejects.toMatchObject({ code: "Unavailable" });
});

test("more writes than the queue holds are refused, and the others are stored", async () => {
  const store = await temporaryStore(new ManualClock(), { limits: { writesQueuedMax: 10, writesPerCommitMax: 4 } });

  const attempts = await Promise.allSettled(
    Array.from({ length: 30 }, (_, index) => store.create(CONFIG_MAP, configMap(`n${index}`))),
  );

  const refused = attempts.filter((attempt) => attempt.status === "rejected");
  expect(refused.every((attempt) => hasCode(attempt.reason, "TooManyRequests"))).toBe(true);
  expect(refused).toHaveLength(20);
  expect((await store.list(CONFIG_MAP)).items).toHaveLength(10);
});

test("an object without usable metadata is refused, and the writes beside it are stored", async () => {
  const store = await temporaryStore();
  const broken = [
    { ...configMap("a"), metadata: "none" },
    { ...configMap("b"), metadata: { name: 7 } },
  ] as never[];

  const [one, two, three] = await Promise.allSettled([
    ...broken.map((object) => store.create(CONFIG_MAP, object)),
    store.create(CONFIG_MAP, configMap("c")),
  ]);

  expect([one, two].map((attempt) => attempt?.status === "rejected" && hasCode(attempt.reason, "Invalid"))).toEqual([
    true,
    true,
  ]);
  expect(three?.status).toBe("fulfilled");
});

test("a long list leaves the event loop free between its steps, and shows one state", async () => {
  const store = await temporaryStore();
  await Promise.all(Array.from({ length: 350 }, (_, index) => store.create(CONFIG_MAP, configMap(`n${index}`))));

  const listing = store.list(CONFIG_MAP);
  await Promise.all([
    store.create(CONFIG_MAP, configMap("z-new")),
    store.delete(CONFIG_MAP, { namespace: "alpha", name: "n99" }),
  ]);
  const { items } = await listing;

  expect(items).toHaveLength(350);
  expect((await store.list(CONFIG_MAP)).items).toHaveLength(350);
});

test("history bounded in bytes expires too", async () => {
  const store = await temporaryStore(new ManualClock(), { limits: { historyBytesMax: 50_000 } });
  await store.create(CONFIG_MAP, configMap("a"));
  const page = await store.list(CONFIG_MAP, { limit: 1 });
  await store.create(CONFIG_MAP, configMap("b"));
  const { continue: token } = await store.list(CONFIG_MAP, { limit: 1 });

  for (let index = 0; index < 10; index += 1) await store.update(CONFIG_MAP, configMap("a", `${index}`.repeat(20_000)));

  expect(page.continue).toBeUndefined();
  await expect(store.list(CONFIG_MAP, { limit: 1, continue: token ?? "" })).rejects.toMatchObject({ code: "Expired" });
});

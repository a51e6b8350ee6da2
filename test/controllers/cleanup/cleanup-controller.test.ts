import { expect, onTestFinished, test } from "vitest";
import { createCleanupController } from "../../../src/controllers/cleanup/cleanup-controller.ts";
import { runControllers } from "../../../src/controllers/loop/run-controllers.ts";
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import { SYSTEM_CLOCK } from "../../../src/platform/node/system-clock.ts";
import { CONFIG_MAP, SECRET, type ConfigMap } from "../../../src/resources/core.ts";
import { JOB, type Job } from "../../../src/resources/job.ts";
import { KINDS } from "../../../src/resources/kinds.ts";
import {
  ownerReferenceTo,
  type KubernetesObject,
  type ObjectMeta,
  type OwnerReference,
} from "../../../src/resources/object-meta.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

function configMap(name: string, owners: readonly OwnerReference[] = [], more: Partial<ObjectMeta> = {}): ConfigMap {
  const ownerReferences = owners.length === 0 ? {} : { ownerReferences: owners };
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "alpha", ...ownerReferences, ...more } };
}

function secretOf(owner: KubernetesObject, name: string): KubernetesObject {
  return { ...configMap(name, [ownerReferenceTo(owner)]), kind: "Secret" };
}

async function startCleanup(store: ResourceStore): Promise<RecordingLog> {
  const log = new RecordingLog();
  const abort = new AbortController();
  const controllers = [createCleanupController({ store, kinds: KINDS })];
  const running = runControllers({ controllers, store, clock: SYSTEM_CLOCK, log, signal: abort.signal });
  onTestFinished(async () => {
    abort.abort();
    await running;
    expect(log.entries).toEqual([]);
  });
  return log;
}

async function names(store: ResourceStore): Promise<readonly string[]> {
  const lists = [await store.list(CONFIG_MAP), await store.list(SECRET), await store.list(JOB)];
  return lists.flatMap((list) => list.items.map((item) => item.metadata.name));
}

async function untilNames(store: ResourceStore, expected: readonly string[]): Promise<void> {
  for (let turn = 0; turn < 1_000; turn += 1) {
    if (JSON.stringify(await names(store)) === JSON.stringify(expected)) return;
    await SYSTEM_CLOCK.sleep(2);
  }
  expect(await names(store)).toEqual(expected);
}

const key = (name: string): { namespace: string; name: string } => ({ namespace: "alpha", name });

test("what a deleted owner leaves behind goes, over several generations and kinds", async () => {
  const store = await temporaryStore();
  await startCleanup(store);
  const owner = await store.create(CONFIG_MAP, configMap("owner"));
  const child = await store.create(CONFIG_MAP, configMap("child", [ownerReferenceTo(owner)]));
  await store.create(SECRET, secretOf(child, "grandchild"));
  await store.create(CONFIG_MAP, configMap("stranger"));

  await store.delete(CONFIG_MAP, key("owner"));

  await untilNames(store, ["stranger"]);
});

test("what was orphaned while nobody looked is found at the start, also under an owner with a new uid", async () => {
  const store = await temporaryStore();
  const owner = await store.create(CONFIG_MAP, configMap("owner"));
  await store.create(CONFIG_MAP, configMap("of-former", [ownerReferenceTo(owner)]));
  await store.delete(CONFIG_MAP, key("owner"));
  const again = await store.create(CONFIG_MAP, configMap("owner"));
  await store.create(CONFIG_MAP, configMap("of-present", [ownerReferenceTo(again)]));

  await startCleanup(store);

  await untilNames(store, ["of-present", "owner"]);
});

test("dependents of a former owner go although its name is taken again at once", async () => {
  const store = await temporaryStore();
  await startCleanup(store);
  const owner = await store.create(CONFIG_MAP, configMap("owner"));
  await store.create(CONFIG_MAP, configMap("of-former", [ownerReferenceTo(owner)]));
  await untilNames(store, ["of-former", "owner"]);

  await Promise.all([store.delete(CONFIG_MAP, key("owner")), store.create(CONFIG_MAP, configMap("owner"))]);

  await untilNames(store, ["owner"]);
});

test("a dependent with another living owner stays, and loses only the reference to the one that is gone", async () => {
  const store = await temporaryStore();
  await startCleanup(store);
  const [one, two] = [
    await store.create(CONFIG_MAP, configMap("one")),
    await store.create(CONFIG_MAP, configMap("two")),
  ];
  const kept = ownerReferenceTo(two);
  await store.create(CONFIG_MAP, configMap("shared", [ownerReferenceTo(one), kept]));

  await store.delete(CONFIG_MAP, key("one"));

  for (let turn = 0; turn < 1_000; turn += 1) {
    const references = (await store.get(CONFIG_MAP, key("shared")))?.metadata.ownerReferences ?? [];
    if (references.length === 1) break;
    await SYSTEM_CLOCK.sleep(2);
  }
  expect((await store.get(CONFIG_MAP, key("shared")))?.metadata.ownerReferences).toEqual([kept]);
});

test("in the foreground the owner goes after the dependents that block it", async () => {
  const store = await temporaryStore();
  await startCleanup(store);
  const owner = await store.create(CONFIG_MAP, configMap("owner"));
  await store.create(CONFIG_MAP, configMap("held", [ownerReferenceTo(owner)], { finalizers: ["example.com/hold"] }));
  await store.create(CONFIG_MAP, configMap("quick", [ownerReferenceTo(owner)]));

  await store.delete(CONFIG_MAP, key("owner"), { propagationPolicy: "Foreground" });
  await untilNames(store, ["held", "owner"]);
  expect((await store.get(CONFIG_MAP, key("held")))?.metadata.deletionTimestamp).toBeDefined();

  await store.update(CONFIG_MAP, configMap("held", [ownerReferenceTo(owner)]));
  await untilNames(store, []);
});

test("orphaned dependents stay, without a reference to the owner", async () => {
  const store = await temporaryStore();
  await startCleanup(store);
  const owner = await store.create(CONFIG_MAP, configMap("owner"));
  await store.create(CONFIG_MAP, configMap("child", [ownerReferenceTo(owner)]));

  await store.delete(CONFIG_MAP, key("owner"), { propagationPolicy: "Orphan" });

  await untilNames(store, ["child"]);
  expect((await store.get(CONFIG_MAP, key("child")))?.metadata.ownerReferences).toBeUndefined();
});

test("owners of a kind that is not served here are taken for valid", async () => {
  const store = await temporaryStore();
  const owner: OwnerReference = { apiVersion: "apps/v1", kind: "Deployment", name: "x", uid: "uid-x" };
  const gone: OwnerReference = { apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "uid-gone" };
  await store.create(CONFIG_MAP, configMap("child", [owner]));
  await store.create(CONFIG_MAP, configMap("other", [gone]));

  await startCleanup(store);

  await untilNames(store, ["child"]);
});

test("a finished Job goes when its time is up, with what it owns", async () => {
  const store = await temporaryStore(SYSTEM_CLOCK);
  await startCleanup(store);
  const job: Job = {
    ...configMap("job"),
    apiVersion: "batch/v1",
    kind: "Job",
    spec: { ttlSecondsAfterFinished: 0, template: { spec: { containers: [] } } },
  };
  const created = await store.create(JOB, job);
  await store.create(CONFIG_MAP, configMap("child", [ownerReferenceTo(created)]));
  await SYSTEM_CLOCK.sleep(20);
  expect(await names(store)).toEqual(["child", "job"]);

  const lastTransitionTime = new Date().toISOString();
  const conditions = [{ type: "Complete", status: "True" as const, reason: "", message: "", lastTransitionTime }];
  await store.updateStatus(JOB, { ...created, status: { conditions } });

  await untilNames(store, []);
});

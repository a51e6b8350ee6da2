// The Job controller over a real store; the pods' ends are written by hand. With real pods: test/controllers/pod.
import { expect, it } from "vitest";
import { createJobController } from "../../../src/controllers/job/job-controller.ts";
import type { Outcome } from "../../../src/controllers/loop/controller.ts";
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import { JOB, type Job } from "../../../src/resources/job.ts";
import { POD, type Pod, type PodStatus } from "../../../src/resources/pod.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

const KEY = { namespace: "ns", name: "work" };
const START = Date.parse("2026-01-02T03:04:05Z");

interface World {
  readonly store: ResourceStore;
  pass(now?: number): Promise<Outcome>;
  pods(): Promise<readonly Pod[]>;
  end(pod: Pod | undefined, exitCode: number): Promise<void>;
  job(): Promise<Job | undefined>;
}

async function begin(spec: Partial<Job["spec"]> = {}): Promise<World> {
  const store = await temporaryStore();
  const controller = createJobController(store);
  const template = { spec: { restartPolicy: "Never" as const, containers: [{ name: "main", command: ["true"] }] } };
  await store.create(JOB, { apiVersion: "batch/v1", kind: "Job", metadata: KEY, spec: { template, ...spec } });
  return {
    store,
    pass: (now = START) => controller.reconcile(KEY, now),
    pods: async () => (await store.list(POD)).items,
    async end(pod, exitCode) {
      if (pod === undefined) throw new Error("there is no pod to end");
      const finishedAt = "2026-01-02T03:04:05Z";
      const state = { terminated: { exitCode, reason: "Error", finishedAt } };
      const main = { name: "main", ready: false, restartCount: 0, image: "", imageID: "", state };
      const status: PodStatus = { phase: exitCode === 0 ? "Succeeded" : "Failed", containerStatuses: [main] };
      await store.updateStatus(POD, { ...pod, status });
    },
    job: () => store.get(JOB, KEY),
  };
}

it("one pod is made, however often the pass is repeated", async () => {
  const world = await begin();

  for (let pass = 0; pass < 3; pass += 1) await world.pass();

  expect(await world.pods()).toHaveLength(1);
  expect((await world.job())?.status).toMatchObject({ active: 1, startTime: "2026-01-02T03:04:05Z" });
});

it("a pass that changes nothing writes nothing", async () => {
  const world = await begin();
  await world.pass();
  const before = await world.job();

  await world.pass(START + 60_000);

  expect(await world.job()).toEqual(before);
});

it("a pod that another made under the Job's name is not taken for its own", async () => {
  const world = await begin();
  await world.pass();
  const [own] = await world.pods();
  await world.store.create(POD, {
    ...own,
    metadata: { name: "stranger", namespace: "ns", labels: own?.metadata.labels ?? {} },
  } as Pod);

  await world.end(
    (await world.pods()).find((pod) => pod.metadata.name === "stranger"),
    0,
  );
  await world.pass();

  expect((await world.job())?.status?.succeeded).toBeUndefined();
});

it("a success ends the Job, and a finished Job makes no pod again", async () => {
  const world = await begin();
  await world.pass();
  const [pod] = await world.pods();
  await world.end(pod, 0);
  await world.pass();
  await world.store.delete(POD, { namespace: "ns", name: pod?.metadata.name ?? "" });

  expect(await world.pass()).toEqual({ kind: "settled" });

  expect(await world.pods()).toEqual([]);
  expect((await world.job())?.status).toMatchObject({ succeeded: 1, completionTime: "2026-01-02T03:04:05Z" });
});

it("a failure within the backoff limit is tried again, but not before its time", async () => {
  const world = await begin({ backoffLimit: 1 });
  await world.pass();
  await world.end((await world.pods())[0], 1);

  await world.pass(START);
  const outcome = await world.pass(START + 1_000);
  expect(await world.pods()).toHaveLength(1);
  expect(outcome).toEqual({ kind: "checkAgainAfter", ms: 9_000 });
  await world.pass(START + 10_000);

  expect(await world.pods()).toHaveLength(2);
  expect((await world.job())?.status).toMatchObject({ active: 1, failed: 1 });
});

it("a Job past its deadline has its pod deleted, and says so", async () => {
  const world = await begin({ activeDeadlineSeconds: 60 });
  await world.pass();

  await world.pass(START + 61_000);

  expect((await world.pods()).filter((pod) => pod.metadata.deletionTimestamp === undefined)).toEqual([]);
  expect((await world.job())?.status?.conditions?.map(({ reason }) => reason)).toContain("DeadlineExceeded");
});

it("a Job that is gone needs nothing", async () => {
  const world = await begin();
  await world.store.delete(JOB, KEY);

  expect(await world.pass()).toEqual({ kind: "settled" });
});

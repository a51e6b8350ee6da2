// Deleting a run or its workflow ends what it has started: with the real Job and cleanup controllers.
import { describe, expect, it, onTestFinished } from "vitest";
import { createCodeRunController } from "../../../src/controllers/agent-run/agent-run-controller.ts";
import { createCleanupController } from "../../../src/controllers/cleanup/cleanup-controller.ts";
import { createJobController } from "../../../src/controllers/job/job-controller.ts";
import { runControllers } from "../../../src/controllers/loop/run-controllers.ts";
import { SYSTEM_CLOCK } from "../../../src/platform/node/system-clock.ts";
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import { WORKFLOW } from "../../../src/resources/argo-kinds.ts";
import { CODE_RUN } from "../../../src/resources/code-run.ts";
import { CONFIG_MAP, LEASE } from "../../../src/resources/core.ts";
import { JOB } from "../../../src/resources/job.ts";
import { KINDS } from "../../../src/resources/kinds.ts";
import { EMPTY_LANE, writeLane } from "../../../src/resources/lane.ts";
import { ownerReferenceTo } from "../../../src/resources/object-meta.ts";
import { POD } from "../../../src/resources/pod.ts";
import type { Workflow } from "../../../src/resources/workflow.ts";
import { CONFIGURATION } from "../../support/admission-facts.ts";
import { waitUntil } from "../../support/lane-world.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { codeRun } from "../../support/runs.ts";
import { emptyLease, key, LANE, RecordingVerdictWriter } from "../../support/run-world.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

/** The controllers, with two runs of the same task at work; the first belongs to a workflow. */
async function atWork() {
  const store = await temporaryStore(SYSTEM_CLOCK);
  await store.create(LEASE, writeLane(emptyLease(LANE), { ...EMPTY_LANE, holder: "task-1-7-3", generation: 1 }));
  const abort = new AbortController();
  const verdicts = new RecordingVerdictWriter();
  const controllers = [
    createCodeRunController({ store, configuration: CONFIGURATION, verdicts, image: "runyard/agent:1" }),
    createJobController(store),
    createCleanupController({ store, kinds: KINDS }),
  ];
  const log = new RecordingLog();
  const running = runControllers({ controllers, store, clock: SYSTEM_CLOCK, log, signal: abort.signal });
  onTestFinished(async () => {
    abort.abort();
    await running;
  });
  const workflow: Workflow = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: key("task-1-7-3"),
    spec: {},
  };
  const owner = await store.create(WORKFLOW, workflow);
  const annotations = { "runyard.dev/lane": LANE, "runyard.dev/generation": "1" };
  const run = codeRun({ annotations });
  await store.create(CODE_RUN, { ...run, metadata: { ...run.metadata, ownerReferences: [ownerReferenceTo(owner)] } });
  await store.create(CODE_RUN, codeRun({ name: "by-hand" }));
  await waitUntil(async () => (await startedBy(store)).length === 6, "both runs have Job, ConfigMap and pod");
  return { store, run };
}

/** Names of Jobs, their pods and ConfigMaps. */
async function startedBy(store: ResourceStore): Promise<readonly string[]> {
  const lists = await Promise.all([store.list(JOB), store.list(CONFIG_MAP), store.list(POD)]);
  return lists.flatMap(({ items }) => items.map((item) => item.metadata.name));
}

async function onlyByHandIsLeft(store: ResourceStore): Promise<boolean> {
  const names = await startedBy(store);
  return names.length === 3 && names.every((name) => name.startsWith("code-runyard-by-hand-"));
}

describe("what a run has started", () => {
  it("A.6 ends with it, and nothing of another run of the same service does", async () => {
    const { store, run } = await atWork();

    await store.delete(CODE_RUN, key(run.metadata.name));

    await waitUntil(() => onlyByHandIsLeft(store), "its Job, pod and ConfigMap are gone");
    expect(await onlyByHandIsLeft(store)).toBe(true);
  });

  it("ends with the workflow", async () => {
    const { store, run } = await atWork();

    await store.delete(WORKFLOW, key("task-1-7-3"));

    await waitUntil(() => onlyByHandIsLeft(store), "its Job, pod and ConfigMap are gone");
    expect(await store.get(CODE_RUN, key(run.metadata.name))).toBeUndefined();
  });

  it("ends when its workflow ends without it, as one does that a person stops", async () => {
    const { store, run } = await atWork();
    const workflow = await store.get(WORKFLOW, key("task-1-7-3"));
    if (workflow !== undefined) await store.update(WORKFLOW, { ...workflow, status: { phase: "Failed" } });

    await waitUntil(async () => (await store.list(POD)).items.length === 1, "its pod is gone");
    await waitUntil(
      async () => (await store.get(CODE_RUN, key(run.metadata.name)))?.status?.phase === "Failed",
      "the run says so",
    );

    expect((await store.get(CODE_RUN, key(run.metadata.name)))?.status).toMatchObject({
      phase: "Failed",
      conditions: [{ type: "Complete", reason: "WorkflowEnded" }, { type: "DockerEnabled" }],
    });
  });

  it("ends when its lane goes on: the Lease alone wakes it", async () => {
    const { store, run } = await atWork();
    const lease = await store.get(LEASE, key(LANE));
    await store.update(LEASE, writeLane(lease ?? emptyLease(LANE), { ...EMPTY_LANE, holder: "b", generation: 2 }));

    await waitUntil(
      async () => (await store.get(CODE_RUN, key(run.metadata.name)))?.status?.phase === "Failed",
      "the run is superseded",
    );
    await waitUntil(async () => (await store.list(POD)).items.length === 1, "its pod is gone");
    expect((await store.list(JOB)).items.map(({ metadata }) => metadata.name)).toEqual([
      expect.stringMatching(/^code-runyard-by-hand-/),
    ]);
  });
});

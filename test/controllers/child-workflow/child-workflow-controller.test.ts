import { describe, expect, it, onTestFinished } from "vitest";
import { createChildWorkflowController } from "../../../src/controllers/child-workflow/child-workflow-controller.ts";
import { decideChildWorkflow } from "../../../src/controllers/child-workflow/decide-child-workflow.ts";
import { runControllers } from "../../../src/controllers/loop/run-controllers.ts";
import { SYSTEM_CLOCK } from "../../../src/platform/node/system-clock.ts";
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import { WORKFLOW } from "../../../src/resources/argo-kinds.ts";
import { ownerReferenceTo } from "../../../src/resources/object-meta.ts";
import type { ShutdownStrategy, Workflow } from "../../../src/resources/workflow.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { key } from "../../support/run-world.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

function workflow(name: string, owner?: Workflow): Workflow {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { ...key(name), ...(owner === undefined ? {} : { ownerReferences: [ownerReferenceTo(owner)] }) },
    spec: {},
    status: { phase: "Running" },
  };
}

async function stop(store: ResourceStore, name: string, shutdown: ShutdownStrategy): Promise<void> {
  const current = await store.get(WORKFLOW, key(name));
  if (current === undefined) throw new Error(`there is no ${name}`);
  await store.update(WORKFLOW, { ...current, spec: { ...current.spec, shutdown } });
}

async function runningStore(): Promise<ResourceStore> {
  const store = await temporaryStore(SYSTEM_CLOCK);
  const end = new AbortController();
  const controllers = [createChildWorkflowController(store)];
  const loop = runControllers({
    controllers,
    store,
    clock: SYSTEM_CLOCK,
    log: new RecordingLog(),
    signal: end.signal,
  });
  onTestFinished(async () => {
    end.abort();
    await loop;
  });
  return store;
}

const shutdownOf = async (store: ResourceStore, name: string) => (await store.get(WORKFLOW, key(name)))?.spec.shutdown;

describe("a workflow that is stopped", () => {
  it("takes its children with it, and theirs, and nobody else's", async () => {
    const store = await runningStore();
    const parent = await store.create(WORKFLOW, workflow("parent"));
    const child = await store.create(WORKFLOW, workflow("child", parent));
    await store.create(WORKFLOW, workflow("grandchild", child));
    await store.create(WORKFLOW, workflow("alone"));

    await stop(store, "parent", "Stop");

    await expect.poll(() => shutdownOf(store, "grandchild")).toBe("Stop");
    expect([await shutdownOf(store, "child"), await shutdownOf(store, "alone")]).toEqual(["Stop", undefined]);
  });

  it("takes a child with it that is made afterwards", async () => {
    const store = await runningStore();
    const parent = await store.create(WORKFLOW, workflow("parent"));
    await stop(store, "parent", "Terminate");

    await store.create(WORKFLOW, workflow("late", parent));

    await expect.poll(() => shutdownOf(store, "late")).toBe("Terminate");
  });

  it("leaves the children of an earlier workflow of its name alone", async () => {
    const store = await runningStore();
    const gone = { ...workflow("parent"), metadata: { ...key("parent"), uid: "another" } };
    await store.create(WORKFLOW, workflow("orphan", gone));
    await store.create(WORKFLOW, workflow("parent"));
    const parent = await store.get(WORKFLOW, key("parent"));
    await store.create(WORKFLOW, workflow("child", parent));

    await stop(store, "parent", "Stop");

    await expect.poll(() => shutdownOf(store, "child")).toBe("Stop");
    expect(await shutdownOf(store, "orphan")).toBeUndefined();
  });
});

describe("what is decided for a child", () => {
  const parent = { ...workflow("parent"), spec: { shutdown: "Stop" as const } };

  it.each([
    ["goes on with a parent that is not stopped", workflow("parent"), workflow("child"), undefined],
    ["is stopped as its parent", parent, workflow("child"), "Stop"],
    ["is not stopped twice", parent, { ...workflow("child"), spec: { shutdown: "Stop" as const } }, undefined],
    ["stays terminated", parent, { ...workflow("child"), spec: { shutdown: "Terminate" as const } }, undefined],
    [
      "is terminated after it was stopped",
      { ...parent, spec: { shutdown: "Terminate" as const } },
      { ...workflow("child"), spec: { shutdown: "Stop" as const } },
      "Terminate",
    ],
    ["that has ended is left alone", parent, { ...workflow("child"), status: { phase: "Failed" as const } }, undefined],
    ["that has not begun is stopped", parent, { ...workflow("child"), status: {} }, "Stop"],
  ])("%s", (_what, from, child, decision) => {
    expect(decideChildWorkflow(child, from)).toBe(decision);
  });
});

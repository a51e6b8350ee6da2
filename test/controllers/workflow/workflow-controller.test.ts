// Workflows with the real store and the real loop; the test ends their pods.
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { runControllers } from "../../../src/controllers/loop/run-controllers.ts";
import { createWorkflowController } from "../../../src/controllers/workflow/workflow-controller.ts";
import { PlatformError } from "../../../src/platform/errors.ts";
import { SYSTEM_CLOCK } from "../../../src/platform/node/system-clock.ts";
import { POD_OUTPUTS } from "../../../src/platform/pod-runner.ts";
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import { WORKFLOW, WORKFLOW_TEMPLATE } from "../../../src/resources/argo-kinds.ts";
import { CONFIG_MAP, SERVICE_ACCOUNT } from "../../../src/resources/core.ts";
import { JOB } from "../../../src/resources/job.ts";
import { POD, type Pod } from "../../../src/resources/pod.ts";
import type { NodeStatus, Workflow } from "../../../src/resources/workflow.ts";
import { FailingResourceStore } from "../../support/failing-resource-store.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { temporaryStore } from "../../support/temporary-store.ts";

interface Engine {
  readonly store: ResourceStore;
  readonly log: RecordingLog;
  /** Ends the loop, as the death of the process would. */
  stop(): Promise<void>;
}

type StoreFor = (namespace: string, serviceAccount: string) => ResourceStore;

function startEngine(store: ResourceStore, storeFor: StoreFor = () => store): Engine {
  const abort = new AbortController();
  const log = new RecordingLog();
  const running = runControllers({
    controllers: [createWorkflowController({ store, storeFor, random: () => 0.5 })],
    store,
    clock: SYSTEM_CLOCK,
    log,
    signal: abort.signal,
  });
  const stop = async (): Promise<void> => {
    abort.abort();
    await running;
  };
  onTestFinished(stop);
  return { store, log, stop };
}

async function submit(store: ResourceStore, name: string, spec: string): Promise<void> {
  const metadata = { name, namespace: "ns" };
  await store.create(WORKFLOW, { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", metadata, spec: parse(spec) });
}

async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
  for (let turn = 0; turn < 500; turn += 1) {
    const value = await read();
    if (value !== undefined) return value;
    await SYSTEM_CLOCK.sleep(10);
  }
  throw new Error("it did not get there");
}

function reach(store: ResourceStore, name: string, test: (workflow: Workflow) => boolean): Promise<Workflow> {
  return until(async () => {
    const workflow = await store.get(WORKFLOW, { namespace: "ns", name });
    return workflow !== undefined && test(workflow) ? workflow : undefined;
  });
}

function ended({ status }: Workflow): boolean {
  return ["Succeeded", "Failed", "Error"].includes(status?.phase ?? "");
}

function nodeOf(workflow: Workflow, displayName: string): NodeStatus | undefined {
  return Object.values(workflow.status?.nodes ?? {}).find((node) => node.displayName === displayName);
}

function podOfNode(store: ResourceStore, nodeName: string): Promise<Pod> {
  return until(async () => {
    const { items } = await store.list(POD);
    return items.find(({ metadata }) => metadata.annotations?.["workflows.argoproj.io/node-name"] === nodeName);
  });
}

/** As the pod controller would after its supervisor has ended. */
async function endPod(store: ResourceStore, pod: Pod, exitCode = 0, outputs: unknown = {}): Promise<void> {
  const annotations = { ...pod.metadata.annotations, [POD_OUTPUTS]: JSON.stringify({ main: outputs }) };
  const { resourceVersion: _, ...metadata } = pod.metadata;
  await store.update(POD, { ...pod, metadata: { ...metadata, annotations } });
  const time = "2026-01-02T03:04:05Z";
  const terminated = { exitCode, reason: exitCode === 0 ? "Completed" : "Error", startedAt: time, finishedAt: time };
  const status = { name: "main", ready: false, restartCount: 0, image: "", imageID: "", state: { terminated } };
  await store.updateStatus(POD, {
    ...pod,
    metadata,
    status: { phase: exitCode === 0 ? "Succeeded" : "Failed", containerStatuses: [status] },
  });
}

const TWO_STEPS = `
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: print }]
  - [{ name: b, template: say, arguments: { parameters: [{ name: text, value: "{{steps.a.outputs.result}}" }] } }]
- name: print
  script: { image: x, command: [sh], source: echo hello }
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x, command: [echo, "{{inputs.parameters.text}}"] }
`;

describe("a workflow of pods", () => {
  it("goes on when the outputs of a step are there", async () => {
    const { store } = startEngine(await temporaryStore());
    await submit(store, "wf", TWO_STEPS);
    const first = await podOfNode(store, "wf[0].a");
    const files = await store.get(CONFIG_MAP, {
      namespace: "ns",
      name: first.spec.volumes?.[0]?.configMap?.name ?? "",
    });

    await endPod(store, first, 0, { result: "hello", files: {} });
    const second = await podOfNode(store, "wf[1].b");
    await endPod(store, second);

    const workflow = await reach(store, "wf", ended);
    expect(files?.data).toEqual({ script: "echo hello" });
    expect(second.spec.containers[0]?.command).toEqual(["echo", "hello"]);
    expect(workflow.status?.phase).toBe("Succeeded");
    expect(nodeOf(workflow, "a")?.outputs).toMatchObject({ result: "hello", exitCode: "0" });
  });

  it("ends the same wherever its engine was interrupted", { timeout: 60_000 }, async () => {
    for (const when of ["before", "after"] as const) {
      for (let write = 1; ; write += 1) {
        const inner = await temporaryStore();
        const faulty = new FailingResourceStore(inner, { write, when, isFinal: true });
        const broken = startEngine(faulty);
        await submit(inner, "wf", TWO_STEPS);
        const isHit = await runPods(inner, () => faulty.writeCount >= write);
        await broken.stop();
        startEngine(inner);
        await runPods(inner, () => false);

        const workflow = await reach(inner, "wf", ended);
        expect(workflow.status?.phase).toBe("Succeeded");
        expect((await inner.list(POD)).items).toHaveLength(2);
        if (!isHit) break;
      }
    }
  });
});

/** Ends pods as they come, until the workflow has ended (false) or the engine has been hit (true). */
async function runPods(store: ResourceStore, isHit: () => boolean): Promise<boolean> {
  return await until(async () => {
    if (isHit()) return true;
    for (const pod of (await store.list(POD)).items) {
      if (pod.status?.phase === undefined) await endPod(store, pod, 0, { result: "hello", files: {} });
    }
    const workflow = await store.get(WORKFLOW, { namespace: "ns", name: "wf" });
    return workflow !== undefined && ended(workflow) ? false : undefined;
  });
}

describe("a resource template", () => {
  const job = `
entrypoint: main
serviceAccountName: runner
templates:
- name: main
  resource:
    action: create
    setOwnerReference: true
    successCondition: status.succeeded > 0
    failureCondition: status.failed > 0
    manifest: |
      apiVersion: batch/v1
      kind: Job
      metadata: { generateName: work- }
      spec: { template: { spec: { restartPolicy: Never, containers: [{ name: main, image: x }] } } }
  outputs:
    parameters:
    - { name: name, valueFrom: { jsonPath: "{.metadata.name}" } }
`;

  async function withAccount(): Promise<ResourceStore> {
    const store = await temporaryStore();
    const metadata = { name: "runner", namespace: "ns" };
    await store.create(SERVICE_ACCOUNT, { apiVersion: "v1", kind: "ServiceAccount", metadata });
    return store;
  }

  it("waits for its object with the rights of the service account", async () => {
    const store = await withAccount();
    const actors: string[] = [];
    startEngine(store, (namespace, account) => {
      actors.push(`${namespace}/${account}`);
      return store;
    });
    await submit(store, "wf", job);
    const made = await until(async () => (await store.list(JOB)).items[0]);
    const running = await reach(store, "wf", ({ status }) => status?.phase === "Running");

    await store.updateStatus(JOB, { ...made, status: { succeeded: 1 } });
    const workflow = await reach(store, "wf", ended);

    expect(nodeOf(running, "wf")).toMatchObject({ type: "Pod" });
    expect(made.metadata.ownerReferences).toMatchObject([{ kind: "Workflow", name: "wf" }]);
    expect(workflow.status?.phase).toBe("Succeeded");
    expect(nodeOf(workflow, "wf")?.outputs?.parameters).toMatchObject([{ name: "name", value: made.metadata.name }]);
    expect(new Set(actors)).toEqual(new Set(["ns/runner"]));
    expect((await store.list(JOB)).items).toHaveLength(1);
  });

  it("fails with what its object says", async () => {
    const { store } = startEngine(await withAccount());
    await submit(store, "wf", job);
    const made = await until(async () => (await store.list(JOB)).items[0]);

    await store.updateStatus(JOB, { ...made, status: { failed: 1 } });

    const workflow = await reach(store, "wf", ended);
    expect(workflow.status?.phase).toBe("Failed");
    expect(nodeOf(workflow, "wf")?.message).toBe(
      "main: Error (exit code 64): failure condition '{status.failed gt [0]}' evaluated true",
    );
  });

  it("fails when the service account may not do it", async () => {
    const store = await withAccount();
    const refusal = new PlatformError({ code: "Forbidden", message: 'User "runner" cannot create jobs' });
    const denied = new FailingResourceStore(store, { write: 1, when: "before", error: refusal, isFinal: true });
    startEngine(store, () => denied);
    await submit(store, "wf", job);

    const workflow = await reach(store, "wf", ended);

    expect(workflow.status?.phase).toBe("Failed");
    expect(nodeOf(workflow, "wf")?.message).toMatch(
      /\(exit code 64\).*Error from server \(Forbidden\).*cannot create jobs/s,
    );
  });

  it("applies, reads, patches and deletes", async () => {
    const { store } = startEngine(await temporaryStore());
    await submit(
      store,
      "wf",
      `
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: apply, template: apply, arguments: { parameters: [{ name: v, value: "1" }] } }]
  - [{ name: again, template: apply, arguments: { parameters: [{ name: v, value: "2" }] } }]
  - [{ name: patch, template: patch }]
  - [{ name: get, template: get }]
  - [{ name: delete, template: delete }]
- name: apply
  inputs: { parameters: [{ name: v }] }
  resource:
    action: apply
    manifest: |
      { apiVersion: v1, kind: ConfigMap, metadata: { name: m }, data: { v: "{{inputs.parameters.v}}" } }
- name: patch
  resource:
    action: patch
    mergeStrategy: merge
    manifest: |
      { apiVersion: v1, kind: ConfigMap, metadata: { name: m }, data: { w: "3" } }
- name: get
  resource:
    action: get
    manifest: |
      { apiVersion: v1, kind: ConfigMap, metadata: { name: m } }
  outputs: { parameters: [{ name: v, valueFrom: { jsonPath: "{.data.v}{.data.w}" } }] }
- name: delete
  resource: { action: delete, flags: [configmap, m] }
`,
    );

    const workflow = await reach(store, "wf", ended);

    expect(workflow.status).toMatchObject({ phase: "Succeeded" });
    expect(nodeOf(workflow, "get")?.outputs?.parameters).toMatchObject([{ value: "23" }]);
    expect(await store.get(CONFIG_MAP, { namespace: "ns", name: "m" })).toBeUndefined();
  });
});

describe("a semaphore over workflows", () => {
  const spec = `
entrypoint: main
synchronization: { semaphores: [{ configMapKeyRef: { name: limits, key: lane } }] }
templates: [{ name: main, container: { image: x, command: [run] } }]
`;

  async function withLimit(): Promise<ResourceStore> {
    const store = await temporaryStore();
    const metadata = { name: "limits", namespace: "ns" };
    await store.create(CONFIG_MAP, { apiVersion: "v1", kind: "ConfigMap", metadata, data: { lane: "2" } });
    return store;
  }

  it("is never held by more than its limit, and passes on when a holder ends or is deleted", async () => {
    const { store } = startEngine(await withLimit());
    const names = ["w1", "w2", "w3", "w4"];
    await Promise.all(names.map((name) => submit(store, name, spec)));
    await until(async () => ((await store.list(POD)).items.length === 2 ? true : undefined));
    await Promise.all(names.map((name) => reach(store, name, ({ status }) => status?.phase !== undefined)));
    const [first, second] = (await store.list(POD)).items;
    expect((await store.list(POD)).items).toHaveLength(2);

    if (first !== undefined) await endPod(store, first);
    await until(async () => ((await store.list(POD)).items.length === 3 ? true : undefined));
    const deleted = second?.metadata.labels?.["workflows.argoproj.io/workflow"] ?? "";
    await store.delete(WORKFLOW, { namespace: "ns", name: deleted });

    await until(async () => ((await store.list(POD)).items.length === 4 ? true : undefined));
  });

  it("is still held after a restart", async () => {
    const store = await withLimit();
    const before = startEngine(store);
    await submit(store, "w1", spec);
    await submit(store, "w2", spec);
    await until(async () => ((await store.list(POD)).items.length === 2 ? true : undefined));
    await reach(store, "w1", ({ status }) => status?.phase === "Running");
    await reach(store, "w2", ({ status }) => status?.phase === "Running");
    await before.stop();
    await submit(store, "w3", spec);

    startEngine(store);

    const waiting = await reach(store, "w3", ({ status }) => status?.phase !== undefined);
    expect(waiting.status).toMatchObject({ phase: "Pending" });
    expect((await store.list(POD)).items).toHaveLength(2);
  });
});

it("runs a stored template, and refuses one that uses what is not interpreted", async () => {
  const { store } = startEngine(await temporaryStore());
  const template = (name: string, spec: string) =>
    store.create(WORKFLOW_TEMPLATE, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "WorkflowTemplate",
      metadata: { name, namespace: "ns" },
      spec: parse(spec),
    });
  await template("good", TWO_STEPS);
  await template("bad", "{ entrypoint: main, templates: [{ name: main, http: { url: x } }] }");
  await submit(store, "uses-good", "workflowTemplateRef: { name: good }");
  await submit(store, "uses-bad", "workflowTemplateRef: { name: bad }");

  const bad = await reach(store, "uses-bad", ended);
  await podOfNode(store, "uses-good[0].a");

  expect(bad.status?.message).toContain("templates.main.http");
});

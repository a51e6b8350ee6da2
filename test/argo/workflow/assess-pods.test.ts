// What a pod says about its node.
import { describe, expect, it } from "vitest";
import { assessPod } from "../../../src/argo/workflow/assess-pods.ts";
import type { PodFact } from "../../../src/argo/workflow/facts.ts";
import type { ContainerState, ContainerStatus } from "../../../src/resources/pod.ts";
import type { NodeStatus } from "../../../src/resources/workflow.ts";
import { PureWorkflow } from "../../support/pure-workflow.ts";

const NODE: NodeStatus = {
  id: "wf-1",
  name: "wf.a",
  displayName: "a",
  type: "Pod",
  phase: "Running",
  startedAt: "2026-01-01T00:00:00Z",
};
const TIME = "2026-01-01T00:00:09Z";

function container(name: string, state: ContainerState): ContainerStatus {
  return { name, ready: false, restartCount: 0, image: "", imageID: "", state };
}

function assess(pod: Partial<PodFact>, node: Partial<NodeStatus> = {}): NodeStatus {
  const fact: PodFact = {
    name: "p",
    uid: "u",
    nodeId: "wf-1",
    isOnExit: false,
    isDeleting: false,
    phase: "Running",
    initContainerStatuses: [],
    containerStatuses: [],
    outputParameters: [],
    includesResult: false,
    ...pod,
  };
  return assessPod(fact, { ...NODE, ...node });
}

describe("a pod that waits", () => {
  it("says why: what its container waits for, or that it cannot be placed", () => {
    const waiting = (state: ContainerState["waiting"]): string | undefined =>
      assess({ phase: "Pending", containerStatuses: [container("main", { waiting: state } as ContainerState)] })
        .message;

    expect(waiting({ reason: "ImagePullBackOff", message: "no such image" })).toBe("ImagePullBackOff: no such image");
    expect(waiting({ reason: "ContainerCreating" })).toBe("ContainerCreating");
    expect(waiting({})).toBeUndefined();
    expect(assess({ phase: "Pending", unschedulable: "no node" }).message).toBe("no node");
    expect(assess({ phase: "Pending" })).toMatchObject({ phase: "Pending" });
  });

  it("forgets that when it runs, but not other messages", () => {
    expect(assess({}, { phase: "Pending", message: "ContainerCreating" }).message).toBeUndefined();
    expect(assess({}, { message: "kept" }).message).toBe("kept");
  });
});

describe("a pod that failed", () => {
  const failed = (pod: Partial<PodFact>): NodeStatus => assess({ phase: "Failed", ...pod });
  const ended = (exitCode: number, more: object = {}): ContainerState => ({
    terminated: { exitCode, startedAt: TIME, finishedAt: TIME, ...more },
  });

  it("says so itself, before its containers are asked", () => {
    expect(failed({ message: "evicted", containerStatuses: [container("main", ended(1))] })).toMatchObject({
      phase: "Failed",
      message: "evicted",
    });
  });

  it("is an error when an init container failed, and a failure when main or another did", () => {
    const init = failed({ message: "", initContainerStatuses: [container("init", ended(2, { reason: "Error" }))] });
    const main = failed({
      containerStatuses: [container("side", ended(9)), container("main", ended(3, { message: "" }))],
    });
    const side = failed({
      containerStatuses: [
        container("main", ended(0)),
        container("side", ended(4, { message: "oops", reason: "OOMKilled" })),
      ],
    });

    expect(init).toMatchObject({ phase: "Error", message: "init: Error (exit code 2)" });
    expect(main).toMatchObject({ phase: "Failed", message: "main: Error (exit code 3)", outputs: { exitCode: "3" } });
    expect(side).toMatchObject({ phase: "Failed", message: "side: OOMKilled (exit code 4): oops" });
    expect(main.finishedAt).toBe(TIME);
  });

  it("is an error when a container never started", () => {
    const state = { waiting: { reason: "ErrImagePull", message: "no" } };

    expect(failed({ containerStatuses: [container("main", state as ContainerState)] })).toMatchObject({
      phase: "Error",
      message: "Pod failed before main container starts due to ErrImagePull: no",
    });
    expect(failed({ containerStatuses: [container("main", { waiting: {} })] }).phase).toBe("Error");
  });

  it("without any word names the reason of the pod if there is one, and ends when it began", () => {
    const message = "pod failed: main container did not complete successfully";

    expect(failed({})).toMatchObject({ message, finishedAt: NODE.startedAt });
    expect(failed({ reason: "NodeLost" }).message).toBe(`${message} (NodeLost)`);
    expect(
      assess(
        { phase: "Failed", containerStatuses: [container("main", { terminated: { exitCode: 1 } })] },
        { finishedAt: TIME },
      ).finishedAt,
    ).toBe(TIME);
  });
});

it("a pod in a phase that nobody knows is an error", () => {
  expect(assess({ phase: "Unknown" })).toMatchObject({
    phase: "Error",
    message: "Unexpected pod phase for p: Unknown",
  });
});

describe("a pod that succeeded", () => {
  const out = { name: "out", path: "/out" };

  it("has not ended before its outputs were collected", () => {
    expect(assess({ phase: "Succeeded", outputParameters: [out] }).phase).toBe("Running");
    expect(assess({ phase: "Succeeded", includesResult: true }).phase).toBe("Running");
    expect(assess({ phase: "Succeeded" }).phase).toBe("Succeeded");
  });

  it("gives what its files say, else the value or the default; without any it is an error", () => {
    const outputs = (parameter: object, file: string | null): NodeStatus =>
      assess({
        phase: "Succeeded",
        outputParameters: [{ ...out, ...parameter }],
        outputs: { files: { "/out": file } },
      });

    expect(outputs({}, "text").outputs?.parameters).toMatchObject([{ name: "out", value: "text" }]);
    expect(outputs({ default: "none" }, null).outputs?.parameters).toMatchObject([{ value: "none" }]);
    expect(outputs({}, null)).toMatchObject({ phase: "Error" });
    const failed = assess({ phase: "Failed", outputParameters: [out], outputs: { files: { "/out": null } } });
    expect(failed).toMatchObject({ phase: "Failed" });
    expect(failed.outputs?.parameters).toBeUndefined();
    const only = { name: "v", default: "d" };
    const fallback = assess({ phase: "Succeeded", outputParameters: [only], outputs: { files: {} } });
    expect(fallback.outputs?.parameters).toEqual([{ name: "v", value: "d" }]);
    const known = assess({ phase: "Succeeded", outputParameters: [{ name: "v", value: "1" }], outputs: { files: {} } });
    expect(known.outputs?.parameters).toEqual([{ name: "v", value: "1" }]);
  });

  it("is the same node when nothing is new", () => {
    const first = assess({ phase: "Succeeded" });

    expect(assessPod({ ...({} as PodFact), ...podOf() }, first)).toBe(first);
  });

  function podOf(): PodFact {
    return {
      name: "p",
      uid: "u",
      nodeId: "wf-1",
      isOnExit: false,
      isDeleting: false,
      phase: "Succeeded",
      initContainerStatuses: [],
      containerStatuses: [],
      outputParameters: [],
      includesResult: false,
    };
  }
});

it("a step errs whose pod was there and is gone", () => {
  const run = new PureWorkflow("{ entrypoint: main, templates: [{ name: main, container: { image: x } }] }").settle();
  run.pods.clear();
  run.settle();

  expect(run.node("wf")).toMatchObject({ phase: "Error", message: "pod deleted" });
});

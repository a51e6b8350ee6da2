import { describe, expect, it } from "vitest";
import { decidePod, POD_FINALIZER } from "../../../src/controllers/pod/decide-pod.ts";
import { COLLECT_OUTPUTS, type ContainerResult, type PodState } from "../../../src/platform/pod-runner.ts";
import type { ObjectMeta } from "../../../src/resources/object-meta.ts";
import type { Pod, PodSpec, PodStatus } from "../../../src/resources/pod.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");
const AT = "2026-01-02T03:00:00.123Z";

function pod(parts: { spec?: Partial<PodSpec>; metadata?: Partial<ObjectMeta>; status?: PodStatus } = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "ns", uid: "u", finalizers: [POD_FINALIZER], ...parts.metadata },
    spec: { restartPolicy: "Never", containers: [{ name: "main", image: "i", command: ["true"] }], ...parts.spec },
    ...(parts.status === undefined ? {} : { status: parts.status }),
  };
}

function state(changes: Partial<PodState> = {}): PodState {
  return {
    lost: false,
    finished: false,
    startedAt: AT,
    initContainers: [],
    containers: [],
    outputs: {},
    notes: [],
    ...changes,
  };
}

function ended(name: string, exitCode: number): ContainerResult {
  return {
    name,
    state: "terminated",
    startedAt: AT,
    finishedAt: AT,
    exitCode,
    reason: exitCode === 0 ? "Completed" : "Error",
  };
}

/** The status that a pass would write. */
function mirrored(of: PodState, given: Pod = pod()): PodStatus {
  const decision = decidePod({ pod: given, state: of, now: NOW });
  if (decision.kind !== "mirror") throw new Error(decision.kind);
  return decision.status;
}

describe("a pod on one machine", () => {
  it("gets our finalizer before anything of it runs, and is then started", () => {
    expect(decidePod({ pod: pod({ metadata: { finalizers: [] } }), state: undefined, now: NOW }).kind).toBe(
      "addFinalizer",
    );
    expect(decidePod({ pod: pod(), state: undefined, now: NOW }).kind).toBe("start");
  });

  it("with a field that cannot be honoured is refused with its path", () => {
    const decision = decidePod({ pod: pod({ spec: { restartPolicy: "Always" } }), state: undefined, now: NOW });

    expect(decision).toMatchObject({
      kind: "refuse",
      status: {
        phase: "Failed",
        reason: "UnsupportedPod",
        message: "spec.restartPolicy: must be Never on one machine",
      },
    });
  });

  it.each(["/o", "relative", "/usr/o", "/tmp/../o"])("with an output at %s is refused", (file) => {
    const annotations = { [COLLECT_OUTPUTS]: JSON.stringify({ main: { files: ["/tmp/fine", file] } }) };

    const decision = decidePod({ pod: pod({ metadata: { annotations } }), state: undefined, now: NOW });

    expect(decision).toMatchObject({
      kind: "refuse",
      status: { message: expect.stringContaining(`${file}: an output`) as string },
    });
  });

  it.each(["no json", "[]", "null"])("with %s as requests for outputs is refused", (text) => {
    const decision = decidePod({
      pod: pod({ metadata: { annotations: { [COLLECT_OUTPUTS]: text } } }),
      state: undefined,
      now: NOW,
    });

    expect(decision).toMatchObject({
      kind: "refuse",
      status: { message: expect.stringContaining("JSON object") as string },
    });
  });

  it("with requests that ask for the result only is fine", () => {
    const annotations = { [COLLECT_OUTPUTS]: JSON.stringify({ main: { result: true }, other: null }) };

    expect(decidePod({ pod: pod({ metadata: { annotations } }), state: undefined, now: NOW }).kind).toBe("start");
  });

  it("while its init containers run is pending, and its container waits for them", () => {
    const spec = {
      initContainers: [
        { name: "prepare", command: ["x"] },
        { name: "agent", command: ["x"] },
      ],
    };

    const status = mirrored(
      state({
        initContainers: [ended("prepare", 0), { name: "agent", state: "running", startedAt: AT }],
        containers: [{ name: "main", state: "waiting" }],
      }),
      pod({ spec }),
    );

    expect(status).toMatchObject({ phase: "Pending", startTime: "2026-01-02T03:00:00Z" });
    expect(status.initContainerStatuses?.map((it) => it.state)).toEqual([
      {
        terminated: {
          exitCode: 0,
          reason: "Completed",
          startedAt: "2026-01-02T03:00:00Z",
          finishedAt: "2026-01-02T03:00:00Z",
        },
      },
      { running: { startedAt: "2026-01-02T03:00:00Z" } },
    ]);
    expect(status.containerStatuses?.[0]?.state).toEqual({ waiting: { reason: "PodInitializing" } });
    expect(status.conditions?.find((it) => it.type === "Initialized")?.status).toBe("False");
  });

  it("is running when its container runs", () => {
    const status = mirrored(state({ containers: [{ name: "main", state: "running", startedAt: AT }] }));

    expect(status.phase).toBe("Running");
    expect(status.conditions?.map((it) => [it.type, it.status])).toEqual([
      ["PodScheduled", "True"],
      ["Initialized", "True"],
      ["ContainersReady", "True"],
      ["Ready", "True"],
    ]);
    expect(status.containerStatuses?.[0]).toMatchObject({ name: "main", image: "i", ready: true, started: true });
  });

  it("just started shows its container as being created", () => {
    expect(mirrored(state()).containerStatuses?.[0]?.state).toEqual({ waiting: { reason: "ContainerCreating" } });
  });

  it("has succeeded when every container has, and gives its outputs", () => {
    const outputs = { main: { result: "x", files: {} } };
    const decision = decidePod({
      pod: pod(),
      state: state({ finished: true, containers: [ended("main", 0)], outputs }),
      now: NOW,
    });

    expect(decision).toMatchObject({
      kind: "mirror",
      status: { phase: "Succeeded" },
      outputs: JSON.stringify(outputs),
    });
    expect(mirrored(state({ finished: true, containers: [ended("main", 0)] })).conditions?.at(-1)?.reason).toBe(
      "PodCompleted",
    );
  });

  it("has failed when a container has, and tells signal and message", () => {
    const status = mirrored(
      state({ finished: true, containers: [{ ...ended("main", 137), signal: 9, reason: "OOMKilled", message: "m" }] }),
    );

    expect(status).toMatchObject({ phase: "Failed" });
    expect(status.containerStatuses?.[0]?.state.terminated).toMatchObject({
      exitCode: 137,
      signal: 9,
      reason: "OOMKilled",
      message: "m",
    });
    expect(status).not.toHaveProperty("reason");
  });

  it("whose supervisor says little is shown with what is known", () => {
    const bare = { name: "main", state: "terminated" } as const;
    const { startedAt: _, ...unstarted } = state({ finished: true, containers: [bare] });

    const status = mirrored(unstarted);

    expect(status).not.toHaveProperty("startTime");
    expect(status.containerStatuses?.[0]?.state.terminated).toEqual({
      exitCode: 0,
      startedAt: "1970-01-01T00:00:00Z",
      finishedAt: "1970-01-01T00:00:00Z",
    });
  });

  it("without any finalizer gets ours first", () => {
    const { finalizers: _, ...metadata } = pod().metadata;

    expect(decidePod({ pod: { ...pod(), metadata }, state: undefined, now: NOW }).kind).toBe("addFinalizer");
  });

  it("past its deadline has failed even if its container exits 0, but not before that has ended", () => {
    const failure = { reason: "DeadlineExceeded", message: "late" };
    const running = { name: "main", state: "running", startedAt: AT } as const;

    expect(mirrored(state({ finished: true, containers: [ended("main", 0)], failure }))).toMatchObject({
      phase: "Failed",
      ...failure,
    });
    expect(mirrored(state({ containers: [running], failure })).phase).toBe("Running");
  });

  it("that is lost has failed, and what ran is unknown", () => {
    const status = mirrored(state({ lost: true, containers: [{ name: "main", state: "running", startedAt: AT }] }));

    expect(status).toMatchObject({ phase: "Failed", reason: "NodeLost" });
    expect(status.containerStatuses?.[0]?.state.terminated).toMatchObject({
      exitCode: 137,
      reason: "ContainerStatusUnknown",
    });
  });

  it("says in a condition what does not hold for it", () => {
    const notes = [{ type: "NotSandboxed", message: "open" } as const];

    expect(mirrored(state({ notes })).conditions?.at(-1)).toMatchObject({
      type: "NotSandboxed",
      status: "True",
      message: "open",
    });
  });

  it("that has finished is left alone", () => {
    expect(decidePod({ pod: pod({ status: { phase: "Failed" } }), state: state(), now: NOW }).kind).toBe("leave");
  });

  it("being deleted is stopped, and forgotten when nothing of it runs any more", () => {
    const deletionTimestamp = "2026-01-02T03:04:05Z";
    const deleted = pod({ metadata: { deletionTimestamp } });

    expect(decidePod({ pod: deleted, state: state(), now: NOW })).toEqual({ kind: "stop", graceSeconds: 30 });
    const asked = pod({ metadata: { deletionTimestamp, deletionGracePeriodSeconds: 1 } });
    expect(decidePod({ pod: asked, state: state(), now: NOW })).toEqual({ kind: "stop", graceSeconds: 1 });
    const own = pod({ metadata: { deletionTimestamp }, spec: { terminationGracePeriodSeconds: 2 } });
    expect(decidePod({ pod: own, state: state(), now: NOW })).toEqual({ kind: "stop", graceSeconds: 2 });
    for (const over of [undefined, state({ finished: true }), state({ lost: true })]) {
      expect(decidePod({ pod: deleted, state: over, now: NOW }).kind).toBe("forget");
    }
    const foreign = pod({ metadata: { deletionTimestamp, finalizers: ["other"] } });
    expect(decidePod({ pod: foreign, state: state(), now: NOW }).kind).toBe("leave");
  });
});

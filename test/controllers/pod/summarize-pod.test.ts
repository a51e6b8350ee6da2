import { describe, expect, it } from "vitest";
import { summarizePod, summarizeRefusedPod, summarizeWaitingPod } from "../../../src/controllers/pod/summarize-pod.ts";
import type { ContainerResult, PodState } from "../../../src/platform/pod-runner.ts";
import type { Pod, PodStatus } from "../../../src/resources/pod.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");
const TIME = "2026-01-02T03:04:05Z";
const STARTED = "2026-01-02T03:00:00.123Z";

const POD: Pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "run" },
  spec: {
    restartPolicy: "Never",
    initContainers: [{ name: "prepare" }],
    containers: [{ name: "publish", image: "agent" }],
  },
};

function waiting(name: string): ContainerResult {
  return { name, state: "waiting" };
}

function running(name: string): ContainerResult {
  return { name, state: "running", startedAt: STARTED };
}

function ended(name: string, exitCode = 0): ContainerResult {
  const reason = exitCode === 0 ? "Completed" : "Error";
  return { name, state: "terminated", startedAt: STARTED, finishedAt: STARTED, exitCode, reason };
}

function state(init: ContainerResult, main: ContainerResult, changes: Partial<PodState> = {}): PodState {
  const parts = { initContainers: [init], containers: [main], outputs: {}, notes: [] };
  return { lost: false, finished: false, startedAt: STARTED, ...parts, ...changes };
}

function conditionsOf(status: PodStatus): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (status.conditions ?? []).map(({ type, status: value, reason }) => [type, `${value} ${reason}`]),
  );
}

describe("a pod that runs", () => {
  it("is pending while its init containers are at work, and running from its container's start", () => {
    const first = summarizePod(POD, state(running("prepare"), waiting("publish")), NOW);
    const second = summarizePod(POD, state(ended("prepare"), running("publish")), NOW);

    expect(first).toMatchObject({
      phase: "Pending",
      startTime: "2026-01-02T03:00:00Z",
      initContainerStatuses: [
        { name: "prepare", ready: true, state: { running: { startedAt: "2026-01-02T03:00:00Z" } } },
      ],
      containerStatuses: [
        { name: "publish", ready: false, image: "agent", state: { waiting: { reason: "PodInitializing" } } },
      ],
    });
    expect(conditionsOf(first)).toMatchObject({
      PodScheduled: "True ThisMachine",
      Initialized: "False ContainersNotInitialized",
    });
    expect(second.phase).toBe("Running");
    expect(conditionsOf(second)).toMatchObject({
      Initialized: "True InitContainersCompleted",
      Ready: "True ContainersRunning",
    });
  });

  it("keeps the time of its first start, and of a condition that did not change", () => {
    const first = summarizePod(POD, state(running("prepare"), waiting("publish")), NOW);

    const later = summarizePod(
      { ...POD, status: first },
      state(ended("prepare"), running("publish"), { startedAt: "2026-01-02T09:00:00Z" }),
      NOW + 60_000,
    );

    expect(later.startTime).toBe("2026-01-02T03:00:00Z");
    const times = Object.fromEntries(
      (later.conditions ?? []).map(({ type, lastTransitionTime }) => [type, lastTransitionTime]),
    );
    expect(times).toMatchObject({ PodScheduled: TIME, Initialized: "2026-01-02T03:05:05Z" });
  });

  it("says what does not hold for it", () => {
    const notes = [{ type: "LimitsNotEnforced", message: "no cgroup" }] as const;

    const status = summarizePod(POD, state(running("prepare"), waiting("publish"), { notes }), NOW);

    expect(status.conditions).toContainEqual({
      type: "LimitsNotEnforced",
      status: "True",
      reason: "OneMachine",
      message: "no cgroup",
      lastTransitionTime: TIME,
    });
  });
});

describe("a pod that has ended", () => {
  it("has succeeded when every container has", () => {
    const status = summarizePod(POD, state(ended("prepare"), ended("publish"), { finished: true }), NOW);

    expect(status).toMatchObject({ phase: "Succeeded", containerStatuses: [{ ready: true }] });
    expect(status.reason).toBeUndefined();
    expect(conditionsOf(status)["Ready"]).toBe("False PodCompleted");
  });

  it("has failed when one has, whatever came after", () => {
    const status = summarizePod(POD, state(ended("prepare", 3), waiting("publish"), { finished: true }), NOW);

    expect(status.phase).toBe("Failed");
    expect(status.initContainerStatuses?.[0]?.state.terminated).toMatchObject({ exitCode: 3, reason: "Error" });
  });

  it.each(["DeadlineExceeded", "EgressOpen"])("has failed by %s even if every container ended well", (reason) => {
    const failure = { reason, message: "why" };
    const finished = state(ended("prepare"), ended("publish"), { finished: true, failure });
    const going = state(ended("prepare"), running("publish"), { failure });

    expect(summarizePod(POD, finished, NOW)).toMatchObject({ phase: "Failed", reason, message: "why" });
    expect(summarizePod(POD, going, NOW)).toMatchObject({ phase: "Running" });
    expect(summarizePod(POD, going, NOW).reason).toBeUndefined();
  });

  it("is lost with its supervisor, and with it what was running", () => {
    const status = summarizePod(POD, state(ended("prepare"), running("publish"), { lost: true }), NOW);

    expect(status).toMatchObject({ phase: "Failed", reason: "NodeLost" });
    expect(status.containerStatuses?.[0]?.state.terminated).toMatchObject({
      exitCode: 137,
      reason: "ContainerStatusUnknown",
    });
  });
});

describe("a pod that is not started", () => {
  const wait = { reason: "SecretMissing", message: "there is no Secret keys" };

  it("waits, every container for the same", () => {
    const status = summarizeWaitingPod(POD, wait, NOW);

    expect(status).toMatchObject({
      phase: "Pending",
      initContainerStatuses: [{ state: { waiting: wait } }],
      containerStatuses: [{ state: { waiting: wait } }],
    });
    expect(status).not.toHaveProperty("startTime");
  });

  it("or is refused for good, with the reason", () => {
    expect(summarizeRefusedPod(POD, wait, NOW)).toMatchObject({ phase: "Failed", ...wait });
  });
});

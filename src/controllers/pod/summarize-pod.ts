// The status of a pod as a kubelet would write it, from what its supervisor says. Source of phases and reasons:
// Kubernetes, "Pod Lifecycle".
import type { ContainerResult, PodState } from "../../platform/pod-runner.ts";
import { setCondition, type Condition } from "../../resources/condition.ts";
import { kubernetesTime } from "../../resources/object-meta.ts";
import {
  EGRESS_OPEN,
  type Container,
  type ContainerState,
  type ContainerStatus,
  type Pod,
  type PodStatus,
} from "../../resources/pod.ts";

const HOST = "127.0.0.1";

/** What a pod waits for before it can be started. */
export interface PodWait {
  readonly reason: string;
  readonly message: string;
}

/** Not started: every container waits for the same. */
export function summarizeWaitingPod(pod: Pod, wait: PodWait, now: number): PodStatus {
  const state = { waiting: { reason: wait.reason, message: wait.message } };
  return statusOf(pod, { phase: "Pending", now, init: () => state, main: () => state });
}

/** Refused: it will never be started. */
export function summarizeRefusedPod(pod: Pod, refusal: PodWait, now: number): PodStatus {
  const state = { waiting: { reason: refusal.reason } };
  const status = statusOf(pod, { phase: "Failed", now, init: () => state, main: () => state });
  return { ...status, reason: refusal.reason, message: refusal.message };
}

/** Started: the state of its supervisor. */
export function summarizePod(pod: Pod, state: PodState, now: number): PodStatus {
  const phase = phaseOf(state);
  const hasInit = state.initContainers.length > 0;
  const resultOf = (results: readonly ContainerResult[]) => (container: Container) =>
    containerState(
      state,
      results.find((result) => result.name === container.name),
      hasInit,
    );
  const status = statusOf(pod, {
    phase,
    now,
    init: resultOf(state.initContainers),
    main: resultOf(state.containers),
    ...(state.startedAt === undefined ? {} : { startedAt: state.startedAt }),
    notes: state.notes,
  });
  const end = endOf(state, phase);
  return end === undefined ? status : { ...status, reason: end.reason, message: end.message };
}

function phaseOf(state: PodState): NonNullable<PodStatus["phase"]> {
  if (state.lost || state.failure?.reason === "DeadlineExceeded" || state.failure?.reason === EGRESS_OPEN) {
    return state.finished || state.lost ? "Failed" : runningPhase(state);
  }
  if (!state.finished) return runningPhase(state);
  return [...state.initContainers, ...state.containers].every(hasSucceeded) ? "Succeeded" : "Failed";
}

function runningPhase(state: PodState): "Pending" | "Running" {
  return state.containers.some((result) => result.state !== "waiting") ? "Running" : "Pending";
}

function hasSucceeded(result: ContainerResult): boolean {
  return result.state === "terminated" && result.exitCode === 0;
}

const LOST: PodWait = {
  reason: "NodeLost",
  message:
    "The supervisor of the pod ended without a result (killed, or the machine was restarted), and its containers with it. What they did is unknown; a new attempt starts from the beginning.",
};

function endOf(state: PodState, phase: PodStatus["phase"]): PodWait | undefined {
  if (state.lost) return LOST;
  return phase === "Failed" ? state.failure : undefined;
}

function containerState(state: PodState, result: ContainerResult | undefined, hasInit: boolean): ContainerState {
  switch (result?.state) {
    case undefined:
    case "waiting":
      return { waiting: { reason: hasInit ? "PodInitializing" : "ContainerCreating" } };
    case "running":
      if (!state.lost) return { running: { startedAt: seconds(result.startedAt) } };
      return { terminated: { exitCode: 137, reason: "ContainerStatusUnknown", message: LOST.message } };
    case "terminated":
      return {
        terminated: {
          exitCode: result.exitCode ?? 0,
          ...(result.signal === undefined ? {} : { signal: result.signal }),
          ...(result.reason === undefined ? {} : { reason: result.reason }),
          ...(result.message === undefined ? {} : { message: result.message }),
          startedAt: seconds(result.startedAt),
          finishedAt: seconds(result.finishedAt),
        },
      };
  }
}

function seconds(time: string | undefined): string {
  return kubernetesTime(Date.parse(time ?? "1970-01-01T00:00:00Z"));
}

interface StatusParts {
  readonly phase: NonNullable<PodStatus["phase"]>;
  readonly now: number;
  readonly init: (container: Container) => ContainerState;
  readonly main: (container: Container) => ContainerState;
  readonly startedAt?: string;
  readonly notes?: PodState["notes"];
}

function statusOf(pod: Pod, parts: StatusParts): PodStatus {
  const initStatuses = (pod.spec.initContainers ?? []).map((container) =>
    containerStatus(container, parts.init(container)),
  );
  const statuses = pod.spec.containers.map((container) => containerStatus(container, parts.main(container)));
  const startTime = pod.status?.startTime ?? (parts.startedAt === undefined ? undefined : seconds(parts.startedAt));
  return {
    phase: parts.phase,
    conditions: conditionsOf(pod, parts, { initStatuses, statuses }),
    hostIP: HOST,
    podIP: HOST,
    ...(startTime === undefined ? {} : { startTime }),
    ...(initStatuses.length === 0 ? {} : { initContainerStatuses: initStatuses }),
    containerStatuses: statuses,
  };
}

function containerStatus(container: Container, state: ContainerState): ContainerStatus {
  const isRunning = state.running !== undefined;
  return {
    name: container.name,
    ready: isRunning || state.terminated?.exitCode === 0,
    restartCount: 0,
    image: container.image ?? "",
    imageID: "",
    started: isRunning,
    state,
  };
}

interface Statuses {
  readonly initStatuses: readonly ContainerStatus[];
  readonly statuses: readonly ContainerStatus[];
}

function conditionsOf(pod: Pod, parts: StatusParts, of: Statuses): readonly Condition[] {
  const isInitialized = of.initStatuses.every((status) => status.state.terminated?.exitCode === 0);
  const isReady = of.statuses.every((status) => status.state.running !== undefined);
  const idle = parts.phase === "Succeeded" ? "PodCompleted" : "ContainersNotReady";
  const wanted: readonly (readonly [type: string, isTrue: boolean, reason: string])[] = [
    ["PodScheduled", true, "ThisMachine"],
    ["Initialized", isInitialized, isInitialized ? "InitContainersCompleted" : "ContainersNotInitialized"],
    ["ContainersReady", isReady, isReady ? "ContainersRunning" : idle],
    ["Ready", isReady, isReady ? "ContainersRunning" : idle],
  ];
  const lastTransitionTime = kubernetesTime(parts.now);
  const notes = (parts.notes ?? []).map((note) => ({ type: note.type, message: note.message }));
  const all = [
    ...wanted.map(([type, isTrue, reason]) => ({ type, isTrue, reason, message: "" })),
    ...notes.map(({ type, message }) => ({ type, isTrue: true, reason: "OneMachine", message })),
  ];
  return all.reduce<readonly Condition[]>(
    (conditions, { type, isTrue, reason, message }) =>
      setCondition(conditions, { type, status: isTrue ? "True" : "False", reason, message, lastTransitionTime }),
    pod.status?.conditions ?? [],
  );
}

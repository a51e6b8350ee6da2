// What to do next for a CodeRun or DocsRun. A start is recorded before anything is created, absence never means "not
// started", an ended run stays ended, and the number of attempts has a limit of its own.
import type { RunOutcome } from "../../configuration/run-file.ts";
import type { RunPhase } from "../../resources/code-run.ts";
import type { PodOutcome } from "./read-outcome.ts";
import type { ReadInput, RunInput } from "./run-input.ts";

/** The Job of the current attempt: its name, whether it exists, and how it stands. */
export type JobState = "absent" | "active" | "complete" | "failed";

export interface RecordedAttempt {
  readonly jobName: string;
  readonly contextVersion: number;
  readonly retryCount: number;
}

export interface ObservedRun {
  readonly phase: RunPhase;
  /** Reason of the first condition. */
  readonly reason: string | undefined;
  /** The attempt that is under way or ended; undefined before the first. */
  readonly recorded: RecordedAttempt | undefined;
  /** spec.contextVersion. */
  readonly contextVersion: number;
  readonly read: ReadInput;
  /** The lane's generation, or undefined for a run without a lane. */
  readonly laneGeneration: number | undefined;
  readonly ownGeneration: number;
  /** The workflow that owns the run has ended. */
  readonly workflowEnded: boolean;
  readonly job: JobState;
  readonly pod: PodOutcome;
  /** Why a failed Job failed, as Kubernetes says it: DeadlineExceeded, BackoffLimitExceeded, PodLost. */
  readonly jobReason: string | undefined;
  readonly retriesMax: number;
}

export type RunDecision =
  | { readonly kind: "settled" }
  /** Record the attempt with phase Pending; the next pass creates it. */
  | { readonly kind: "record"; readonly contextVersion: number; readonly retryCount: number; readonly why: string }
  /** Create what is missing of the attempt. */
  | { readonly kind: "create"; readonly input: RunInput; readonly attempt: RecordedAttempt }
  /** The attempt's Job exists: write phase Running if it is not. */
  | { readonly kind: "running" }
  | { readonly kind: "finish"; readonly outcome: RunOutcome }
  | {
      readonly kind: "fail";
      readonly reason: string;
      readonly message: string;
      readonly removeJob: boolean;
      readonly verdict: boolean;
    };

export function decideAgentRun(observed: ObservedRun): RunDecision {
  const { phase, recorded } = observed;
  if (phase === "Succeeded") return { kind: "settled" };
  if (phase === "Failed") return restartOrSettled(observed);
  if (!hasOutcome(observed)) {
    if (isStale(observed)) return superseded(observed);
    if (observed.workflowEnded) return WORKFLOW_ENDED;
  }
  if (recorded !== undefined) return decideAttempt(observed, recorded);
  if (observed.read.kind === "invalid") return invalid(observed.read.problem);
  return { kind: "record", contextVersion: observed.contextVersion, retryCount: 0, why: "first attempt" };
}

/** Asked again with a higher context version, a run whose infrastructure was lost starts anew; nothing else does. */
function restartOrSettled(observed: ObservedRun): RunDecision {
  const asked = observed.contextVersion > (observed.recorded?.contextVersion ?? observed.contextVersion);
  if (observed.reason !== "InfrastructureLost" || !asked) return { kind: "settled" };
  const why = `context version ${observed.contextVersion} was asked for`;
  return { kind: "record", contextVersion: observed.contextVersion, retryCount: 0, why };
}

function isStale({ laneGeneration, ownGeneration }: ObservedRun): boolean {
  return laneGeneration !== undefined && laneGeneration !== ownGeneration;
}

/** What a run had done before it was to be stopped is told as it was. */
function hasOutcome({ job, pod }: ObservedRun): boolean {
  return job === "complete" && pod.outcome !== undefined;
}

function superseded({ laneGeneration, ownGeneration }: ObservedRun): RunDecision {
  const message =
    `a newer head took the lane (generation ${laneGeneration}, this run has ${ownGeneration}). The run was stopped and ` +
    `publishes nothing more; there is nothing to do, the newer workflow goes on`;
  return { kind: "fail", reason: "Superseded", message, removeJob: true, verdict: false };
}

const WORKFLOW_ENDED: RunDecision = {
  kind: "fail",
  reason: "WorkflowEnded",
  message: "the workflow of this run has ended, so the run was stopped; retry the workflow to go on",
  removeJob: true,
  verdict: false,
};

function invalid(message: string): RunDecision {
  return { kind: "fail", reason: "InvalidSpec", message, removeJob: false, verdict: false };
}

function decideAttempt(observed: ObservedRun, attempt: RecordedAttempt): RunDecision {
  const { read } = observed;
  switch (observed.job) {
    case "active":
      return { kind: "running" };
    case "complete":
      return completed(observed, attempt);
    case "failed":
      if (observed.pod.refused !== undefined) return notKeptIn(observed.pod.refused);
      return lost(observed, attempt, describeFailure(observed));
    case "absent":
      // Recorded but never seen running: the crash came before the creation. Seen running: it was taken away.
      if (observed.phase === "Running") return lost(observed, attempt, "its Job was deleted");
      return read.kind === "invalid" ? invalid(read.problem) : { kind: "create", input: read.input, attempt };
  }
}

function notKeptIn({ reason, message }: NonNullable<PodOutcome["refused"]>): RunDecision {
  return { kind: "fail", reason, message: `${message}; then start the run again`, removeJob: false, verdict: true };
}

function completed(observed: ObservedRun, attempt: RecordedAttempt): RunDecision {
  const { outcome } = observed.pod;
  if (outcome !== undefined) return { kind: "finish", outcome };
  return lost(observed, attempt, "its pod ended without leaving an outcome");
}

function lost(observed: ObservedRun, attempt: RecordedAttempt, what: string): RunDecision {
  const { contextVersion, retryCount } = attempt;
  if (retryCount < observed.retriesMax) {
    return { kind: "record", contextVersion, retryCount: retryCount + 1, why: what };
  }
  const message = `${what}; ${retryCount + 1} attempts were made, the limit is ${observed.retriesMax + 1}. Look at its logs, then start it again`;
  return { kind: "fail", reason: "InfrastructureLost", message, removeJob: false, verdict: true };
}

function describeFailure({ pod, jobReason }: ObservedRun): string {
  if (pod.broken !== undefined) {
    return `container ${pod.broken.container} ended with exit code ${pod.broken.exitCode}: ${pod.broken.message}`;
  }
  return jobReason === undefined ? "its pod was lost" : `its pod was lost (${jobReason})`;
}

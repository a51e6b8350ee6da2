// What to do with a Job: one pod at a time, until one succeeds, too many have failed, or time is up.
// The number of failed pods in the status is also the number of the current attempt, so a repeated pass decides the same.
import { unsupportedPodFields } from "../../resources/pod-support.ts";
import type { Job } from "../../resources/job.ts";
import type { Pod } from "../../resources/pod.ts";
import { jobPodName } from "./build-job-pod.ts";
import { describeFailedPod, summarizeJob, type JobEnd, type JobStatus } from "./summarize-job.ts";

/** Kubernetes' defaults: failures allowed, first wait after a failure (doubled each time), longest wait. */
export const BACKOFF_LIMIT = 6;
export const BACKOFF_FIRST_MS = 10_000;
export const BACKOFF_MAX_MS = 360_000;

export interface JobDecision {
  /** Attempt whose pod is to be created. */
  readonly create?: number;
  /** Names of pods to be deleted. */
  readonly delete: readonly string[];
  /** Undefined: unchanged. */
  readonly status?: JobStatus;
  readonly checkAgainAfterMs?: number;
}

const NOTHING: JobDecision = { delete: [] };

export interface JobFacts {
  readonly job: Job;
  /** All pods that belong to the Job. */
  readonly pods: readonly Pod[];
  readonly now: number;
}

export function decideJob(facts: JobFacts): JobDecision {
  const { job, now } = facts;
  if (job.metadata.deletionTimestamp !== undefined || isFinished(job)) return NOTHING;
  const refused = unsupportedJobFields(job);
  if (refused !== undefined) return finish(facts, { kind: "failed", reason: "UnsupportedJob", message: refused });
  const attempt = job.status?.failed ?? 0;
  const current = facts.pods.find((pod) => pod.metadata.name === jobPodName(job, attempt));
  if (current?.status?.phase === "Succeeded") return finish(facts, { kind: "complete" });
  const deadline = deadlineOf(job, now);
  if (deadline !== undefined && deadline <= now) return finish(facts, DEADLINE_EXCEEDED);
  if (hasFailed(job, current)) return countFailure(facts, current, attempt + 1);
  return proceed(facts, current, attempt, deadline);
}

/** A pod that was counted as active and is gone, or going, has not done its work; of a suspended Job that was wanted. */
function hasFailed(job: Job, pod: Pod | undefined): boolean {
  if (pod?.status?.phase === "Failed") return true;
  if (job.spec.suspend === true) return false;
  return pod === undefined ? (job.status?.active ?? 0) > 0 : pod.metadata.deletionTimestamp !== undefined;
}

export function isFinished(job: Job): boolean {
  return (job.status?.conditions ?? []).some(
    ({ type, status }) => (type === "Complete" || type === "Failed") && status === "True",
  );
}

const DEADLINE_EXCEEDED: JobEnd = {
  kind: "failed",
  reason: "DeadlineExceeded",
  message: "Job was active longer than specified deadline",
};

const SUPPORTED_FIELDS: ReadonlySet<string> = new Set([
  "parallelism",
  "completions",
  "backoffLimit",
  "activeDeadlineSeconds",
  "ttlSecondsAfterFinished",
  "suspend",
  "template",
  "completionMode",
  "manualSelector",
  "podReplacementPolicy",
  "podFailurePolicy",
]);

/** What this controller cannot honour, as one sentence per field. */
function unsupportedJobFields(job: Job): string | undefined {
  const { spec } = job;
  const problems = [
    ...Object.keys(spec)
      .filter((name) => !SUPPORTED_FIELDS.has(name))
      .map((name) => `spec.${name}: is not supported on one machine; remove it`),
    ...(["parallelism", "completions"] as const)
      .filter((name) => (spec[name] ?? 1) !== 1)
      .map((name) => `spec.${name}: must be 1 on one machine`),
    ...unsupportedRules(job),
    ...unsupportedPodFields(spec.template.spec, "spec.template.spec").map(
      ({ field, message }) => `${field}: ${message}`,
    ),
  ];
  return problems.length === 0 ? undefined : problems.join("; ");
}

/** Nobody drains one machine: a rule about that has nothing to do here, and every other one would have. */
function unsupportedRules({ spec }: Job): readonly string[] {
  return (spec.podFailurePolicy?.rules ?? []).flatMap((rule, index) => {
    const conditions = rule.onPodConditions ?? [];
    const isOfDraining = conditions.length > 0 && conditions.every(({ type }) => type === "DisruptionTarget");
    if (isOfDraining) return [];
    return `spec.podFailurePolicy.rules[${index}]: only rules about DisruptionTarget are supported on one machine; remove it`;
  });
}

function countFailure(facts: JobFacts, pod: Pod | undefined, failed: number): JobDecision {
  const { job, now } = facts;
  if (failed <= (job.spec.backoffLimit ?? BACKOFF_LIMIT)) {
    const status = summarizeJob(job, { active: 0, succeeded: 0, failed }, now);
    return { delete: [], status, checkAgainAfterMs: backoffMs(failed) };
  }
  const message = `Job has reached the specified backoff limit; ${describeFailedPod(pod)}`;
  const counted = { ...facts, job: { ...job, status: { ...job.status, failed } } };
  return finish(counted, { kind: "failed", reason: "BackoffLimitExceeded", message });
}

function finish(facts: JobFacts, end: JobEnd): JobDecision {
  const { job, pods, now } = facts;
  const active = pods.filter((pod) => !hasEnded(pod) && pod.metadata.deletionTimestamp === undefined);
  const counts = {
    active: 0,
    succeeded: end.kind === "complete" ? 1 : 0,
    failed: (job.status?.failed ?? 0) + (end.kind === "failed" ? active.length : 0),
  };
  return { delete: active.map((pod) => pod.metadata.name), status: summarizeJob(job, counts, now, end) };
}

function proceed(
  facts: JobFacts,
  current: Pod | undefined,
  attempt: number,
  deadline: number | undefined,
): JobDecision {
  const { job, now } = facts;
  const untilDeadline = deadline === undefined ? {} : { checkAgainAfterMs: deadline - now };
  const counts = { active: 1, succeeded: 0, failed: attempt };
  if (job.spec.suspend === true) {
    const names = current === undefined ? [] : [current.metadata.name];
    return { delete: names, status: summarizeJob(job, { ...counts, active: 0 }, now) };
  }
  if (current !== undefined) return { delete: [], status: summarizeJob(job, counts, now), ...untilDeadline };
  const wait = attempt === 0 ? 0 : backoffMs(attempt) - (now - lastFailure(facts, attempt));
  if (wait > 0)
    return { delete: [], checkAgainAfterMs: Math.min(wait, deadline === undefined ? wait : deadline - now) };
  return { create: attempt, delete: [], status: summarizeJob(job, counts, now), ...untilDeadline };
}

function backoffMs(failed: number): number {
  return Math.min(BACKOFF_FIRST_MS * 2 ** (failed - 1), BACKOFF_MAX_MS);
}

/** When the last attempt ended; long ago when its pod is gone. */
function lastFailure(facts: JobFacts, attempt: number): number {
  const previous = facts.pods.find((pod) => pod.metadata.name === jobPodName(facts.job, attempt - 1));
  const statuses = [...(previous?.status?.initContainerStatuses ?? []), ...(previous?.status?.containerStatuses ?? [])];
  const times = statuses.flatMap(({ state }) =>
    state.terminated?.finishedAt === undefined ? [] : [Date.parse(state.terminated.finishedAt)],
  );
  return Math.max(0, ...times);
}

function deadlineOf(job: Job, now: number): number | undefined {
  const seconds = job.spec.activeDeadlineSeconds;
  if (seconds === undefined || job.spec.suspend === true) return undefined;
  return (job.status?.startTime === undefined ? now : Date.parse(job.status.startTime)) + seconds * 1000;
}

function hasEnded(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

// The status of a Job in the words of Kubernetes' job controller. Source: Kubernetes, "Jobs", sections "Pod backoff
// failure policy" and "Job termination and cleanup".
import { setCondition, type Condition } from "../../resources/condition.ts";
import type { Job } from "../../resources/job.ts";
import { kubernetesTime } from "../../resources/object-meta.ts";
import type { Pod } from "../../resources/pod.ts";

export type JobStatus = NonNullable<Job["status"]>;

export interface JobCounts {
  readonly active: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** How a Job ended; `undefined` while it has not. */
export type JobEnd =
  | { readonly kind: "complete" }
  | { readonly kind: "failed"; readonly reason: string; readonly message: string };

export function summarizeJob(job: Job, counts: JobCounts, now: number, end?: JobEnd): JobStatus {
  const time = kubernetesTime(now);
  const previous = job.status?.conditions ?? [];
  const isSuspended = job.spec.suspend === true && end === undefined;
  const startTime = job.status?.startTime ?? (isSuspended ? undefined : time);
  return {
    ...positive(counts),
    ...(startTime === undefined ? {} : { startTime }),
    ...(end?.kind === "complete" ? { completionTime: time } : {}),
    conditions: [...endConditions(end, time), ...suspension(job, isSuspended, time)].reduce(setCondition, previous),
  };
}

/** Counts of zero are left out, as Kubernetes does. */
function positive(counts: JobCounts): Partial<JobCounts> {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Each end is announced by a condition of its own first, as newer clusters do; old clients look at the second. */
function endConditions(end: JobEnd | undefined, lastTransitionTime: string): readonly Condition[] {
  switch (end?.kind) {
    case undefined:
      return [];
    case "complete": {
      const message = "Reached expected number of succeeded pods";
      return announce(
        ["SuccessCriteriaMet", "Complete"],
        { reason: "CompletionsReached", message },
        lastTransitionTime,
      );
    }
    case "failed":
      return announce(["FailureTarget", "Failed"], end, lastTransitionTime);
  }
}

function announce(
  types: readonly string[],
  { reason, message }: { readonly reason: string; readonly message: string },
  lastTransitionTime: string,
): readonly Condition[] {
  return types.map((type) => ({ type, status: "True", reason, message, lastTransitionTime }));
}

function suspension(job: Job, isSuspended: boolean, lastTransitionTime: string): readonly Condition[] {
  const known = job.status?.conditions?.some((condition) => condition.type === "Suspended") === true;
  if (!isSuspended && !known) return [];
  const [reason, message] = isSuspended ? ["JobSuspended", "Job suspended"] : ["JobResumed", "Job resumed"];
  return [{ type: "Suspended", status: isSuspended ? "True" : "False", reason, message, lastTransitionTime }];
}

/** The reason of the last failure, so that a Job says more than that it has failed. */
export function describeFailedPod(pod: Pod | undefined): string {
  if (pod === undefined) return "its pod was deleted";
  const { reason, message, initContainerStatuses, containerStatuses } = pod.status ?? {};
  if (reason !== undefined) return `pod ${pod.metadata.name}: ${reason}: ${message ?? ""}`;
  const failed = [...(initContainerStatuses ?? []), ...(containerStatuses ?? [])].find(
    ({ state }) => state.terminated !== undefined && state.terminated.exitCode !== 0,
  );
  const end = failed?.state.terminated;
  if (failed === undefined || end === undefined) return `pod ${pod.metadata.name} failed`;
  return `pod ${pod.metadata.name}: container ${failed.name} ended with ${String(end.exitCode)} (${end.reason ?? "Error"})`;
}

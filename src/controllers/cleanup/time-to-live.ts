// When a finished Job or Workflow, or an Event, is to be deleted.
import type { Event } from "../../resources/core.ts";
import type { Job } from "../../resources/job.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";
import type { Workflow, WorkflowSpec } from "../../resources/workflow.ts";

export interface Expiry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** As the deleting controller of Kubernetes, or of Argo, does it. */
  readonly propagationPolicy: "Background" | "Foreground";
}

/** Undefined while a Job or Workflow is unfinished, where there is no time to live, and for other kinds. */
export function expiresAt(object: KubernetesObject): Expiry | undefined {
  if (object.kind === "Job" && object.apiVersion.startsWith("batch/")) return expiryOfJob(object as Job);
  if (object.kind === "Workflow" && object.apiVersion.startsWith("argoproj.io/")) {
    return expiryOfWorkflow(object as Workflow);
  }
  if (object.kind === "Event" && object.apiVersion === "v1") return expiryOfEvent(object as Event);
  return undefined;
}

/** What the API server of Kubernetes keeps an Event for, unless it is told otherwise. */
const EVENT_SECONDS_MAX = 3_600;

function expiryOfEvent({ lastTimestamp, metadata }: Event): Expiry | undefined {
  return expiryAfter(lastTimestamp ?? metadata.creationTimestamp ?? "", EVENT_SECONDS_MAX, "Background");
}

function expiryOfJob(job: Job): Expiry | undefined {
  const seconds = job.spec.ttlSecondsAfterFinished;
  const finished = job.status?.conditions?.find(
    (condition) => (condition.type === "Complete" || condition.type === "Failed") && condition.status === "True",
  );
  if (seconds === undefined || finished === undefined) return undefined;
  return expiryAfter(finished.lastTransitionTime, seconds, "Foreground");
}

/** Argo deletes a workflow in the first second after its time is up. */
const WORKFLOW_MARGIN_SECONDS = 1;

function expiryOfWorkflow(workflow: Workflow): Expiry | undefined {
  const { spec, status } = workflow;
  const strategy = spec.ttlStrategy ?? status?.storedWorkflowTemplateSpec?.ttlStrategy;
  if (strategy === undefined || !status?.finishedAt) return undefined;
  const seconds = secondsAfter(strategy, status.phase);
  if (seconds === undefined) return undefined;
  return expiryAfter(status.finishedAt, seconds + WORKFLOW_MARGIN_SECONDS, "Background");
}

/** The phase Error counts as completion only: secondsAfterFailure is for Failed alone. */
function secondsAfter(
  strategy: NonNullable<WorkflowSpec["ttlStrategy"]>,
  phase: string | undefined,
): number | undefined {
  switch (phase) {
    case "Succeeded":
      return strategy.secondsAfterSuccess ?? strategy.secondsAfterCompletion;
    case "Failed":
      return strategy.secondsAfterFailure ?? strategy.secondsAfterCompletion;
    case "Error":
      return strategy.secondsAfterCompletion;
    default:
      return undefined;
  }
}

function expiryAfter(
  time: string,
  seconds: number,
  propagationPolicy: Expiry["propagationPolicy"],
): Expiry | undefined {
  const finishedAt = Date.parse(time);
  return Number.isNaN(finishedAt) ? undefined : { at: finishedAt + seconds * 1000, propagationPolicy };
}

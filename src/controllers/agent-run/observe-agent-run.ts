// Reads all that a decision about a run needs: its Job and pod, and the generation of its lane.
import { isEnded } from "../../argo/workflow/workflow-status.ts";
import type { Configuration } from "../../configuration/configuration.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { LEASE } from "../../resources/core.ts";
import { JOB, type Job } from "../../resources/job.ts";
import { readLane } from "../../resources/lane.ts";
import type { ObjectKey } from "../../resources/object-meta.ts";
import { POD, type Pod } from "../../resources/pod.ts";
import { readRunIdentity } from "../../resources/run-identity.ts";
import type { JobState, ObservedRun } from "./decide-agent-run.ts";
import { readOutcome } from "./read-outcome.ts";
import { isCodeRun, readRunInput, type AgentRun } from "./run-input.ts";

export interface Observation {
  readonly run: AgentRun;
  readonly observed: ObservedRun;
  readonly job: Job | undefined;
}

export interface ObserveDependencies {
  readonly store: ResourceReader;
  readonly configuration: Configuration;
}

export async function observeAgentRun(
  run: AgentRun,
  { store, configuration }: ObserveDependencies,
): Promise<Observation> {
  const job = await jobOf(store, run);
  const state = jobState(job);
  const pod = job !== undefined && isPodNeeded(run, state) ? await podOf(store, job) : undefined;
  const observed: ObservedRun = {
    ...recordedState(run),
    contextVersion: isCodeRun(run) ? (run.spec.contextVersion ?? 1) : 1,
    read: readRunInput(run, configuration),
    laneGeneration: await laneGenerationOf(store, run),
    ownGeneration: readRunIdentity(run).generation,
    workflowEnded: await hasWorkflowEnded(store, run),
    job: state,
    pod: readOutcome(pod),
    jobReason: job?.status?.conditions?.find((condition) => condition.type === "Failed")?.reason,
    retriesMax: configuration.limits.infrastructureRetriesMax,
  };
  return { run, observed, job };
}

/** Only the pod of an ended Job has anything to say, and then it has ended itself; of an ended run all is known. */
function isPodNeeded({ status }: AgentRun, job: JobState): boolean {
  return job !== "active" && status?.phase !== "Succeeded" && status?.phase !== "Failed";
}

function recordedState(run: AgentRun): Pick<ObservedRun, "phase" | "reason" | "recorded"> {
  const { phase, conditions, jobName, contextVersion, retryCount } = run.status ?? {};
  return {
    phase: phase ?? "",
    reason: conditions?.find((condition) => condition.type === "Complete")?.reason,
    recorded:
      jobName === undefined ? undefined : { jobName, contextVersion: contextVersion ?? 1, retryCount: retryCount ?? 0 },
  };
}

async function jobOf(store: ResourceReader, run: AgentRun): Promise<Job | undefined> {
  const name = run.status?.jobName;
  return name === undefined ? undefined : store.get(JOB, { namespace: run.metadata.namespace ?? "", name });
}

async function laneGenerationOf(store: ResourceReader, run: AgentRun): Promise<number | undefined> {
  const key = laneKeyOf(run);
  const lease = key === undefined ? undefined : await store.get(LEASE, key);
  return lease === undefined ? undefined : readLane(lease).generation;
}

export function laneKeyOf(run: AgentRun): ObjectKey | undefined {
  const { lane } = readRunIdentity(run);
  return lane === undefined ? undefined : { namespace: run.metadata.namespace ?? "", name: lane };
}

/** One that is gone takes the run with it; the cleanup sees to that. */
async function hasWorkflowEnded(store: ResourceReader, run: AgentRun): Promise<boolean> {
  const key = workflowKeyOf(run);
  const workflow = key === undefined ? undefined : await store.get(WORKFLOW, key);
  return isEnded(workflow?.status?.phase);
}

/** The workflow that owns the run. */
export function workflowKeyOf(run: AgentRun): ObjectKey | undefined {
  const owner = run.metadata.ownerReferences?.find((reference) => reference.kind === WORKFLOW.kind);
  return owner === undefined ? undefined : { namespace: run.metadata.namespace ?? "", name: owner.name };
}

async function podOf(store: ResourceReader, job: Job): Promise<Pod | undefined> {
  const namespace = job.metadata.namespace ?? "";
  const { items } = await store.list(POD, { namespace, labelSelector: `job-name=${job.metadata.name}` });
  return items.find((pod) => pod.metadata.ownerReferences?.some((owner) => owner.uid === job.metadata.uid));
}

/** Conditions first; a Job without a status is active. */
function jobState(job: Job | undefined): JobState {
  if (job === undefined) return "absent";
  const has = (type: string) => job.status?.conditions?.some((it) => it.type === type && it.status === "True") === true;
  if (has("Complete")) return "complete";
  return has("Failed") ? "failed" : "active";
}

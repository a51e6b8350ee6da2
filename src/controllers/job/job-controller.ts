// Runs Jobs where there is no kube-controller-manager: one pod at a time, tried again within the backoff limit.
// Finished Jobs are removed by the cleanup controller.
import { hasCode } from "../../platform/errors.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { JOB, type Job } from "../../resources/job.ts";
import { keyOf, type ObjectKey } from "../../resources/object-meta.ts";
import { POD, type Pod } from "../../resources/pod.ts";
import { SETTLED, watchOf, type Controller, type Outcome } from "../loop/controller.ts";
import { buildJobPod, CONTROLLER_UID_LABEL } from "./build-job-pod.ts";
import { decideJob, type JobDecision } from "./decide-job.ts";

const CONCURRENCY_MAX = 4;

/** The controller of Jobs on one machine. */
export function createJobController(store: ResourceStore): Controller {
  return {
    name: "job",
    concurrencyMax: CONCURRENCY_MAX,
    watches: [
      watchOf({ kind: JOB, map: (job) => [keyOf(job)] }),
      watchOf({ kind: POD, labelSelector: CONTROLLER_UID_LABEL, map: jobOf }),
    ],
    reconcile: (key, now) => reconcileJob(store, key, now),
  };
}

async function reconcileJob(store: ResourceStore, key: ObjectKey, now: number): Promise<Outcome> {
  const job = await store.get(JOB, key);
  if (job === undefined) return SETTLED;
  const decision = decideJob({ job, pods: await podsOf(store, job), now });
  await apply(store, job, decision);
  return decision.checkAgainAfterMs === undefined
    ? SETTLED
    : { kind: "checkAgainAfter", ms: Math.max(0, decision.checkAgainAfterMs) };
}

async function podsOf(store: ResourceStore, job: Job): Promise<readonly Pod[]> {
  const uid = job.metadata.uid ?? "";
  const namespace = job.metadata.namespace ?? "";
  const { items } = await store.list(POD, { namespace, labelSelector: `${CONTROLLER_UID_LABEL}=${uid}` });
  return items.filter((pod) => pod.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true);
}

/** Pods first: the status says what has happened. A pass that died in between finds the pod by its name. */
async function apply(store: ResourceStore, job: Job, decision: JobDecision): Promise<void> {
  if (decision.create !== undefined) {
    const pod = buildJobPod(job, decision.create);
    await store.create(POD, pod).catch((error: unknown) => {
      if (!hasCode(error, "AlreadyExists")) throw error;
    });
  }
  for (const name of decision.delete) {
    await store.delete(POD, { namespace: job.metadata.namespace ?? "", name }).catch((error: unknown) => {
      if (!hasCode(error, "NotFound")) throw error;
    });
  }
  const { status } = decision;
  if (status !== undefined && JSON.stringify(status) !== JSON.stringify(job.status)) {
    await store.updateStatus(JOB, { ...job, status });
  }
}

function jobOf(pod: Pod): readonly ObjectKey[] {
  const owner = pod.metadata.ownerReferences?.find(
    (reference) => reference.kind === "Job" && reference.controller === true,
  );
  return owner === undefined ? [] : [{ namespace: pod.metadata.namespace ?? "", name: owner.name }];
}

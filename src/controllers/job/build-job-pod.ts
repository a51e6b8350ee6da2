// The pod of one attempt of a Job. Its name is a function of Job and attempt, so that a repeated pass finds it.
import { keyOf, ownerReferenceTo, uidOf } from "../../resources/object-meta.ts";
import type { Job } from "../../resources/job.ts";
import type { Pod } from "../../resources/pod.ts";
import { hash8 } from "../../resources/short-hash.ts";

/** Kubernetes' labels on the pods of a Job. */
export const CONTROLLER_UID_LABEL = "batch.kubernetes.io/controller-uid";
const JOB_NAME_LABEL = "batch.kubernetes.io/job-name";

const NAME_MAX = 63;
const SUFFIX_CHARACTERS = 5;

/** `<job>-<5 characters>`, the length that generateName gives; `index` counts attempts from 0. */
export function jobPodName(job: Job, index: number): string {
  const suffix = hash8(`${uidOf(job)} ${String(index)}`).slice(0, SUFFIX_CHARACTERS);
  return `${job.metadata.name.slice(0, NAME_MAX - SUFFIX_CHARACTERS - 1)}-${suffix}`;
}

export function buildJobPod(job: Job, index: number): Pod {
  const { metadata, spec } = job.spec.template;
  const uid = uidOf(job);
  const { name } = job.metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: jobPodName(job, index),
      namespace: keyOf(job).namespace,
      labels: {
        ...metadata?.labels,
        [CONTROLLER_UID_LABEL]: uid,
        [JOB_NAME_LABEL]: name.slice(0, NAME_MAX),
        "controller-uid": uid,
        "job-name": name.slice(0, NAME_MAX),
      },
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ownerReferences: [ownerReferenceTo(job)],
    },
    spec,
  };
}

// Job (batch/v1): the fields that Runyard's controllers use.
import type { Condition } from "./condition.ts";
import type { Kind } from "./kind.ts";
import type { KubernetesObject, ObjectMeta } from "./object-meta.ts";
import type { PodSpec } from "./pod.ts";

export interface PodTemplate {
  readonly metadata?: Partial<ObjectMeta>;
  readonly spec: PodSpec;
}

export interface PodFailureRule {
  readonly action: string;
  readonly onPodConditions?: readonly { readonly type: string; readonly status?: string }[];
  readonly onExitCodes?: Readonly<Record<string, unknown>>;
}

export interface Job extends KubernetesObject {
  readonly spec: {
    readonly parallelism?: number;
    readonly completions?: number;
    readonly backoffLimit?: number;
    readonly activeDeadlineSeconds?: number;
    readonly ttlSecondsAfterFinished?: number;
    readonly suspend?: boolean;
    readonly podFailurePolicy?: { readonly rules?: readonly PodFailureRule[] };
    readonly template: PodTemplate;
  };
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly Condition[];
  };
}

export const JOB: Kind<Job> = {
  group: "batch",
  version: "v1",
  kind: "Job",
  plural: "jobs",
  singular: "job",
  shortNames: [],
  namespaced: true,
  statusSubresource: true,
  generation: "spec",
  printerColumns: [
    { name: "Active", type: "integer", jsonPath: ".status.active" },
    { name: "Succeeded", type: "integer", jsonPath: ".status.succeeded" },
    { name: "Failed", type: "integer", jsonPath: ".status.failed" },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
};

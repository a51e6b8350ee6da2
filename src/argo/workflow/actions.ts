// What a decision asks for.
import type { Template } from "../../resources/workflow.ts";

export type Action =
  | { readonly kind: "createPod"; readonly step: PodStep }
  | { readonly kind: "runResource"; readonly step: ResourceStep }
  | { readonly kind: "deletePod"; readonly name: string; readonly uid: string };

/** A container or script template that becomes a pod. */
export interface PodStep {
  readonly nodeId: string;
  readonly nodeName: string;
  readonly podName: string;
  /** After substitution. */
  readonly template: Template;
  readonly isOnExit: boolean;
  /** Some other step reads its standard output. */
  readonly includesResult: boolean;
  readonly activeDeadlineSeconds?: number;
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken?: boolean;
}

/** A resource template, executed by the engine with the rights of the workflow's service account. */
export interface ResourceStep {
  readonly nodeId: string;
  readonly serviceAccountName: string;
  readonly action: string;
  readonly manifest: string;
  readonly mergeStrategy: string;
  readonly flags: readonly string[];
  readonly setOwnerReference: boolean;
}

// What the store, the API and the CLI know about a kind of resource. The list of all kinds is in kinds.ts.
import type { KubernetesObject } from "./object-meta.ts";

/** A structural schema (OpenAPI v3 subset of apiextensions.k8s.io/v1), as plain JSON. */
export type StructuralSchema = Readonly<Record<string, unknown>>;

/** A column of `kubectl get` and of the API's Table answers. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  /** A kubectl JSONPath below the object, for example `.status.phase`. */
  readonly jsonPath: string;
  /** 0 is always shown; 1 only with `-o wide`. */
  readonly priority?: 0 | 1;
}

export interface Kind<T extends KubernetesObject = KubernetesObject> {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** With a status subresource, `update` ignores status and `updateStatus` ignores everything else. */
  readonly statusSubresource: boolean;
  /** `spec`: metadata.generation rises when anything but metadata and status changes. `none`: it is never set. */
  readonly generation: "spec" | "none";
  /** Prunes unknown fields, applies defaults, refuses wrong ones as Invalid. Absent: stored as given. */
  readonly schema?: StructuralSchema;
  readonly printerColumns: readonly PrinterColumn[];
  /** Secret: kept as files of mode 0600, never as rows, and never in a log. */
  readonly confidential?: true;
  /** Carries the type only; never set. */
  readonly object?: T;
}

/** `v1` or `batch/v1`, as in manifests. */
export function apiVersionOf(kind: Kind): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}

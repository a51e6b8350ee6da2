// Pod (core/v1): the fields that Runyard's pods use, on a cluster and on one machine.
import type { Condition } from "./condition.ts";
import type { Kind } from "./kind.ts";
import type { KubernetesObject } from "./object-meta.ts";

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  /** metadata.name, metadata.namespace, metadata.uid, status.podIP, spec.nodeName or metadata.labels['x']. */
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
}

export interface ResourceRequirements {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

export interface Container {
  readonly name: string;
  /** On one machine the host's own programs take the place of the image. */
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly env?: readonly EnvironmentVariable[];
  readonly resources?: ResourceRequirements;
  readonly volumeMounts?: readonly VolumeMount[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  /** Default /dev/termination-log; at most 4096 bytes are kept. */
  readonly terminationMessagePath?: string;
}

export type ProjectedSource =
  | {
      readonly serviceAccountToken: {
        readonly audience?: string;
        readonly expirationSeconds?: number;
        readonly path: string;
      };
    }
  | {
      readonly configMap: { readonly name: string; readonly items?: readonly KeyToPath[]; readonly optional?: boolean };
    }
  | { readonly secret: { readonly name: string; readonly items?: readonly KeyToPath[]; readonly optional?: boolean } };

export interface KeyToPath {
  readonly key: string;
  readonly path: string;
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: { readonly sizeLimit?: string; readonly medium?: string };
  readonly configMap?: { readonly name: string; readonly items?: readonly KeyToPath[]; readonly optional?: boolean };
  readonly projected?: { readonly sources: readonly ProjectedSource[]; readonly defaultMode?: number };
}

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly restartPolicy?: "Never" | "OnFailure" | "Always";
  readonly activeDeadlineSeconds?: number;
  readonly terminationGracePeriodSeconds?: number;
  readonly nodeName?: string;
  /** Run one after the other; each must exit 0 before the next starts. */
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly securityContext?: Readonly<Record<string, unknown>>;
  readonly enableServiceLinks?: boolean;
}

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly signal?: number;
    /** Completed, Error, OOMKilled, DeadlineExceeded, ContainerStatusUnknown. */
    readonly reason?: string;
    /** What the container wrote to its terminationMessagePath. */
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly image: string;
  readonly imageID: string;
  readonly started?: boolean;
  readonly state: ContainerState;
}

export interface PodStatus {
  readonly phase?: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
  readonly startTime?: string;
  readonly podIP?: string;
  readonly hostIP?: string;
  readonly conditions?: readonly Condition[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
}

export interface Pod extends KubernetesObject {
  readonly spec: PodSpec;
  readonly status?: PodStatus;
}

/** Reason of a pod that was refused because no sandbox can be made on its machine. */
export const SANDBOX_UNAVAILABLE = "SandboxUnavailable";

/** Reason of a pod whose container found a way out past the gateway; the exit code and beginning of that container's last word. */
export const EGRESS_OPEN = "EgressOpen";
export const EGRESS_OPEN_EXIT_CODE = 126;
export const EGRESS_OPEN_PREFIX = `${EGRESS_OPEN}: `;

export const POD: Kind<Pod> = {
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  singular: "pod",
  shortNames: ["po"],
  namespaced: true,
  statusSubresource: true,
  generation: "spec",
  printerColumns: [
    { name: "Status", type: "string", jsonPath: ".status.phase" },
    { name: "Reason", type: "string", jsonPath: ".status.reason", priority: 1 },
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  ],
};

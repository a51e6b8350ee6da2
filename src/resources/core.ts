// The plain core kinds: ConfigMap, Secret, ServiceAccount, Namespace, Event; and Lease.
import type { Kind } from "./kind.ts";
import type { KubernetesObject } from "./object-meta.ts";

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly immutable?: boolean;
}

export interface Secret extends KubernetesObject {
  readonly type?: string;
  /** Base64 values. */
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

export interface ServiceAccount extends KubernetesObject {
  readonly automountServiceAccountToken?: boolean;
}

export interface Namespace extends KubernetesObject {
  readonly status?: { readonly phase?: string };
}

/** A Kubernetes Event (core/v1): something that happened to `involvedObject`. */
export interface Event extends KubernetesObject {
  readonly involvedObject: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly uid?: string;
  };
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly count?: number;
  readonly firstTimestamp?: string;
  readonly lastTimestamp?: string;
  readonly source?: { readonly component?: string };
}

export interface Lease extends KubernetesObject {
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds. */
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

const core = { group: "", version: "v1", namespaced: true, statusSubresource: false, generation: "none" } as const;

export const CONFIG_MAP: Kind<ConfigMap> = {
  ...core,
  kind: "ConfigMap",
  plural: "configmaps",
  singular: "configmap",
  shortNames: ["cm"],
  printerColumns: [],
};

export const SECRET: Kind<Secret> = {
  ...core,
  kind: "Secret",
  plural: "secrets",
  singular: "secret",
  shortNames: [],
  printerColumns: [{ name: "Type", type: "string", jsonPath: ".type" }],
  confidential: true,
};

export const SERVICE_ACCOUNT: Kind<ServiceAccount> = {
  ...core,
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  singular: "serviceaccount",
  shortNames: ["sa"],
  printerColumns: [],
};

export const NAMESPACE: Kind<Namespace> = {
  ...core,
  namespaced: false,
  statusSubresource: true,
  kind: "Namespace",
  plural: "namespaces",
  singular: "namespace",
  shortNames: ["ns"],
  printerColumns: [{ name: "Status", type: "string", jsonPath: ".status.phase" }],
};

export const EVENT: Kind<Event> = {
  ...core,
  kind: "Event",
  plural: "events",
  singular: "event",
  shortNames: ["ev"],
  printerColumns: [
    { name: "Last Seen", type: "date", jsonPath: ".lastTimestamp" },
    { name: "Type", type: "string", jsonPath: ".type" },
    { name: "Reason", type: "string", jsonPath: ".reason" },
    { name: "Object", type: "string", jsonPath: ".involvedObject.name" },
    { name: "Message", type: "string", jsonPath: ".message" },
    { name: "Count", type: "integer", jsonPath: ".count", priority: 1 },
    { name: "Name", type: "string", jsonPath: ".metadata.name", priority: 1 },
  ],
};

export const LEASE: Kind<Lease> = {
  ...core,
  group: "coordination.k8s.io",
  kind: "Lease",
  plural: "leases",
  singular: "lease",
  shortNames: [],
  printerColumns: [{ name: "Holder", type: "string", jsonPath: ".spec.holderIdentity" }],
};

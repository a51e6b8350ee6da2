// Role, RoleBinding, ClusterRole and ClusterRoleBinding of rbac.authorization.k8s.io/v1. The rules are enforced on
// one machine too.
import type { Kind } from "./kind.ts";
import type { KubernetesObject } from "./object-meta.ts";

export interface PolicyRule {
  readonly apiGroups?: readonly string[];
  /** Plural names; a subresource is written `pods/log`. */
  readonly resources?: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
  /** Paths that are no resource, in a ClusterRole only; a trailing `*` matches any ending. */
  readonly nonResourceURLs?: readonly string[];
}

export interface Role extends KubernetesObject {
  readonly rules?: readonly PolicyRule[];
}

export interface Subject {
  readonly kind: "ServiceAccount" | "User" | "Group";
  readonly name: string;
  readonly namespace?: string;
  readonly apiGroup?: string;
}

export interface RoleBinding extends KubernetesObject {
  readonly roleRef: { readonly apiGroup: string; readonly kind: "Role" | "ClusterRole"; readonly name: string };
  readonly subjects?: readonly Subject[];
}

/** Rules for every namespace and for what has none. */
export interface ClusterRole extends KubernetesObject {
  readonly rules?: readonly PolicyRule[];
}

export interface ClusterRoleBinding extends KubernetesObject {
  readonly roleRef: { readonly apiGroup: string; readonly kind: "ClusterRole"; readonly name: string };
  readonly subjects?: readonly Subject[];
}

const rbac = {
  group: "rbac.authorization.k8s.io",
  version: "v1",
  namespaced: true,
  statusSubresource: false,
  generation: "none",
  shortNames: [],
} as const;

export const ROLE: Kind<Role> = { ...rbac, kind: "Role", plural: "roles", singular: "role", printerColumns: [] };

export const ROLE_BINDING: Kind<RoleBinding> = {
  ...rbac,
  kind: "RoleBinding",
  plural: "rolebindings",
  singular: "rolebinding",
  printerColumns: [{ name: "Role", type: "string", jsonPath: ".roleRef.name" }],
};

export const CLUSTER_ROLE: Kind<ClusterRole> = {
  ...rbac,
  namespaced: false,
  kind: "ClusterRole",
  plural: "clusterroles",
  singular: "clusterrole",
  printerColumns: [],
};

export const CLUSTER_ROLE_BINDING: Kind<ClusterRoleBinding> = {
  ...rbac,
  namespaced: false,
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  singular: "clusterrolebinding",
  printerColumns: [{ name: "Role", type: "string", jsonPath: ".roleRef.name" }],
};

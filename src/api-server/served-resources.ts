// Every resource that the API serves: the kinds of the registry, their subresources, and the reviews, which are
// created but never stored.
import type { Kind } from "../resources/kind.ts";
import { SERVICE_ACCOUNT } from "../resources/core.ts";
import { POD } from "../resources/pod.ts";

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

export interface ServedSubresource {
  /** Below the resource: `status`, `log`. */
  readonly name: string;
  readonly responseKind: GroupVersion & { readonly kind: string };
  readonly verbs: readonly string[];
}

export interface ServedResource extends GroupVersion {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly ServedSubresource[];
}

/** What `kubectl get all` shows: what works, not what configures it. */
const IN_ALL = new Set(["pods", "jobs", "coderuns", "docsruns", "workflows"]);

const STORED_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

export const REVIEWS: readonly (GroupVersion & { readonly plural: string; readonly kind: string })[] = [
  { group: "authentication.k8s.io", version: "v1", plural: "selfsubjectreviews", kind: "SelfSubjectReview" },
  { group: "authentication.k8s.io", version: "v1", plural: "tokenreviews", kind: "TokenReview" },
  { group: "authorization.k8s.io", version: "v1", plural: "selfsubjectaccessreviews", kind: "SelfSubjectAccessReview" },
  { group: "authorization.k8s.io", version: "v1", plural: "selfsubjectrulesreviews", kind: "SelfSubjectRulesReview" },
  { group: "authorization.k8s.io", version: "v1", plural: "subjectaccessreviews", kind: "SubjectAccessReview" },
];

/** All resources, in a fixed order. */
export function servedResources(kinds: readonly Kind[]): readonly ServedResource[] {
  return [...kinds.map(servedKind), ...REVIEWS.map(servedReview)];
}

/** The group versions of these resources, the core group first, the others in order of first mention. */
export function groupVersions(resources: readonly ServedResource[]): readonly GroupVersion[] {
  const seen = new Map<string, GroupVersion>();
  for (const { group, version } of resources) seen.set(`${group}/${version}`, { group, version });
  return [...seen.values()].sort((a, b) => Number(a.group !== "") - Number(b.group !== ""));
}

function servedKind(kind: Kind): ServedResource {
  const { group, version } = kind;
  return {
    group,
    version,
    plural: kind.plural,
    singular: kind.singular,
    kind: kind.kind,
    shortNames: kind.shortNames,
    categories: IN_ALL.has(kind.plural) ? ["all"] : [],
    namespaced: kind.namespaced,
    verbs: STORED_VERBS,
    subresources: subresourcesOf(kind),
  };
}

function subresourcesOf(kind: Kind): readonly ServedSubresource[] {
  const { group, version } = kind;
  const status: ServedSubresource = {
    name: "status",
    responseKind: { group, version, kind: kind.kind },
    verbs: ["get", "patch", "update"],
  };
  const log: ServedSubresource = {
    name: "log",
    responseKind: { group: "", version: "v1", kind: "Pod" },
    verbs: ["get"],
  };
  const token: ServedSubresource = {
    name: "token",
    responseKind: { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
    verbs: ["create"],
  };
  return [
    ...(kind.statusSubresource ? [status] : []),
    ...(kind.kind === POD.kind && group === POD.group ? [log] : []),
    ...(kind.kind === SERVICE_ACCOUNT.kind && group === SERVICE_ACCOUNT.group ? [token] : []),
  ];
}

function servedReview(review: (typeof REVIEWS)[number]): ServedResource {
  return {
    ...review,
    singular: review.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: false,
    verbs: ["create"],
    subresources: [],
  };
}

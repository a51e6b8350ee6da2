// The Kubernetes types that clients send as protobuf: field numbers, names and types. kubectl since 1.32 sends every
// built-in type so. Source: generated.proto of k8s.io/api and k8s.io/apimachinery; numbers never change.

/**
 * `name:type`, with `[]` for a list and `{}` for a map of texts to the type. A type is a message of this table or
 * text, integer, flag, bytes (base64 in JSON), time, microTime; `-` is left out, since nothing here uses it.
 */
export type MessageFields = Readonly<Record<number, string>>;

const object = { 1: "metadata:ObjectMeta" };
const access = { 1: "resourceAttributes:ResourceAttributes", 2: "nonResourceAttributes:NonResourceAttributes" };
const rules = { ...object, 2: "rules:PolicyRule[]" };
const binding = { ...object, 2: "subjects:Subject[]", 3: "roleRef:RoleRef" };

/** Types that may be the whole body of a request, by kind. */
export const BODY_MESSAGES = new Set([
  "ClusterRole",
  "ClusterRoleBinding",
  "ConfigMap",
  "DeleteOptions",
  "Event",
  "Lease",
  "Namespace",
  "Role",
  "RoleBinding",
  "Secret",
  "SelfSubjectAccessReview",
  "SelfSubjectReview",
  "SelfSubjectRulesReview",
  "ServiceAccount",
  "SubjectAccessReview",
  "TokenRequest",
  "TokenReview",
]);

export const MESSAGES: ReadonlyMap<string, MessageFields> = new Map<string, MessageFields>([
  ["Unknown", { 1: "typeMeta:TypeMeta", 2: "raw:bytes", 3: "contentEncoding:text", 4: "contentType:text" }],
  ["TypeMeta", { 1: "apiVersion:text", 2: "kind:text" }],
  [
    "ObjectMeta",
    {
      1: "name:text",
      2: "generateName:text",
      3: "namespace:text",
      4: "selfLink:-",
      5: "uid:text",
      6: "resourceVersion:text",
      7: "generation:integer",
      8: "creationTimestamp:time",
      9: "deletionTimestamp:time",
      10: "deletionGracePeriodSeconds:integer",
      11: "labels:text{}",
      12: "annotations:text{}",
      13: "ownerReferences:OwnerReference[]",
      14: "finalizers:text[]",
      17: "managedFields:-",
    },
  ],
  [
    "OwnerReference",
    {
      1: "kind:text",
      3: "name:text",
      4: "uid:text",
      5: "apiVersion:text",
      6: "controller:flag",
      7: "blockOwnerDeletion:flag",
    },
  ],
  [
    "DeleteOptions",
    {
      1: "gracePeriodSeconds:integer",
      2: "preconditions:Preconditions",
      3: "orphanDependents:flag",
      4: "propagationPolicy:text",
      5: "dryRun:text[]",
      6: "ignoreStoreReadErrorWithClusterBreakingPotential:flag",
    },
  ],
  ["Preconditions", { 1: "uid:text", 2: "resourceVersion:text" }],
  ["ConfigMap", { ...object, 2: "data:text{}", 3: "binaryData:bytes{}", 4: "immutable:flag" }],
  ["Secret", { ...object, 2: "data:bytes{}", 3: "type:text", 4: "stringData:text{}", 5: "immutable:flag" }],
  [
    "ServiceAccount",
    {
      ...object,
      2: "secrets:ObjectReference[]",
      3: "imagePullSecrets:LocalObjectReference[]",
      4: "automountServiceAccountToken:flag",
    },
  ],
  ["LocalObjectReference", { 1: "name:text" }],
  [
    "ObjectReference",
    {
      1: "kind:text",
      2: "namespace:text",
      3: "name:text",
      4: "uid:text",
      5: "apiVersion:text",
      6: "resourceVersion:text",
      7: "fieldPath:text",
    },
  ],
  ["Namespace", { ...object, 2: "spec:NamespaceSpec", 3: "status:-" }],
  ["NamespaceSpec", { 1: "finalizers:text[]" }],
  [
    "Event",
    {
      ...object,
      2: "involvedObject:ObjectReference",
      3: "reason:text",
      4: "message:text",
      5: "source:EventSource",
      6: "firstTimestamp:time",
      7: "lastTimestamp:time",
      8: "count:integer",
      9: "type:text",
      10: "eventTime:microTime",
      11: "series:EventSeries",
      12: "action:text",
      13: "related:ObjectReference",
      14: "reportingComponent:text",
      15: "reportingInstance:text",
    },
  ],
  ["EventSource", { 1: "component:text", 2: "host:text" }],
  ["EventSeries", { 1: "count:integer", 2: "lastObservedTime:microTime" }],
  ["Lease", { ...object, 2: "spec:LeaseSpec" }],
  [
    "LeaseSpec",
    {
      1: "holderIdentity:text",
      2: "leaseDurationSeconds:integer",
      3: "acquireTime:microTime",
      4: "renewTime:microTime",
      5: "leaseTransitions:integer",
      6: "strategy:text",
      7: "preferredHolder:text",
    },
  ],
  ["Role", rules],
  ["ClusterRole", rules],
  ["RoleBinding", binding],
  ["ClusterRoleBinding", binding],
  [
    "PolicyRule",
    {
      1: "verbs:text[]",
      2: "apiGroups:text[]",
      3: "resources:text[]",
      4: "resourceNames:text[]",
      5: "nonResourceURLs:text[]",
    },
  ],
  ["Subject", { 1: "kind:text", 2: "apiGroup:text", 3: "name:text", 4: "namespace:text" }],
  ["RoleRef", { 1: "apiGroup:text", 2: "kind:text", 3: "name:text" }],
  ["SelfSubjectAccessReview", { ...object, 2: "spec:SelfSubjectAccessReviewSpec", 3: "status:-" }],
  ["SelfSubjectAccessReviewSpec", access],
  ["SubjectAccessReview", { ...object, 2: "spec:SubjectAccessReviewSpec", 3: "status:-" }],
  ["SubjectAccessReviewSpec", { ...access, 3: "user:text", 4: "groups:text[]", 5: "extra:-", 6: "uid:text" }],
  [
    "ResourceAttributes",
    {
      1: "namespace:text",
      2: "verb:text",
      3: "group:text",
      4: "version:text",
      5: "resource:text",
      6: "subresource:text",
      7: "name:text",
      // Selectors only ever narrow a request, so leaving them out answers for the wider one.
      8: "fieldSelector:-",
      9: "labelSelector:-",
    },
  ],
  ["NonResourceAttributes", { 1: "path:text", 2: "verb:text" }],
  ["SelfSubjectRulesReview", { ...object, 2: "spec:SelfSubjectRulesReviewSpec", 3: "status:-" }],
  ["SelfSubjectRulesReviewSpec", { 1: "namespace:text" }],
  ["SelfSubjectReview", { ...object, 2: "status:-" }],
  ["TokenReview", { ...object, 2: "spec:TokenReviewSpec", 3: "status:-" }],
  ["TokenReviewSpec", { 1: "token:text", 2: "audiences:text[]" }],
  ["TokenRequest", { ...object, 2: "spec:TokenRequestSpec", 3: "status:-" }],
  [
    "TokenRequestSpec",
    { 1: "audiences:text[]", 3: "boundObjectRef:BoundObjectReference", 4: "expirationSeconds:integer" },
  ],
  ["BoundObjectReference", { 1: "kind:text", 2: "apiVersion:text", 3: "name:text", 4: "uid:text" }],
]);

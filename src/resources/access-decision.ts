// May this user do this? Kubernetes' role rules as a pure function, so that a right that is missing on a cluster is
// missing on one machine too. Source: Kubernetes documentation, "Using RBAC Authorization".
import type { ClusterRole, ClusterRoleBinding, PolicyRule, Role, RoleBinding, Subject } from "./rbac.ts";

/** Everything that grants something. */
export interface AccessPolicy {
  readonly roles: readonly Role[];
  readonly roleBindings: readonly RoleBinding[];
  readonly clusterRoles: readonly ClusterRole[];
  readonly clusterRoleBindings: readonly ClusterRoleBinding[];
}

export interface AccessSubject {
  readonly user: string;
  readonly groups: readonly string[];
}

export interface ResourceAccess extends AccessSubject {
  readonly verb: string;
  readonly group: string;
  /** Plural, with subresource: `pods/log`. */
  readonly resource: string;
  /** "" for what has no namespace, and for a request over all namespaces. */
  readonly namespace: string;
  readonly name?: string;
}

export interface PathAccess extends AccessSubject {
  readonly verb: string;
  readonly path: string;
}

export interface AccessDecision {
  readonly allowed: boolean;
  /** When allowed: by what. When refused: Kubernetes' sentence. */
  readonly reason: string;
}

/** Members of this group may do everything, whatever the roles say. */
export const MASTERS = "system:masters";
/** Every caller with a valid credential. */
export const AUTHENTICATED = "system:authenticated";

/** Decides a request for a resource. Nothing is allowed that no rule grants. */
export function decideAccess(request: ResourceAccess, policy: AccessPolicy): AccessDecision {
  for (const granted of rulesFor(request, request.namespace, policy)) {
    if (ruleCovers(granted.rule, request)) return { allowed: true, reason: granted.source };
  }
  return { allowed: false, reason: refusal(request) };
}

/** Decides a request for a path that is no resource. */
export function decidePathAccess(request: PathAccess, policy: AccessPolicy): AccessDecision {
  for (const { rule, source } of rulesFor(request, "", policy)) {
    const isCovered =
      includesOrAll(rule.verbs, request.verb) && (rule.nonResourceURLs ?? []).some(covers(request.path));
    if (isCovered) return { allowed: true, reason: source };
  }
  return { allowed: false, reason: `User ${quote(request.user)} cannot ${request.verb} path ${quote(request.path)}` };
}

export interface GrantedRule {
  readonly rule: PolicyRule;
  /** Where it comes from, for the reason of an allowance. */
  readonly source: string;
}

/** Every rule that applies to the subject in the namespace ("": cluster-wide rules only). */
export function rulesFor(subject: AccessSubject, namespace: string, policy: AccessPolicy): readonly GrantedRule[] {
  const standing = STANDING_GRANTS.filter(({ group }) => group === undefined || subject.groups.includes(group)).flatMap(
    ({ rules, source }) => rules.map((rule) => ({ rule, source })),
  );
  const bound = policy.clusterRoleBindings
    .filter((binding) => isBound(binding.subjects, subject, ""))
    .flatMap((binding) =>
      grants(clusterRules(policy, binding.roleRef.name), `ClusterRoleBinding ${quote(binding.metadata.name)}`),
    );
  const clusterWide = [...standing, ...bound];
  if (namespace === "") return clusterWide;
  const inNamespace = policy.roleBindings
    .filter((binding) => binding.metadata.namespace === namespace && isBound(binding.subjects, subject, namespace))
    .flatMap((binding) => {
      const { kind, name } = binding.roleRef;
      const rules = kind === "ClusterRole" ? clusterRules(policy, name) : namespacedRules(policy, namespace, name);
      return grants(rules, `RoleBinding ${quote(`${namespace}/${binding.metadata.name}`)}`);
    });
  return [...clusterWide, ...inNamespace];
}

interface StandingGrant {
  /** Of every caller, when absent. */
  readonly group?: string;
  readonly rules: readonly PolicyRule[];
  readonly source: string;
}

const PUBLIC_PATHS = ["/healthz", "/livez", "/readyz", "/version", "/version/"];
const DISCOVERY_PATHS = ["/", "/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"];

/** What holds without any role: on Kubernetes these are roles that the server itself makes and binds. */
const STANDING_GRANTS: readonly StandingGrant[] = [
  {
    group: MASTERS,
    rules: [
      { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
      { nonResourceURLs: ["*"], verbs: ["*"] },
    ],
    source: `member of ${MASTERS}`,
  },
  {
    group: AUTHENTICATED,
    rules: [
      {
        apiGroups: ["authorization.k8s.io"],
        resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
        verbs: ["create"],
      },
      { apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"], verbs: ["create"] },
      { nonResourceURLs: DISCOVERY_PATHS, verbs: ["get", "head"] },
    ],
    source: "every caller may ask about itself and read what is served",
  },
  {
    rules: [{ nonResourceURLs: PUBLIC_PATHS, verbs: ["get", "head"] }],
    source: "health and version are open to everyone",
  },
];

function clusterRules(policy: AccessPolicy, name: string): readonly PolicyRule[] {
  return policy.clusterRoles.find((role) => role.metadata.name === name)?.rules ?? [];
}

function namespacedRules(policy: AccessPolicy, namespace: string, name: string): readonly PolicyRule[] {
  const role = policy.roles.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
  return role?.rules ?? [];
}

function grants(rules: readonly PolicyRule[], source: string): readonly GrantedRule[] {
  return rules.map((rule) => ({ rule, source: `allowed by ${source}` }));
}

function isBound(
  subjects: readonly Subject[] | undefined,
  { user, groups }: AccessSubject,
  namespace: string,
): boolean {
  return (subjects ?? []).some((subject) => {
    if (subject.kind === "User") return subject.name === user;
    if (subject.kind === "Group") return groups.includes(subject.name);
    return user === `system:serviceaccount:${subject.namespace ?? namespace}:${subject.name}`;
  });
}

function ruleCovers(rule: PolicyRule, request: ResourceAccess): boolean {
  return (
    includesOrAll(rule.verbs, request.verb) &&
    includesOrAll(rule.apiGroups ?? [], request.group) &&
    resourcesCover(rule.resources ?? [], request.resource) &&
    namesCover(rule.resourceNames ?? [], request.name)
  );
}

// `*` is every resource and subresource; `*/log` that subresource of every resource.
function resourcesCover(resources: readonly string[], resource: string): boolean {
  const subresource = resource.split("/").slice(1).join("/");
  const anyParent = subresource === "" ? undefined : `*/${subresource}`;
  return resources.some((entry) => entry === "*" || entry === resource || entry === anyParent);
}

function namesCover(names: readonly string[], name: string | undefined): boolean {
  return names.length === 0 || (name !== undefined && names.includes(name));
}

function includesOrAll(entries: readonly string[], value: string): boolean {
  return entries.includes("*") || entries.includes(value);
}

function covers(path: string): (pattern: string) => boolean {
  return (pattern) => pattern === path || (pattern.endsWith("*") && path.startsWith(pattern.slice(0, -1)));
}

function refusal({ user, verb, group, resource, namespace }: ResourceAccess): string {
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${quote(namespace)}`;
  return `User ${quote(user)} cannot ${verb} resource ${quote(resource)} in API group ${quote(group)} ${where}`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

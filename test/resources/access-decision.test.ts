import { describe, expect, it } from "vitest";
import {
  type AccessPolicy,
  decideAccess,
  decidePathAccess,
  type ResourceAccess,
} from "../../src/resources/access-decision.ts";
import type {
  ClusterRole,
  ClusterRoleBinding,
  PolicyRule,
  Role,
  RoleBinding,
  Subject,
} from "../../src/resources/rbac.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const WORKER = "system:serviceaccount:agents:worker";
const worker: Subject = { kind: "ServiceAccount", name: "worker", namespace: "agents" };
const rule: PolicyRule = { apiGroups: ["agents.platform"], resources: ["coderuns"], verbs: ["create", "get"] };

const role = (rules: readonly PolicyRule[]): Role => ({
  apiVersion: RBAC,
  kind: "Role",
  metadata: { name: "runs", namespace: "agents" },
  rules,
});
const binding = (subjects?: readonly Subject[], kind: "Role" | "ClusterRole" = "Role"): RoleBinding => ({
  apiVersion: RBAC,
  kind: "RoleBinding",
  metadata: { name: "runs", namespace: "agents" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: "runs" },
  ...(subjects !== undefined && { subjects }),
});
const clusterRole = (rules?: readonly PolicyRule[]): ClusterRole => ({
  apiVersion: RBAC,
  kind: "ClusterRole",
  metadata: { name: "runs" },
  ...(rules !== undefined && { rules }),
});
const clusterBinding = (subjects: readonly Subject[]): ClusterRoleBinding => ({
  apiVersion: RBAC,
  kind: "ClusterRoleBinding",
  metadata: { name: "runs" },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "runs" },
  subjects,
});
const policy = (parts: Partial<AccessPolicy>): AccessPolicy => ({
  roles: [],
  roleBindings: [],
  clusterRoles: [],
  clusterRoleBindings: [],
  ...parts,
});
const request = (parts: Partial<ResourceAccess> = {}): ResourceAccess => ({
  user: WORKER,
  groups: ["system:authenticated"],
  verb: "create",
  group: "agents.platform",
  resource: "coderuns",
  namespace: "agents",
  ...parts,
});
const bound = (rules: readonly PolicyRule[]): AccessPolicy =>
  policy({ roles: [role(rules)], roleBindings: [binding([worker])] });

describe("a request for a resource", () => {
  it("is refused in Kubernetes' words when no rule grants it", () => {
    expect(decideAccess(request(), policy({}))).toEqual({
      allowed: false,
      reason: `User "${WORKER}" cannot create resource "coderuns" in API group "agents.platform" in the namespace "agents"`,
    });
    expect(decideAccess(request({ namespace: "" }), policy({})).reason).toMatch(/at the cluster scope$/);
  });

  it("is allowed by a role that is bound to the account", () => {
    expect(decideAccess(request(), bound([rule]))).toEqual({
      allowed: true,
      reason: 'allowed by RoleBinding "agents/runs"',
    });
  });

  it.each([
    ["another verb", { verb: "delete" }],
    ["another group", { group: "batch" }],
    ["another resource", { resource: "docsruns" }],
    ["a subresource", { resource: "coderuns/status" }],
    ["another namespace", { namespace: "other" }],
    ["all namespaces", { namespace: "" }],
    ["another user", { user: "system:serviceaccount:agents:other" }],
  ])("is refused for %s than the rule names", (_what, parts) => {
    expect(decideAccess(request(parts), bound([rule])).allowed).toBe(false);
  });

  it("is covered by stars in verbs, groups and resources", () => {
    const all = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };

    expect(decideAccess(request({ verb: "patch", resource: "pods/log", group: "" }), bound([all])).allowed).toBe(true);
  });

  it("is covered by a star before its subresource", () => {
    const logs = { apiGroups: [""], resources: ["*/log"], verbs: ["get"] };

    expect(decideAccess(request({ verb: "get", resource: "pods/log", group: "" }), bound([logs])).allowed).toBe(true);
    expect(decideAccess(request({ verb: "get", resource: "pods", group: "" }), bound([logs])).allowed).toBe(false);
  });

  it("needs the name that the rule asks for", () => {
    const one = bound([{ ...rule, resourceNames: ["a"] }]);

    expect(decideAccess(request({ verb: "get", name: "a" }), one).allowed).toBe(true);
    expect(decideAccess(request({ verb: "get", name: "b" }), one).allowed).toBe(false);
    expect(decideAccess(request({ verb: "get" }), one).allowed).toBe(false);
  });

  it("is not covered by a rule about paths", () => {
    expect(decideAccess(request(), bound([{ nonResourceURLs: ["*"], verbs: ["*"] }])).allowed).toBe(false);
  });

  it.each<[string, Subject, boolean]>([
    ["the user", { kind: "User", name: WORKER }, true],
    ["another user", { kind: "User", name: "somebody" }, false],
    ["one of its groups", { kind: "Group", name: "system:authenticated" }, true],
    ["another group", { kind: "Group", name: "people" }, false],
    ["an account of the binding's namespace", { kind: "ServiceAccount", name: "worker" }, true],
  ])("looks at a binding to %s", (_what, subject, isAllowed) => {
    const parts = policy({ roles: [role([rule])], roleBindings: [binding([subject])] });

    expect(decideAccess(request(), parts).allowed).toBe(isAllowed);
  });

  it("is granted cluster-wide by a ClusterRoleBinding, in one namespace by a RoleBinding to a ClusterRole", () => {
    const everywhere = policy({ clusterRoles: [clusterRole([rule])], clusterRoleBindings: [clusterBinding([worker])] });
    const here = policy({ clusterRoles: [clusterRole([rule])], roleBindings: [binding([worker], "ClusterRole")] });

    expect(decideAccess(request({ namespace: "" }), everywhere).allowed).toBe(true);
    expect(decideAccess(request({ namespace: "other" }), everywhere).allowed).toBe(true);
    expect(decideAccess(request(), here).allowed).toBe(true);
    expect(decideAccess(request({ namespace: "other" }), here).allowed).toBe(false);
  });

  it("is refused when the bound role is missing, empty, or bound to nobody", () => {
    expect(decideAccess(request(), policy({ roleBindings: [binding([worker])] })).allowed).toBe(false);
    expect(decideAccess(request(), policy({ roleBindings: [binding([worker], "ClusterRole")] })).allowed).toBe(false);
    expect(decideAccess(request(), policy({ roles: [role([rule])], roleBindings: [binding()] })).allowed).toBe(false);
    const empty = policy({ clusterRoles: [clusterRole()], clusterRoleBindings: [clusterBinding([worker])] });
    expect(decideAccess(request(), empty).allowed).toBe(false);
  });

  it("is always allowed to system:masters", () => {
    expect(decideAccess(request({ groups: ["system:masters"] }), policy({})).allowed).toBe(true);
  });

  it("is always allowed to ask about oneself", () => {
    const access = { group: "authorization.k8s.io", resource: "selfsubjectaccessreviews", namespace: "" };
    const self = { group: "authentication.k8s.io", resource: "selfsubjectreviews", namespace: "" };

    expect(decideAccess(request(access), policy({})).allowed).toBe(true);
    expect(decideAccess(request(self), policy({})).allowed).toBe(true);
    expect(decideAccess(request({ ...access, groups: [] }), policy({})).allowed).toBe(false);
    expect(decideAccess(request({ ...access, resource: "subjectaccessreviews" }), policy({})).allowed).toBe(false);
    expect(decideAccess(request({ ...self, resource: "tokenreviews" }), policy({})).allowed).toBe(false);
  });
});

it("a rule for paths gives no resource", () => {
  const paths = policy({
    clusterRoles: [clusterRole([{ apiGroups: [""], verbs: ["*"], nonResourceURLs: ["*"] }])],
    clusterRoleBindings: [clusterBinding([worker])],
  });
  const request = { user: WORKER, groups: [], verb: "get", group: "", resource: "pods", namespace: "agents" };

  expect(decideAccess(request, paths).allowed).toBe(false);
});

describe("a request for a path", () => {
  const someone = { user: WORKER, groups: ["system:authenticated"], verb: "get", path: "/apis" };

  it("is open for discovery to every caller, and for health to everyone", () => {
    expect(decidePathAccess(someone, policy({})).allowed).toBe(true);
    expect(decidePathAccess({ ...someone, path: "/apis/batch/v1" }, policy({})).allowed).toBe(true);
    expect(decidePathAccess({ ...someone, groups: [] }, policy({})).allowed).toBe(false);
    expect(decidePathAccess({ ...someone, groups: [], verb: "head", path: "/readyz" }, policy({})).allowed).toBe(true);
  });

  it("is otherwise refused by name, unless a ClusterRole names it", () => {
    const metrics = { ...someone, path: "/metrics" };
    const granted = (rules: readonly PolicyRule[]): AccessPolicy =>
      policy({ clusterRoles: [clusterRole(rules)], clusterRoleBindings: [clusterBinding([worker])] });

    expect(decidePathAccess(metrics, policy({}))).toEqual({
      allowed: false,
      reason: `User "${WORKER}" cannot get path "/metrics"`,
    });
    expect(decidePathAccess(metrics, granted([{ verbs: ["get"], nonResourceURLs: ["/metrics"] }])).allowed).toBe(true);
    expect(decidePathAccess(metrics, granted([{ verbs: ["post"], nonResourceURLs: ["/metrics"] }])).allowed).toBe(
      false,
    );
    expect(decidePathAccess(metrics, granted([rule, { verbs: ["get"] }])).allowed).toBe(false);
    expect(decidePathAccess({ ...metrics, groups: ["system:masters"] }, policy({})).allowed).toBe(true);
  });
});

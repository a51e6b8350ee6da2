import { describe, expect, it } from "vitest";
import { ROLES } from "../../../src/gateway/decide-route.ts";
import { appSecretName } from "../../../src/configuration/required-secrets.ts";
import { decideGitHubCall, type CallScope } from "../../../src/gateway/github/decide-github-call.ts";
import { DOCS_PERMISSIONS, permissionsOf } from "../../../src/gateway/github/permissions.ts";

const READY =
  "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }";

function scope(role: CallScope["role"]): CallScope {
  return { role, repository: { owner: "Acme", name: "shop" }, branch: "feature/x" };
}

function decide(role: CallScope["role"], method: string, path: string, body?: Readonly<Record<string, unknown>>) {
  return decideGitHubCall({ method, path, body }, scope(role));
}

describe("a call of GitHub", () => {
  it.each([
    ["prepare", "GET", "/repos/acme/shop"],
    ["prepare", "GET", "/repos/acme/shop/actions/jobs/5/logs"],
    ["prepare", "GET", "/repos/acme/shop/contents/docs/a.md?ref=main"],
    ["publish", "GET", "/repos/acme/shop/commits/abc/check-runs"],
    ["publish", "GET", "/repos/acme/shop/git/ref/heads/feature/x"],
    ["publish", "DELETE", "/repos/acme/shop/issues/5/labels/bug"],
    ["publish", "PATCH", "/repos/acme/shop/check-runs/5"],
    ["admit", "GET", "/repos/acme/shop/collaborators/wes/permission"],
    ["admit", "POST", "/repos/acme/shop/issues/comments/5/reactions"],
    ["controller", "POST", "/repos/acme/shop/issues/5/comments"],
  ] as const)("by %s: %s %s goes on", (role, method, path) => {
    expect(decide(role, method, path).kind).toBe("call");
  });

  it.each([
    ["agent", "GET", "/repos/acme/shop"],
    ["verify", "GET", "/repos/acme/shop"],
    ["prepare", "POST", "/repos/acme/shop/issues/5/comments"],
    ["admit", "POST", "/repos/acme/shop/check-runs"],
    ["admit", "POST", "/repos/acme/shop/pulls"],
    ["controller", "POST", "/repos/acme/shop/pulls"],
    ["publish", "GET", "/repos/acme/shop/collaborators/wes/permission"],
    ["publish", "PUT", "/repos/acme/shop/pulls/5/merge"],
    ["publish", "POST", "/repos/acme/shop/pulls/5/reviews"],
    ["publish", "POST", "/repos/acme/shop/git/refs"],
    ["publish", "PUT", "/repos/acme/shop/contents/x"],
    ["publish", "POST", "/repos/acme/shop/actions/runs/5/rerun"],
    ["publish", "GET", "/repos/acme/shop/hooks"],
    ["publish", "GET", "/repos/acme/shop/actions/secrets"],
    ["publish", "GET", "/repos/acme/other"],
    ["publish", "GET", "/repos/acme/shop2"],
    ["publish", "GET", "/repositories/8"],
    ["publish", "GET", "/user"],
    ["publish", "POST", "/repos/acme/shop/check-runs/5"],
    ["publish", "GET", "/repos/acme/shop/contents/..%2f%2e%2e"],
    ["publish", "GET", "/repos/acme/shop/branches/..\\x"],
    ["publish", "GET", "/graphql"],
  ] as const)("by %s: %s %s is refused", (role, method, path) => {
    expect(decide(role, method, path).kind).toBe("refuse");
  });

  it.each([
    ["/repos/acme/shop/pulls", "POST", { head: "feature/x" }, "call"],
    ["/repos/acme/shop/pulls", "POST", { head: "Acme:feature/x" }, "call"],
    ["/repos/acme/shop/pulls", "POST", { head: "evil:feature/x" }, "refuse"],
    ["/repos/acme/shop/pulls", "POST", undefined, "refuse"],
    ["/repos/acme/shop/pulls/5", "PATCH", { title: "a", body: "b" }, "call"],
    ["/repos/acme/shop/pulls/5", "PATCH", { state: "closed" }, "refuse"],
    ["/repos/acme/shop/check-runs", "POST", { name: "runyard/tests", head_sha: "a" }, "call"],
    ["/repos/acme/shop/check-runs", "POST", { name: "build", head_sha: "a" }, "refuse"],
    ["/repos/acme/shop/check-runs", "POST", { head_sha: "a" }, "refuse"],
    ["/repos/acme/shop/check-runs/5", "PATCH", { conclusion: "success" }, "call"],
    ["/repos/acme/shop/check-runs/5", "PATCH", { name: "build" }, "refuse"],
  ] as const)("%s %s with %j", (path, method, body, kind) => {
    expect(decide("publish", method, path, body).kind).toBe(kind);
  });

  it("of a run without a branch opens no pull request", () => {
    const call = { method: "POST", path: "/repos/acme/shop/pulls", body: { head: undefined } };

    expect(decideGitHubCall(call, { ...scope("publish"), branch: undefined }).kind).toBe("refuse");
  });

  it.each([
    ["publish", READY, "call"],
    ["admit", READY.replace("markPullRequestReadyForReview", "convertPullRequestToDraft"), "call"],
    ["controller", READY, "refuse"],
    ["publish", undefined, "refuse"],
    ["publish", "query { viewer { login } }", "refuse"],
    ["publish", "mutation { mergePullRequest(input: {pullRequestId: $id}) { x } }", "refuse"],
    ["publish", READY.replace(/\}$/u, "mergePullRequest(input: {}) { x } }"), "refuse"],
    ["publish", `${READY} ${READY}`, "refuse"],
    ["publish", READY.replace("$id}", '"a"}'), "refuse"],
    ["publish", `${READY} # x`, "refuse"],
  ] as const)("by %s with GraphQL %s", (role, query, kind) => {
    expect(decide(role, "POST", "/graphql", { query }).kind).toBe(kind);
  });
});

describe("the permissions of a token", () => {
  it("never reach workflows, administration, secrets or members", () => {
    const all = [...ROLES.map((role) => permissionsOf(role) ?? {}), DOCS_PERMISSIONS];
    const names = new Set(all.flatMap((permissions) => Object.keys(permissions)));

    for (const name of ["workflows", "administration", "secrets", "members", "environments", "organization_hooks"]) {
      expect(names.has(name)).toBe(false);
    }
  });

  it("let only publish write contents", () => {
    expect(ROLES.filter((role) => permissionsOf(role)?.["contents"] === "write")).toEqual(["publish"]);
    expect([permissionsOf("agent"), permissionsOf("verify")]).toEqual([undefined, undefined]);
  });
});

describe("the Secret of an App", () => {
  it.each([
    ["5DLabs-Rex", "github-app-5dlabs-rex"],
    ["Our_App Two", "github-app-our-app-two"],
  ])("of %s is %s", (app, secret) => {
    expect(appSecretName(app)).toBe(secret);
  });
});

// Every route and every event of the simulator, once, against GitHub's OpenAPI description: the client checks each
// answer, the last tests check that no route and no event was left out.

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { allRoutes } from "../../src/github-simulator/rest/all-routes.ts";
import { RateLimits } from "../../src/github-simulator/rest/rate-limits.ts";
import type { GitWorkTree } from "../support/git-work-tree.ts";
import type { Any, GitHubClient } from "../support/github-client.ts";
import { GitHubSchemas } from "../support/github-schemas.ts";
import { GitHubWorld, SHOP } from "../support/github-world.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";

const REPOSITORY = "/repos/{owner}/{repo}";

const schemas = new GitHubSchemas();
let world: GitHubWorld;
let receiver: WebhookReceiver;
let tree: GitWorkTree;
let bot: GitHubClient;
let wes: GitHubClient;
let olivia: GitHubClient;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  world = await GitHubWorld.start(schemas, {
    webhook: { url: receiver.url, secret: "s" },
    repositories: [
      {
        fullName: "acme/shop",
        collaborators: { olivia: "admin", wes: "write", rita: "read" },
        labels: ["bug"],
        files: { "README.md": "# Shop\n", "src/price.js": "export const price = 1;\n" },
        ci: { argv: ["sh", "-c", "echo tested; ! test -e broken"], branches: ["feature", "broken"] },
      },
      { fullName: "acme/vault", isPrivate: true, files: { "key.txt": "1\n" } },
      { fullName: "olivia/notes" },
      { fullName: "olivia/drafts" },
    ],
  });
  tree = await world.clone("wes");
  bot = await world.bot("builder");
  wes = world.person("wes");
  olivia = world.person("olivia");
});

afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

function shop(parameters: Readonly<Record<string, string | number>> = {}): Record<string, string | number> {
  return { ...SHOP, ...parameters };
}

async function opened(client: GitHubClient, branch: string, more: Record<string, unknown> = {}): Promise<Any> {
  const body = { title: `Change ${branch}`, body: "Why", head: branch, base: "main", ...more };
  return (await client.call(`POST ${REPOSITORY}/pulls`, SHOP, { body })).body;
}

describe("answers as GitHub describes them:", () => {
  test("Apps, accounts and limits", async () => {
    const app = world.app("builder");
    const [installation_id = 0] = world.simulator.app("builder").installationIds;
    await app.call("GET /app");
    await app.call("GET /app/installations");
    await app.call("GET /app/installations/{installation_id}", { installation_id });
    await app.call(`GET ${REPOSITORY}/installation`, SHOP);
    const second = world.simulator.installApp("builder", { account: "olivia", repositories: ["notes"] });
    const drafts = { installation_id: second, repository_id: world.simulator.repositoryIdOf("olivia/drafts") };
    await olivia.call("PUT /user/installations/{installation_id}/repositories/{repository_id}", drafts);
    await olivia.call("DELETE /user/installations/{installation_id}/repositories/{repository_id}", drafts);
    await app.call("DELETE /app/installations/{installation_id}", { installation_id: second });
    await bot.call("GET /installation/repositories");
    await (await world.bot("builder", { repositories: ["shop"] })).call("DELETE /installation/token");
    await bot.call("GET /users/{username}", { username: "builder[bot]" });
    await wes.call("GET /user");
    await wes.call("GET /user/repos");
    const limit = await bot.call("GET /rate_limit");

    expect(limit.body.rate.limit).toBe(5000);
  });

  test("repositories, branches, commits, contents and the git database", async () => {
    const sha = await tree.pushBranch("reading", { "src/price.js": "export const price = 2;\n", "docs/a.md": "a\n" });
    await bot.call(`GET ${REPOSITORY}`, SHOP);
    await bot.call(`GET ${REPOSITORY}/collaborators/{username}/permission`, shop({ username: "rita" }));
    await bot.call(`GET ${REPOSITORY}/branches`, SHOP);
    await bot.call(`GET ${REPOSITORY}/branches/{branch}`, shop({ branch: "reading" }));
    await bot.call(`GET ${REPOSITORY}/commits`, SHOP, { query: { sha: "reading" } });
    const commit = await bot.call(`GET ${REPOSITORY}/commits/{ref}`, shop({ ref: sha }));
    const compared = await bot.call(`GET ${REPOSITORY}/compare/{basehead}`, shop({ basehead: "main...reading" }));
    await bot.call(`GET ${REPOSITORY}/contents/{path}`, shop({ path: "docs" }), { query: { ref: "reading" } });
    const file = await bot.call(`GET ${REPOSITORY}/contents/{path}`, shop({ path: "src/price.js" }));
    await bot.call(`GET ${REPOSITORY}/git/ref/{ref}`, shop({ ref: "heads/reading" }));
    await bot.call(`GET ${REPOSITORY}/git/matching-refs/{ref}`, shop({ ref: "heads/re" }));
    await bot.call(`GET ${REPOSITORY}/git/commits/{commit_sha}`, shop({ commit_sha: sha }));
    const trees = await bot.call(`GET ${REPOSITORY}/git/trees/{tree_sha}`, shop({ tree_sha: sha }), {
      query: { recursive: "1" },
    });
    await bot.call(`GET ${REPOSITORY}/git/blobs/{file_sha}`, shop({ file_sha: file.body.sha }));
    await bot.call(`POST ${REPOSITORY}/git/refs`, SHOP, { body: { ref: "refs/heads/copy", sha } });
    const main = await tree.run("rev-parse", "origin/main");
    await bot.call(`PATCH ${REPOSITORY}/git/refs/{ref}`, shop({ ref: "heads/copy" }), {
      body: { sha: main, force: true },
    });
    await bot.call(`DELETE ${REPOSITORY}/git/refs/{ref}`, shop({ ref: "heads/copy" }));

    expect(commit.body.stats).toEqual({ additions: 2, deletions: 1, total: 3 });
    expect(compared.body).toMatchObject({ status: "ahead", ahead_by: 1, behind_by: 0 });
    expect(trees.body.tree.map((entry: Any) => entry.path)).toContain("docs/a.md");
    expect(Buffer.from(file.body.content, "base64").toString()).toBe("export const price = 1;\n");
  });

  test("issues, labels and comments", async () => {
    const created = await wes.call(`POST ${REPOSITORY}/issues`, SHOP, {
      body: { title: "Broken", body: "It is", labels: ["bug"], assignees: ["wes"] },
    });
    const at = shop({ issue_number: created.body.number });
    await bot.call(`GET ${REPOSITORY}/issues`, SHOP, { query: { labels: "bug" } });
    await bot.call(`GET ${REPOSITORY}/issues/{issue_number}`, at);
    await wes.call(`PATCH ${REPOSITORY}/issues/{issue_number}`, at, { body: { title: "Very broken" } });
    await wes.call(`GET ${REPOSITORY}/labels`, SHOP);
    await wes.call(`POST ${REPOSITORY}/labels`, SHOP, { body: { name: "agent", color: "00ff00" } });
    await wes.call(`POST ${REPOSITORY}/issues/{issue_number}/labels`, at, { body: { labels: ["agent"] } });
    await bot.call(`GET ${REPOSITORY}/issues/{issue_number}/labels`, at);
    await bot.call(`PUT ${REPOSITORY}/issues/{issue_number}/labels`, at, { body: { labels: ["agent", "new"] } });
    await bot.call(`DELETE ${REPOSITORY}/issues/{issue_number}/labels/{name}`, { ...at, name: "new" });
    const comment = await bot.call(`POST ${REPOSITORY}/issues/{issue_number}/comments`, at, { body: { body: "One" } });
    const comment_id = comment.body.id as number;
    await bot.call(`GET ${REPOSITORY}/issues/{issue_number}/comments`, at);
    await bot.call(`GET ${REPOSITORY}/issues/comments`, SHOP);
    await bot.call(`GET ${REPOSITORY}/issues/comments/{comment_id}`, shop({ comment_id }));
    await bot.call(`PATCH ${REPOSITORY}/issues/comments/{comment_id}`, shop({ comment_id }), { body: { body: "Two" } });
    await bot.call(`DELETE ${REPOSITORY}/issues/comments/{comment_id}`, shop({ comment_id }));
    await wes.call(`PATCH ${REPOSITORY}/issues/{issue_number}`, at, { body: { state: "closed" } });
    const reopened = await wes.call(`PATCH ${REPOSITORY}/issues/{issue_number}`, at, { body: { state: "open" } });

    expect(reopened.body).toMatchObject({ title: "Very broken", state: "open", state_reason: "reopened" });
    expect(reopened.body.labels.map((label: Any) => label.name)).toEqual(["agent"]);
  });

  test("pull requests, reviews and review comments", async () => {
    const sha = await tree.pushBranch("reviewed", { "src/price.js": "export const price = 3;\n" });
    const pull = await opened(bot, "reviewed", { draft: true });
    const at = shop({ pull_number: pull.number });
    await bot.call(`GET ${REPOSITORY}/pulls`, SHOP, { query: { head: "acme:reviewed" } });
    await bot.call(`GET ${REPOSITORY}/pulls/{pull_number}`, at);
    await bot.call(`PATCH ${REPOSITORY}/pulls/{pull_number}`, at, { body: { title: "Better", body: "Because" } });
    await bot.call(`GET ${REPOSITORY}/pulls/{pull_number}/files`, at);
    await bot.call(`GET ${REPOSITORY}/pulls/{pull_number}/commits`, at);
    await bot.call(`GET ${REPOSITORY}/commits/{commit_sha}/pulls`, shop({ commit_sha: sha }));
    await wes.call(`POST ${REPOSITORY}/issues/{issue_number}/labels`, shop({ issue_number: pull.number }), {
      body: { labels: ["bug"] },
    });
    await wes.call(
      `DELETE ${REPOSITORY}/issues/{issue_number}/labels/{name}`,
      shop({ issue_number: pull.number, name: "bug" }),
    );
    await bot.call(`POST ${REPOSITORY}/pulls/{pull_number}/requested_reviewers`, at, { body: { reviewers: ["wes"] } });
    await bot.call(`GET ${REPOSITORY}/pulls/{pull_number}/requested_reviewers`, at);
    await bot.call(`DELETE ${REPOSITORY}/pulls/{pull_number}/requested_reviewers`, at, {
      body: { reviewers: ["wes"] },
    });
    const review = await wes.call(`POST ${REPOSITORY}/pulls/{pull_number}/reviews`, at, {
      body: { body: "Hm", event: "REQUEST_CHANGES", comments: [{ path: "src/price.js", line: 1, body: "Why 3?" }] },
    });
    const pending = await wes.call(`POST ${REPOSITORY}/pulls/{pull_number}/reviews`, at, { body: { body: "Later" } });
    await wes.call(
      `POST ${REPOSITORY}/pulls/{pull_number}/reviews/{review_id}/events`,
      { ...at, review_id: pending.body.id },
      { body: { event: "APPROVE" } },
    );
    await bot.call(`GET ${REPOSITORY}/pulls/{pull_number}/reviews`, at);
    await bot.call(`GET ${REPOSITORY}/pulls/{pull_number}/reviews/{review_id}`, { ...at, review_id: review.body.id });
    await bot.call(`GET ${REPOSITORY}/pulls/{pull_number}/reviews/{review_id}/comments`, {
      ...at,
      review_id: review.body.id,
    });
    const comment = await wes.call(`POST ${REPOSITORY}/pulls/{pull_number}/comments`, at, {
      body: { body: "And here?", commit_id: sha, path: "src/price.js", line: 1, side: "RIGHT" },
    });
    const comment_id = comment.body.id as number;
    await bot.call(
      `POST ${REPOSITORY}/pulls/{pull_number}/comments/{comment_id}/replies`,
      { ...at, comment_id },
      {
        body: { body: "Fixed" },
      },
    );
    await bot.call(`GET ${REPOSITORY}/pulls/{pull_number}/comments`, at);
    await bot.call(`GET ${REPOSITORY}/pulls/comments`, SHOP);
    await bot.call(`GET ${REPOSITORY}/pulls/comments/{comment_id}`, shop({ comment_id }));
    await wes.call(`POST ${REPOSITORY}/issues/{issue_number}/comments`, shop({ issue_number: pull.number }), {
      body: { body: "/runyard retry" },
    });
    await tree.commit("More", { "src/price.js": "export const price = 4;\n" });
    await tree.run("push", "--quiet", "origin", "reviewed");
    await bot.call(`PATCH ${REPOSITORY}/pulls/{pull_number}`, at, { body: { state: "closed" } });
    await bot.call(`PATCH ${REPOSITORY}/pulls/{pull_number}`, at, { body: { state: "open" } });
    for (const mutation of [
      "markPullRequestReadyForReview",
      "convertPullRequestToDraft",
      "markPullRequestReadyForReview",
    ]) {
      await graphql(mutation, pull.node_id);
    }
    await wes.call(`PUT ${REPOSITORY}/pulls/{pull_number}/merge`, at, { body: { merge_method: "squash" } });
    const merged = await bot.call(`GET ${REPOSITORY}/pulls/{pull_number}`, at);

    expect(merged.body).toMatchObject({ merged: true, state: "closed", commits: 2, merged_by: { login: "wes" } });
  });

  test("checks, statuses and deployments", async () => {
    const sha = await tree.pushBranch("checked", { "a.txt": "a\n" });
    await opened(bot, "checked");
    const run = await bot.call(`POST ${REPOSITORY}/check-runs`, SHOP, {
      body: { name: "runyard/tests", head_sha: sha, status: "in_progress", output: { title: "t", summary: "s" } },
    });
    const at = shop({ check_run_id: run.body.id });
    const annotation = { path: "a.txt", start_line: 1, end_line: 1, annotation_level: "warning", message: "m" };
    await bot.call(`PATCH ${REPOSITORY}/check-runs/{check_run_id}`, at, {
      body: { conclusion: "success", output: { title: "t", summary: "s", annotations: [annotation] } },
    });
    await bot.call(`GET ${REPOSITORY}/check-runs/{check_run_id}`, at);
    await bot.call(`GET ${REPOSITORY}/check-runs/{check_run_id}/annotations`, at);
    await bot.call(`GET ${REPOSITORY}/commits/{ref}/check-runs`, shop({ ref: sha }));
    await bot.call(`GET ${REPOSITORY}/commits/{ref}/check-suites`, shop({ ref: "checked" }));
    const suite = shop({ check_suite_id: run.body.check_suite.id });
    await bot.call(`GET ${REPOSITORY}/check-suites/{check_suite_id}`, suite);
    await bot.call(`GET ${REPOSITORY}/check-suites/{check_suite_id}/check-runs`, suite);
    await bot.call(`POST ${REPOSITORY}/check-runs/{check_run_id}/rerequest`, at);
    await wes.call(`POST ${REPOSITORY}/check-suites/{check_suite_id}/rerequest`, suite);
    await bot.call(`POST ${REPOSITORY}/statuses/{sha}`, shop({ sha }), {
      body: { state: "success", context: "deploy", target_url: "https://example.com/1" },
    });
    await bot.call(`GET ${REPOSITORY}/commits/{ref}/status`, shop({ ref: sha }));
    await bot.call(`GET ${REPOSITORY}/commits/{ref}/statuses`, shop({ ref: sha }));
    const deployment = await bot.call(`POST ${REPOSITORY}/deployments`, SHOP, {
      body: { ref: "checked", environment: "preview", required_contexts: [] },
    });
    const deployed = shop({ deployment_id: deployment.body.id });
    await bot.call(`POST ${REPOSITORY}/deployments/{deployment_id}/statuses`, deployed, {
      body: { state: "success", environment_url: "https://preview.example.com/", log_url: "https://example.com/log" },
    });
    await bot.call(`GET ${REPOSITORY}/deployments`, SHOP, { query: { sha } });
    await bot.call(`GET ${REPOSITORY}/deployments/{deployment_id}`, deployed);
    const statuses = await bot.call(`GET ${REPOSITORY}/deployments/{deployment_id}/statuses`, deployed);

    expect(statuses.body).toHaveLength(1);
  });

  test("Actions", async () => {
    const sha = await tree.pushBranch("feature", { "b.txt": "b\n" });
    await opened(bot, "feature");
    await world.simulator.settled();
    const list = await bot.call(`GET ${REPOSITORY}/actions/runs`, SHOP, { query: { head_sha: sha } });
    const at = shop({ run_id: list.body.workflow_runs[0].id });
    const run = await bot.call(`GET ${REPOSITORY}/actions/runs/{run_id}`, at);
    const jobs = await bot.call(`GET ${REPOSITORY}/actions/runs/{run_id}/jobs`, at);
    const job = shop({ job_id: jobs.body.jobs[0].id });
    await bot.call(`GET ${REPOSITORY}/actions/jobs/{job_id}`, job);
    await bot.call(`GET ${REPOSITORY}/actions/jobs/{job_id}/logs`, job);
    await bot.call(`GET ${REPOSITORY}/actions/runs/{run_id}/logs`, at);
    await wes.call(`POST ${REPOSITORY}/actions/runs/{run_id}/rerun`, at);
    await world.simulator.settled();
    await wes.call(`POST ${REPOSITORY}/actions/jobs/{job_id}/rerun`, job);
    await world.simulator.settled();
    const second = { ...at, attempt_number: 2 };
    const attempt = await bot.call(`GET ${REPOSITORY}/actions/runs/{run_id}/attempts/{attempt_number}`, second);
    await bot.call(`GET ${REPOSITORY}/actions/runs/{run_id}/attempts/{attempt_number}/jobs`, second);
    await bot.call(`GET ${REPOSITORY}/actions/runs/{run_id}/attempts/{attempt_number}/logs`, second);
    const broken = await tree.pushBranch("broken", { broken: "yes\n" });
    await world.simulator.settled();
    const red = await bot.call(`GET ${REPOSITORY}/actions/runs`, SHOP, { query: { head_sha: broken } });
    const run_id = red.body.workflow_runs[0].id as number;
    await wes.call(`POST ${REPOSITORY}/actions/runs/{run_id}/rerun-failed-jobs`, shop({ run_id }));
    await world.simulator.settled();

    expect(run.body).toMatchObject({ conclusion: "success", pull_requests: [{ head: { sha } }] });
    expect(attempt.body).toMatchObject({ run_attempt: 2, conclusion: "success" });
  });

  test("hook deliveries", async () => {
    await world.simulator.settled();
    const app = world.app("builder");
    const list = await app.call("GET /app/hook/deliveries");
    const delivery_id = list.body[0].id as number;
    await app.call("GET /app/hook/deliveries/{delivery_id}", { delivery_id });
    const again = await app.call("POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id });

    expect(again.status).toBe(202);
  });
});

async function graphql(mutation: string, id: string): Promise<void> {
  const query = `mutation ($id: ID!) { ${mutation}(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`;
  const response = await fetch(world.simulator.graphqlUrl, {
    method: "POST",
    headers: { authorization: `token ${world.simulator.tokenOf("wes")}` },
    body: JSON.stringify({ query, variables: { id } }),
  });
  expect(((await response.json()) as Any).errors).toBeUndefined();
}

test("no route was left out", () => {
  const routes = allRoutes(new RateLimits(world.clock, 1))
    .map((route) => `${route.method} ${route.path}`)
    .filter((route) => route !== `GET ${REPOSITORY}/contents`); // GitHub's description has it as an empty {path}

  expect(routes.filter((route) => !world.coverage.has(route))).toEqual([]);
});

describe("events are what GitHub sends:", () => {
  test("every payload is valid", async () => {
    await world.simulator.settled();

    for (const { event, payload } of receiver.received) {
      schemas.checkPayload(event, (payload.action as string | undefined) ?? null, payload);
    }
  });

  test("every event that the simulator knows was sent", () => {
    expect([...new Set(receiver.names())].toSorted()).toEqual([
      "check_run.completed",
      "check_run.created",
      "check_run.rerequested",
      "check_suite.completed",
      "check_suite.rerequested",
      "deployment.created",
      "deployment_status.created",
      "installation.created",
      "installation.deleted",
      "installation_repositories.added",
      "installation_repositories.removed",
      "issue_comment.created",
      "issue_comment.deleted",
      "issue_comment.edited",
      "issues.closed",
      "issues.edited",
      "issues.labeled",
      "issues.opened",
      "issues.reopened",
      "issues.unlabeled",
      "ping",
      "pull_request.closed",
      "pull_request.converted_to_draft",
      "pull_request.edited",
      "pull_request.labeled",
      "pull_request.opened",
      "pull_request.ready_for_review",
      "pull_request.reopened",
      "pull_request.review_request_removed",
      "pull_request.review_requested",
      "pull_request.synchronize",
      "pull_request.unlabeled",
      "pull_request_review.submitted",
      "pull_request_review_comment.created",
      "push",
      "status",
      "workflow_run.completed",
      "workflow_run.in_progress",
      "workflow_run.requested",
    ]);
  });
});

test("the judge refuses an answer or payload that lacks a field", () => {
  const [issue] = receiver.payloads("issues", "opened");
  const { issue: _, ...rest } = issue;

  expect(() => schemas.checkPayload("issues", "opened", rest)).toThrow("must have required property 'issue'");
  expect(() => schemas.checkAnswer("GET", "/repos/{owner}/{repo}", 200, { id: 1 })).toThrow("differs from GitHub");
});

// Faults on request, and the two logs by which a test sees what happened.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { GitWorkTree } from "../support/git-work-tree.ts";
import type { GitHubClient } from "../support/github-client.ts";
import { GitHubSchemas } from "../support/github-schemas.ts";
import { GitHubWorld, SHOP } from "../support/github-world.ts";

const REPOSITORY = "/repos/{owner}/{repo}";
const schemas = new GitHubSchemas();

let world: GitHubWorld;
let tree: GitWorkTree;
let bot: GitHubClient;

beforeAll(async () => {
  world = await GitHubWorld.start(schemas);
  tree = await world.clone("wes");
  bot = await world.bot("builder");
});

beforeEach(() => world.simulator.faults.clear());

afterAll(() => world.stop());

function openIssue(title: string): ReturnType<GitHubClient["call"]> {
  return bot.call(`POST ${REPOSITORY}/issues`, SHOP, { body: { title } });
}

async function issueCount(title: string): Promise<number> {
  const list = await bot.call(`GET ${REPOSITORY}/issues`, SHOP, { query: { per_page: "100" } });
  return list.body.filter((issue: { title: string }) => issue.title === title).length;
}

describe("a fault", () => {
  test("5xx strikes as often as it is told, before anything is done", async () => {
    world.simulator.faults.add({ kind: "5xx", method: "POST", path: `${REPOSITORY}/issues`, times: 2, status: 503 });

    const statuses = [(await openIssue("retried")).status, (await openIssue("retried")).status];
    const third = await openIssue("retried");

    expect(statuses).toEqual([503, 503]);
    expect(third.status).toBe(201);
    expect(await issueCount("retried")).toBe(1);
  });

  test("timeout after apply breaks the connection, but the effect is there", async () => {
    world.simulator.faults.add({ kind: "timeout-after-apply", method: "POST", path: `${REPOSITORY}/issues` });

    await expect(openIssue("applied")).rejects.toThrow("fetch failed");

    expect(await issueCount("applied")).toBe(1);
    expect(world.simulator.calls().at(-1)).toMatchObject({ method: "POST", status: 0, actor: "builder[bot]" });
  });

  test("secondary limit says how long to wait", async () => {
    world.simulator.faults.add({ kind: "secondary-limit", path: "/repos/acme/shop/*", retryAfterSeconds: 7 });

    const refused = await openIssue("limited");

    expect(refused.status).toBe(403);
    expect(refused.headers.get("retry-after")).toBe("7");
    expect(Number(refused.headers.get("x-ratelimit-remaining"))).toBeGreaterThan(0);
    expect(refused.body.message).toContain("secondary rate limit");
    expect(await issueCount("limited")).toBe(0);
  });

  test("422 for drafts strikes drafts only", async () => {
    await tree.pushBranch("no-drafts", { "d.txt": "1\n" });
    world.simulator.faults.add({ kind: "422-draft", method: "POST", path: `${REPOSITORY}/pulls`, times: 9 });
    const body = { title: "D", head: "no-drafts", base: "main" };

    const draft = await bot.call(`POST ${REPOSITORY}/pulls`, SHOP, { body: { ...body, draft: true } });
    const plain = await bot.call(`POST ${REPOSITORY}/pulls`, SHOP, { body });

    expect(draft.status).toBe(422);
    expect(draft.body.message).toBe("Draft pull requests are not supported in this repository.");
    expect(plain.status).toBe(201);
  });

  test("strikes a git push after it was received", async () => {
    world.simulator.faults.add({ kind: "timeout-after-apply", path: "/{owner}/{repo}.git/git-receive-pack" });
    await tree.run("checkout", "--quiet", "-B", "half", "origin/main");
    const sha = await tree.commit("Half", { "h.txt": "1\n" });

    const first = await tree.try("push", "origin", "half");
    const second = await tree.try("push", "origin", "half");

    const branch = await bot.call(`GET ${REPOSITORY}/branches/{branch}`, { ...SHOP, branch: "half" });
    expect(first.exitCode).not.toBe(0);
    expect(second.exitCode).toBe(0);
    expect(branch.body.commit.sha).toBe(sha);
  });

  test("strikes GraphQL by its path", async () => {
    world.simulator.faults.add({ kind: "5xx", path: "/graphql" });
    const authorization = `token ${world.simulator.tokenOf("wes")}`;
    const body = JSON.stringify({ query: "{ viewer { login } }" });
    const ask = (): Promise<Response> =>
      fetch(world.simulator.graphqlUrl, { method: "POST", headers: { authorization }, body });

    expect([(await ask()).status, (await ask()).status]).toEqual([502, 200]);
  });
});

describe("the effects of two runs that do the same", () => {
  async function work(delayMs: number, repeat: boolean): Promise<readonly unknown[]> {
    const other = await GitHubWorld.start(schemas);
    other.clock.nowMs += delayMs;
    const client = await other.bot("builder");
    const clone = await other.clone("wes");
    await clone.run("checkout", "--quiet", "-b", "same");
    await clone.commit("Same", { "s.txt": "1\n" });
    if (delayMs > 0) {
      await clone.run("commit", "--quiet", "--amend", "--no-edit", "--date", "2026-01-01T00:00:00Z");
    }
    const sha = await clone.run("rev-parse", "HEAD");
    await clone.run("push", "--quiet", "origin", "same");
    const body = { title: "Same", head: "same", base: "main", body: `For ${sha.slice(0, 12)}` };
    const pull = await client.call(`POST ${REPOSITORY}/pulls`, SHOP, { body });
    const at = { ...SHOP, issue_number: pull.body.number as number };
    const name = "runyard/author";
    const run = await client.call(`POST ${REPOSITORY}/check-runs`, SHOP, { body: { name, head_sha: sha } });
    for (let time = 0; time < (repeat ? 2 : 1); time += 1) {
      await client.call(`POST ${REPOSITORY}/issues/{issue_number}/labels`, at, { body: ["stage/author"] });
      const change = { conclusion: "success", completed_at: "2026-03-01T12:00:00Z" };
      await client.call(
        `PATCH ${REPOSITORY}/check-runs/{check_run_id}`,
        { ...SHOP, check_run_id: run.body.id as number },
        { body: change },
      );
    }
    await client.call(`POST ${REPOSITORY}/issues/{issue_number}/comments`, at, {
      body: { body: `Done with ${sha} at ${new Date(other.clock.now()).toISOString()}, see ${pull.body.html_url}` },
    });
    const effects = other.simulator.effects();
    await other.stop();
    return effects;
  }

  test("are equal, whatever the time, the commits' SHAs, and repeated calls that change nothing", async () => {
    const once = await work(0, false);
    const again = await work(86_400_000, true);

    expect(again).toEqual(once);
    expect(once).toContainEqual({
      actor: "builder[bot]",
      kind: "pull.labeled",
      repository: "acme/shop",
      subject: "pull same",
      detail: { label: "stage/author" },
    });
  });

  test("differ by a comment that was made twice", async () => {
    const before = world.simulator.effects().length;
    const at = { ...SHOP, issue_number: (await openIssue("twice")).body.number as number };

    await bot.call(`POST ${REPOSITORY}/issues/{issue_number}/comments`, at, { body: { body: "same" } });
    await bot.call(`POST ${REPOSITORY}/issues/{issue_number}/comments`, at, { body: { body: "same" } });

    expect(world.simulator.effects().length - before).toBe(3);
  });
});

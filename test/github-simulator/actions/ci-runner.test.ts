// The stand-in for Actions: a push runs the repository's command, really, and tells how it went.

import { readFile } from "node:fs/promises";

import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import type { GitWorkTree } from "../../support/git-work-tree.ts";
import type { Any, GitHubClient } from "../../support/github-client.ts";
import { GitHubSchemas } from "../../support/github-schemas.ts";
import { GitHubWorld, SHOP } from "../../support/github-world.ts";
import { WebhookReceiver } from "../../support/webhook-receiver.ts";

const REPOSITORY = "/repos/{owner}/{repo}";
const schemas = new GitHubSchemas();

let world: GitHubWorld;
let receiver: WebhookReceiver;
let tree: GitWorkTree;
let bot: GitHubClient;
let wes: GitHubClient;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  world = await start({ argv: ["sh", "./ci.sh"], timeoutMs: 2_000 });
  tree = await world.clone("wes");
  bot = await world.bot("builder");
  wes = world.person("wes");
});

beforeEach(async () => {
  await world.simulator.settled();
  receiver.received.length = 0;
});

afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

function start(ci: { argv: string[]; timeoutMs?: number; branches?: string[] }): Promise<GitHubWorld> {
  return GitHubWorld.start(schemas, {
    webhook: { url: receiver.url, secret: "s" },
    repositories: [{ fullName: "acme/shop", collaborators: { wes: "write" }, files: { "README.md": "# Shop\n" }, ci }],
  });
}

async function runOf(sha: string): Promise<Any> {
  await world.simulator.settled();
  const list = await bot.call(`GET ${REPOSITORY}/actions/runs`, SHOP, { query: { head_sha: sha } });
  return list.body.workflow_runs[0];
}

async function logOf(run: Any): Promise<string> {
  const jobs = await bot.call(`GET ${REPOSITORY}/actions/runs/{run_id}/jobs`, { ...SHOP, run_id: run.id });
  const job_id = jobs.body.jobs[0].id as number;
  const redirect = await bot.call(`GET ${REPOSITORY}/actions/jobs/{job_id}/logs`, { ...SHOP, job_id });
  const download = await fetch(redirect.headers.get("location") ?? "");
  return download.text();
}

test("a command that succeeds is a green run with its output in the log", async () => {
  const sha = await tree.pushBranch("green", { "ci.sh": 'echo "on $GITHUB_SHA"; cat README.md\n' });

  const run = await runOf(sha);

  const log = await logOf(run);
  expect(run).toMatchObject({ status: "completed", conclusion: "success", head_branch: "green", event: "push" });
  expect(log).toContain(`Z on ${sha}\n`);
  expect(log).toContain("Z # Shop\n");
});

test("logs are downloaded from the host by whose name the caller asked", async () => {
  const run = await runOf(await tree.pushBranch("asked", { "ci.sh": "true\n" }));
  const { port } = new URL(world.simulator.baseUrl);
  const authorization = `token ${world.simulator.tokenOf("wes")}`;

  const answer = await fetch(`http://localhost:${port}/api/v3/repos/acme/shop/actions/runs/${run.id}/logs`, {
    headers: { authorization },
    redirect: "manual",
  });

  expect(new URL(answer.headers.get("location") ?? "").host).toBe(`localhost:${port}`);
});

test("a command that fails is a red run and a red check run of GitHub's own App", async () => {
  const sha = await tree.pushBranch("red", { "ci.sh": "echo broken >&2; exit 3\n" });

  const run = await runOf(sha);

  const checks = await bot.call(`GET ${REPOSITORY}/commits/{ref}/check-runs`, { ...SHOP, ref: sha });
  expect(run.conclusion).toBe("failure");
  expect(checks.body.check_runs).toMatchObject([
    { name: "test", conclusion: "failure", app: { slug: "github-actions", id: 15368 } },
  ]);
  expect(await logOf(run)).toContain("##[error]Process completed with exit code 3.");
});

test("the course of a run is told in order", async () => {
  const sha = await tree.pushBranch("told", { "ci.sh": "true\n" });

  await runOf(sha);

  const course = receiver.names().filter((name) => name.startsWith("workflow_run") || name.startsWith("check_run"));
  expect(course.toSorted()).toEqual([
    "check_run.completed",
    "check_run.created",
    "workflow_run.completed",
    "workflow_run.in_progress",
    "workflow_run.requested",
  ]);
  expect(receiver.payloads("workflow_run", "completed")).toMatchObject([
    { workflow_run: { conclusion: "success", head_sha: sha }, workflow: { name: "CI" } },
  ]);
});

test("a run that failed is run again on request, as a new attempt with a job and a log of its own", async () => {
  const flaky = 'echo "attempt $GITHUB_RUN_ATTEMPT"; test "$GITHUB_RUN_ATTEMPT" = 2\n';
  const sha = await tree.pushBranch("flaky", { "ci.sh": flaky });
  const failed = await runOf(sha);
  receiver.received.length = 0;

  const answer = await wes.call(`POST ${REPOSITORY}/actions/runs/{run_id}/rerun-failed-jobs`, {
    ...SHOP,
    run_id: failed.id,
  });

  const again = await runOf(sha);
  const at = { ...SHOP, run_id: again.id as number };
  const first = await bot.call(`GET ${REPOSITORY}/actions/runs/{run_id}/attempts/{attempt_number}`, {
    ...at,
    attempt_number: 1,
  });
  const jobs = await bot.call(`GET ${REPOSITORY}/actions/runs/{run_id}/jobs`, at, { query: { filter: "all" } });
  const checks = await bot.call(`GET ${REPOSITORY}/commits/{ref}/check-runs`, { ...SHOP, ref: sha });
  expect(answer.status).toBe(201);
  expect(failed).toMatchObject({ conclusion: "failure", run_attempt: 1, previous_attempt_url: null });
  expect(again).toMatchObject({ id: failed.id, run_number: failed.run_number, conclusion: "success", run_attempt: 2 });
  expect(again.triggering_actor.login).toBe("wes");
  expect(first.body).toMatchObject({ conclusion: "failure", run_attempt: 1 });
  expect(jobs.body.jobs.map((job: Any) => [job.run_attempt, job.conclusion])).toEqual([
    [1, "failure"],
    [2, "success"],
  ]);
  expect(checks.body.check_runs).toMatchObject([{ id: jobs.body.jobs[1].id, conclusion: "success" }]);
  expect(await logOf(again)).toContain("Z attempt 2\n");
  expect(receiver.names().filter((name) => name.startsWith("workflow_run"))).toEqual([
    "workflow_run.in_progress",
    "workflow_run.completed",
  ]);
});

test("a run under way is not run again, and one that succeeded has no failed jobs to run again", async () => {
  const sha = await tree.pushBranch("rerun-rules", { "ci.sh": "sleep 0.5\n" });
  const at = { ...SHOP, run_id: (await runOf(sha)).id as number };
  const rerun = `POST ${REPOSITORY}/actions/runs/{run_id}/rerun`;

  const green = await wes.call(`POST ${REPOSITORY}/actions/runs/{run_id}/rerun-failed-jobs`, at);
  const first = await wes.call(rerun, at);
  const tooEarly = await wes.call(rerun, at);
  const reader = await bot.call(rerun, at);

  expect([green.status, first.status, tooEarly.status, reader.status]).toEqual([403, 201, 403, 403]);
  expect(green.body.message).toBe("This workflow run cannot be retried");
  expect(tooEarly.body.message).toBe("This workflow is already running");
  expect(reader.body.message).toBe("Resource not accessible by integration");
});

test("the log of a job and the zip of a run say the same, line by line", async () => {
  const sha = await tree.pushBranch("zipped", { "ci.sh": "echo one; echo two\n" });
  const run = await runOf(sha);

  const redirect = await bot.call(`GET ${REPOSITORY}/actions/runs/{run_id}/logs`, { ...SHOP, run_id: run.id });
  const archive = await fetch(redirect.headers.get("location") ?? "");

  const bytes = Buffer.from(await archive.arrayBuffer());
  expect(archive.headers.get("content-type")).toBe("application/zip");
  expect(bytes.includes(await logOf(run))).toBe(true);
  expect(bytes.includes("0_test.txt")).toBe(true);
});

test("a command over its time limit is killed with everything it started", async () => {
  const other = await start({ argv: ["sh", "./ci.sh"], timeoutMs: 300 });
  const clone = await other.clone("wes");
  const client = await other.bot("builder");

  const sha = await clone.pushBranch("slow", { "ci.sh": "sleep 60 & echo $!; wait\n" });
  await other.simulator.settled();

  const list = await client.call(`GET ${REPOSITORY}/actions/runs`, SHOP, { query: { head_sha: sha } });
  const run_id = list.body.workflow_runs[0].id as number;
  const logs = await client.call(`GET ${REPOSITORY}/actions/runs/{run_id}/logs`, { ...SHOP, run_id });
  const zip = Buffer.from(await (await fetch(logs.headers.get("location") ?? "")).arrayBuffer()).toString("latin1");
  const pid = Number(/Z (\d+)\n/.exec(zip)?.[1]);
  await other.stop();
  expect(list.body.workflow_runs[0].conclusion).toBe("timed_out");
  expect(pid).toBeGreaterThan(1);
  expect(await isRunning(pid)).toBe(false);
});

/** A process that nobody has reaped yet no longer runs. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") X");
  return !/\) [ZX]/.test(status);
}

test("a commit that asks for it, and a branch that is not listed, are not tested", async () => {
  const other = await start({ argv: ["true"], branches: ["listed"] });
  const clone = await other.clone("wes");
  const client = await other.bot("builder");

  await clone.pushBranch("unlisted", { "a.txt": "1\n" });
  await clone.run("checkout", "--quiet", "-b", "listed");
  await clone.commit("Not now [skip ci]", { "a.txt": "2\n" });
  await clone.run("push", "--quiet", "origin", "listed");
  await other.simulator.settled();

  const list = await client.call(`GET ${REPOSITORY}/actions/runs`, SHOP);
  await other.stop();
  expect(list.body.total_count).toBe(0);
});

test("a run that is under way when the simulator closes is cancelled, and leaves nothing behind", async () => {
  const other = await start({ argv: ["sleep", "60"], timeoutMs: 60_000 });
  const clone = await other.clone("wes");
  await clone.pushBranch("cancelled", { "a.txt": "1\n" });

  const before = performance.now();
  await other.stop();

  expect(performance.now() - before).toBeLessThan(5_000);
});

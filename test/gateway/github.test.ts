// git and GitHub through the gateway against the simulated GitHub: real clones and pushes, roles, tokens, fencing.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LEASE } from "../../src/resources/core.ts";
import { readLane } from "../../src/resources/lane.ts";
import { GatewayWorld, NAMESPACE, type TestRun } from "../support/gateway-world.ts";

const execute = promisify(execFile);
const BRANCH = "feature/task-7-implementation";

let world: GatewayWorld;
let run: TestRun;
let stale: TestRun;
let directory: string;

beforeAll(async () => {
  world = await GatewayWorld.start({ github: { tokenFormat: "stateless" } });
  await world.addLane("lane-1-7", { generation: 2 });
  run = await world.addRun({ lane: "lane-1-7", generation: 2 });
  stale = await world.addRun({ name: "stale", lane: "lane-1-7", generation: 1 });
  directory = await mkdtemp(join(tmpdir(), "gateway-git-"));
  // What every test may count on: the run has pushed its branch.
  await git(await prepareCommit("first"), await run.token("publish"), "push", "-q", "origin", BRANCH);
});

afterAll(async () => {
  await world.stop();
  await rm(directory, { recursive: true });
});

interface GitResult {
  readonly code: number;
  readonly text: string;
}

/** Runs git with a token as the password, as the containers do; never rejects. */
async function git(cwd: string, token: string, ...parameters: string[]): Promise<GitResult> {
  const basic = Buffer.from(`runyard:${token}`).toString("base64");
  const settings = ["-c", `http.extraHeader=Authorization: Basic ${basic}`, "-c", "credential.helper="];
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "protocol.version=2"];
  const env = { PATH: process.env["PATH"], HOME: directory, GIT_TERMINAL_PROMPT: "0", GIT_CONFIG_NOSYSTEM: "1" };
  try {
    const { stdout, stderr } = await execute("git", [...settings, ...identity, ...parameters], { cwd, env });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, text: stderr };
  }
}

async function clone(name: string, token: string, repository = "acme/shop"): Promise<GitResult> {
  return await git(directory, token, "clone", "-q", `${world.gateway.url}/git/${repository}.git`, name);
}

/** A clone with a commit on the run's branch, ready to be pushed. */
async function prepareCommit(name: string, bytes = 0): Promise<string> {
  await clone(name, await run.token("prepare"));
  const tree = join(directory, name);
  await git(tree, "", "checkout", "-q", "-b", BRANCH);
  await writeFile(join(tree, "till.txt"), `till of ${name}\n`);
  if (bytes > 0) {
    await writeFile(join(tree, "large.bin"), randomBytes(bytes));
  }
  await git(tree, "", "add", ".");
  await git(tree, "", "commit", "-q", "-m", "Add a till");
  return tree;
}

async function expectedHeads(): Promise<readonly string[]> {
  const lease = await world.store.get(LEASE, { namespace: NAMESPACE, name: "lane-1-7" });
  return lease === undefined ? [] : readLane(lease).expectedHeads;
}

describe("git of a run", () => {
  it("clones its repository and its docs repository for prepare, and nothing else", async () => {
    const token = await run.token("prepare");

    expect(await clone("own", token)).toMatchObject({ code: 0 });
    expect(await clone("docs", token, "acme/handbook")).toMatchObject({ code: 0 });
    expect(await readFile(join(directory, "docs/task/prompt.md"), "utf8")).toBe("Do it.\n");
    const foreign = await clone("foreign", token, "acme/vault");
    expect(foreign.code).not.toBe(0);
    expect(foreign.text).toContain("403");
  });

  it("pushes the run's branch, recorded in the lane before", async () => {
    const tree = await prepareCommit("good");
    const sha = (await git(tree, "", "rev-parse", "HEAD")).text.trim();

    const pushed = await git(tree, await run.token("publish"), "push", "-q", "-f", "origin", BRANCH);
    const remote = await git(tree, await run.token("prepare"), "ls-remote", "origin", BRANCH);

    expect(pushed).toMatchObject({ code: 0 });
    expect(remote.text).toContain(sha);
    expect((await expectedHeads()).at(-1)).toBe(sha);
  });

  it("pushes a pack larger than git's buffer", async () => {
    const tree = await prepareCommit("large", 3_000_000);

    const pushed = await git(tree, await run.token("publish"), "push", "-q", "-f", "origin", BRANCH);

    expect(pushed).toMatchObject({ code: 0 });
  });

  it.each([
    ["another branch", ["HEAD:refs/heads/other"]],
    ["the default branch", ["HEAD:refs/heads/main"]],
    ["a tag", ["HEAD:refs/tags/v1"]],
    ["two refs at once", [`HEAD:refs/heads/${BRANCH}`, "HEAD:refs/heads/other"]],
    ["a deletion", [`:refs/heads/${BRANCH}`]],
  ])("may not push %s", async (name, refs) => {
    const tree = await prepareCommit(name.replaceAll(" ", "-"));
    const before = await expectedHeads();

    const pushed = await git(tree, await run.token("publish"), "push", "-f", "origin", ...refs);

    expect(pushed.code).not.toBe(0);
    expect(pushed.text).toContain("403");
    expect(await expectedHeads()).toEqual(before);
  });

  it("of a superseded generation pushes nothing", async () => {
    const tree = await prepareCommit("stale");
    const effects = world.github.effects().length;

    const pushed = await git(tree, await stale.token("publish"), "push", "-f", "origin", BRANCH);

    expect(pushed.code).not.toBe(0);
    expect(pushed.text).toContain("409");
    expect(world.github.effects()).toHaveLength(effects);
  });

  it("cannot be pushed by prepare", async () => {
    const tree = await prepareCommit("prepare");

    expect((await git(tree, await run.token("prepare"), "push", "-f", "origin", BRANCH)).text).toContain("403");
  });
});

describe("GitHub's API", () => {
  async function github(role: "prepare" | "publish", method: string, path: string, body?: object): Promise<Response> {
    return await world.call(`/github${path}`, await run.token(role), {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  it("opens the run's pull request, comments and labels for publish", async () => {
    const pull = { title: "Add a till", head: BRANCH, base: "main", draft: true };

    const created = await github("publish", "POST", "/repos/acme/shop/pulls", pull);
    const { number, node_id: id } = (await created.json()) as { number: number; node_id: string };
    const labelled = await github("publish", "POST", `/repos/acme/shop/issues/${number}/labels`, { labels: ["x"] });
    const commented = await github("publish", "POST", `/repos/acme/shop/issues/${number}/comments`, { body: "Done." });
    const ready = await github("publish", "POST", "/graphql", {
      query: `mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`,
      variables: { id },
    });

    expect([created.status, labelled.status, commented.status]).toEqual([201, 200, 201]);
    expect(await ready.json()).toMatchObject({
      data: { markPullRequestReadyForReview: { pullRequest: { isDraft: false } } },
    });
  });

  it("writes our check runs and no others", async () => {
    const sha = (await expectedHeads()).at(-1);
    const check = { name: "runyard/author", head_sha: sha, status: "completed", conclusion: "success" };

    const ours = await github("publish", "POST", "/repos/acme/shop/check-runs", check);
    const forged = await github("publish", "POST", "/repos/acme/shop/check-runs", { ...check, name: "ci/build" });

    expect([ours.status, forged.status]).toEqual([201, 403]);
  });

  it.each([
    ["merging", "PUT", "/repos/acme/shop/pulls/1/merge", {}],
    ["approving", "POST", "/repos/acme/shop/pulls/1/reviews", { event: "APPROVE" }],
    ["writing a ref", "PATCH", "/repos/acme/shop/git/refs/heads/main", { sha: "0" }],
    ["writing a file", "PUT", "/repos/acme/shop/contents/x", { message: "x" }],
    ["another repository", "GET", "/repos/acme/vault", undefined],
    ["a way around", "GET", "/repos/acme/shop/../vault", undefined],
    ["an encoded way around", "GET", "/repos/acme/shop/contents/%2e%2e/%2e%2e/vault", undefined],
    ["its own token's list", "GET", "/installation/repositories", undefined],
    ["a pull request from elsewhere", "POST", "/repos/acme/shop/pulls", { title: "x", head: "main", base: "main" }],
    ["another mutation", "POST", "/graphql", { query: "mutation { deleteRef(input: {refId: 1}) { x } }" }],
  ])("refuses %s", async (_name, method, path, body) => {
    const answer = await github("publish", method, path, body);

    expect(answer.status).toBe(403);
    expect(answer.headers.get("x-runyard-reason")).toBe("Forbidden");
  });

  it("gives prepare only reads", async () => {
    const read = await github("prepare", "GET", "/repos/acme/shop/pulls");
    const write = await github("prepare", "POST", "/repos/acme/shop/issues/1/comments", { body: "x" });

    expect([read.status, write.status]).toEqual([200, 403]);
  });

  it("answers 5xx of a write as an unknown outcome, and a lost answer too", async () => {
    const path = "/repos/{owner}/{repo}/issues/{number}/comments";
    world.github.faults.add({ kind: "5xx", method: "POST", path });
    world.github.faults.add({ kind: "timeout-after-apply", method: "POST", path });

    const failed = await github("publish", "POST", "/repos/acme/shop/issues/1/comments", { body: "one" });
    const lost = await github("publish", "POST", "/repos/acme/shop/issues/1/comments", { body: "two" });

    expect([failed.status, failed.headers.get("x-runyard-outcome")]).toEqual([502, "unknown"]);
    expect([lost.status, lost.headers.get("x-runyard-outcome")]).toEqual([502, "unknown"]);
    expect(lost.headers.get("x-runyard-reason")).toBe("OutcomeUnknown");
  });

  it("asks GitHub nothing while a secondary limit lasts", async () => {
    const other = await GatewayWorld.start();
    const path = "/repos/{owner}/{repo}/pulls";
    other.github.faults.add({ kind: "secondary-limit", method: "GET", path, retryAfterSeconds: 30 });
    const token = await (await other.addRun()).token("prepare");

    const limited = await other.call("/github/repos/acme/shop/pulls", token);
    const held = await other.call("/github/repos/acme/shop/pulls", token);

    expect([limited.status, held.status]).toEqual([403, 429]);
    expect(Number(held.headers.get("retry-after"))).toBeGreaterThan(25);
    await other.stop();
  });
});

describe("admit and the controllers", () => {
  it("let admit read permissions and comment, but not push or write checks", async () => {
    const { token } = await world.addStep("admit");

    const permission = await world.call("/github/repos/acme/shop/collaborators/wes/permission", token);
    const check = await world.call("/github/repos/acme/shop/check-runs", token, { method: "POST", body: "{}" });
    const clone = await world.call("/git/acme/shop.git/info/refs?service=git-upload-pack", token);

    expect(await permission.json()).toMatchObject({ permission: "write" });
    expect([check.status, clone.status]).toEqual([403, 403]);
  });

  it("take nobody's word who only labels a pod as if it were a run's: the account must be the chart's", async () => {
    const { metadata } = (await world.addRun({ name: "task-8-author" })).run;
    const labels = { "runyard.dev/run": metadata.name, "runyard.dev/run-kind": "CodeRun" };
    const pod = await world.addPod("looks-alike", labels);
    const ask = async (token: string) => (await world.call("/github/repos/acme/shop/pulls", token)).status;

    const own = await ask(await world.issue("publish", pod));
    const others = await ask(await world.issue("publish", pod, "runyard-workflow"));
    const step = await ask(await world.issue("admit", pod, "runyard-agent"));

    expect([own, others, step]).toEqual([200, 403, 403]);
  });

  it("let a controller write the failing check of the run that it names", async () => {
    const token = await world.issue("controller");
    const body = JSON.stringify({
      name: "runyard/author",
      head_sha: (await expectedHeads()).at(-1),
      status: "completed",
      conclusion: "failure",
    });
    const headers = (name: string) => ({ "x-runyard-run": `CodeRun/${NAMESPACE}/${name}` });

    const written = await world.call("/github/repos/acme/shop/check-runs", token, {
      method: "POST",
      body,
      headers: headers("task-7-author"),
    });
    const superseded = await world.call("/github/repos/acme/shop/check-runs", token, {
      method: "POST",
      body,
      headers: headers("stale"),
    });

    expect([written.status, superseded.status]).toEqual([201, 409]);
  });
});

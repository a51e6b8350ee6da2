// What REST answers beyond its shapes: pages, ETags, limits, refusals, and the rules of pull requests and checks.

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { GitWorkTree } from "../support/git-work-tree.ts";
import type { Any, GitHubClient } from "../support/github-client.ts";
import { GitHubSchemas } from "../support/github-schemas.ts";
import { GitHubWorld, SHOP } from "../support/github-world.ts";

const REPOSITORY = "/repos/{owner}/{repo}";

const schemas = new GitHubSchemas();
let world: GitHubWorld;
let tree: GitWorkTree;
let bot: GitHubClient;
let wes: GitHubClient;

beforeAll(async () => {
  world = await GitHubWorld.start(schemas);
  tree = await world.clone("wes");
  bot = await world.bot("builder");
  wes = world.person("wes");
});

afterAll(() => world.stop());

describe("a list", () => {
  test("comes in pages with links to the others", async () => {
    const other = await GitHubWorld.start(schemas);
    const rita = other.person("rita");
    for (const title of ["1", "2", "3", "4", "5"]) {
      await rita.call(`POST ${REPOSITORY}/issues`, SHOP, { body: { title } });
    }

    const query = { per_page: "2", page: "2", direction: "asc" };
    const page = await rita.call(`GET ${REPOSITORY}/issues`, SHOP, { query });
    const link = page.headers.get("link") ?? "";
    const next = /<([^>]+)>; rel="next"/.exec(link)?.[1] ?? "";
    const followed = await fetch(next, { headers: { authorization: `token ${other.simulator.tokenOf("rita")}` } });
    const last = (await followed.json()) as Any;
    await other.stop();

    expect(page.body.map((issue: Any) => issue.title)).toEqual(["3", "4"]);
    expect(link).toContain('rel="prev"');
    expect(link).toContain('rel="last"');
    expect(last.map((issue: Any) => issue.title)).toEqual(["5"]);
    expect(followed.headers.get("link")).not.toContain('rel="next"');
  });
});

describe("a known ETag", () => {
  test("is answered with 304, which costs nothing, until something changes", async () => {
    const issue = await wes.call(`POST ${REPOSITORY}/issues`, SHOP, { body: { title: "Cached" } });
    const at = { ...SHOP, issue_number: issue.body.number as number };
    const first = await bot.call(`GET ${REPOSITORY}/issues/{issue_number}`, at);
    const headers = { "if-none-match": first.headers.get("etag") ?? "" };

    const same = await bot.call(`GET ${REPOSITORY}/issues/{issue_number}`, at, { headers });
    await wes.call(`PATCH ${REPOSITORY}/issues/{issue_number}`, at, { body: { title: "Changed" } });
    const changed = await bot.call(`GET ${REPOSITORY}/issues/{issue_number}`, at, { headers });

    expect(same.status).toBe(304);
    expect(same.headers.get("x-ratelimit-used")).toBe(first.headers.get("x-ratelimit-used"));
    expect(changed.body.title).toBe("Changed");
  });
});

describe("the rate limit", () => {
  test("counts down, refuses with its reset, and opens again after an hour", async () => {
    const other = await GitHubWorld.start(schemas, { requestsPerHour: 2 });
    const rita = other.person("rita");

    const first = await rita.call(`GET ${REPOSITORY}`, SHOP);
    await rita.call(`GET ${REPOSITORY}`, SHOP);
    const refused = await rita.call(`GET ${REPOSITORY}`, SHOP);
    other.clock.nowMs = Number(refused.headers.get("x-ratelimit-reset")) * 1000;
    const again = await rita.call(`GET ${REPOSITORY}`, SHOP);
    await other.stop();

    expect(first.headers.get("x-ratelimit-remaining")).toBe("1");
    expect(refused.status).toBe(403);
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(again.status).toBe(200);
  });

  test("counts what is refused, but not the question how much is left", async () => {
    const other = await GitHubWorld.start(schemas);
    const rita = other.person("rita");
    const used = async (): Promise<number> => (await rita.call("GET /rate_limit")).body.rate.used;

    const before = [await used(), await used()];
    await rita.call(`GET ${REPOSITORY}/issues/{issue_number}`, { ...SHOP, issue_number: 99 });
    const after = await used();
    await other.stop();

    expect(before).toEqual([0, 0]);
    expect(after).toBe(1);
  });

  test("is counted for each identity by itself", async () => {
    const other = await GitHubWorld.start(schemas, { requestsPerHour: 1 });
    await other.person("rita").call(`GET ${REPOSITORY}`, SHOP);

    const rita = await other.person("rita").call(`GET ${REPOSITORY}`, SHOP);
    const wes_ = await other.person("wes").call(`GET ${REPOSITORY}`, SHOP);
    await other.stop();

    expect([rita.status, wes_.status]).toEqual([403, 200]);
  });
});

test("the same routes answer at the root of the host", async () => {
  const authorization = `token ${world.simulator.tokenOf("rita")}`;

  const response = await fetch(`${world.simulator.baseUrl}/repos/acme/shop`, { headers: { authorization } });

  expect(((await response.json()) as Any).full_name).toBe("acme/shop");
});

test("a body that is no JSON, and one with a wrong field, are refused with the reason", async () => {
  const authorization = `token ${world.simulator.tokenOf("rita")}`;
  const url = `${world.simulator.apiUrl}/repos/acme/shop/issues`;

  const broken = await fetch(url, { method: "POST", headers: { authorization }, body: "{" });
  const wrong = await wes.call(`POST ${REPOSITORY}/issues`, SHOP, { body: { body: "no title" } });

  expect(broken.status).toBe(400);
  expect(wrong.body.errors[0]).toMatchObject({ resource: "Issue", field: "title" });
});

describe("a pull request", () => {
  async function open(head: string, more: Record<string, unknown> = {}): ReturnType<GitHubClient["call"]> {
    return bot.call(`POST ${REPOSITORY}/pulls`, SHOP, { body: { title: "T", head, base: "main", ...more } });
  }

  test("needs branches that exist and differ", async () => {
    await tree.run("push", "--quiet", "origin", "origin/main:refs/heads/level");

    const missing = await open("missing");
    const base = await open("level", { base: "missing" });
    const level = await open("level");

    expect(missing.body.errors).toMatchObject([{ field: "head", code: "invalid" }]);
    expect(base.body.errors).toMatchObject([{ field: "base", code: "invalid" }]);
    expect(level.body.errors).toMatchObject([{ message: "No commits between main and level" }]);
  });

  test("is opened once per branch; the second attempt is told that it exists", async () => {
    await tree.pushBranch("once", { "once.txt": "1\n" });

    const first = await open("once", { draft: true });
    const second = await open("once");
    const found = await bot.call(`GET ${REPOSITORY}/pulls`, SHOP, { query: { head: "acme:once" } });

    expect(first.body).toMatchObject({ draft: true, state: "open", user: { login: "builder[bot]", type: "Bot" } });
    expect(second.status).toBe(422);
    expect(second.body.errors).toMatchObject([{ message: "A pull request already exists for acme:once." }]);
    expect(found.body).toHaveLength(1);
  });

  test("shows its files with their patches", async () => {
    await tree.run("checkout", "--quiet", "-B", "files", "origin/main");
    await tree.run("mv", "README.md", "GUIDE.md");
    await tree.commit("Files", { "src/price.js": "export const price = 9;\n", "new file.txt": "n\n" });
    await tree.run("push", "--quiet", "origin", "files");
    const pull = await open("files");

    const files = await bot.call(`GET ${REPOSITORY}/pulls/{pull_number}/files`, {
      ...SHOP,
      pull_number: pull.body.number,
    });

    const rows = files.body.map((file: Any) => [file.status, file.filename, file.additions, file.deletions]);
    expect(rows.toSorted()).toEqual([
      ["added", "new file.txt", 1, 0],
      ["modified", "src/price.js", 1, 1],
      ["renamed", "GUIDE.md", 0, 0],
    ]);
    expect(files.body.find((file: Any) => file.status === "renamed").previous_filename).toBe("README.md");
    expect(files.body.find((file: Any) => file.filename === "src/price.js").patch).toBe(
      "@@ -1 +1 @@\n-export const price = 1;\n+export const price = 9;",
    );
  });

  test("is not approved by its author", async () => {
    await tree.pushBranch("own", { "own.txt": "1\n" });
    const pull = await wes.call(`POST ${REPOSITORY}/pulls`, SHOP, { body: { title: "O", head: "own", base: "main" } });

    const review = await wes.call(
      `POST ${REPOSITORY}/pulls/{pull_number}/reviews`,
      { ...SHOP, pull_number: pull.body.number },
      { body: { event: "APPROVE" } },
    );

    expect(review.status).toBe(422);
  });

  test("is merged only when it is no draft and its head is the expected one", async () => {
    const sha = await tree.pushBranch("merging", { "merging.txt": "1\n" });
    const pull = await open("merging", { draft: true });
    const at = { ...SHOP, pull_number: pull.body.number as number };
    const target = `PUT ${REPOSITORY}/pulls/{pull_number}/merge`;
    const draft = await wes.call(target, at);
    const id = pull.body.node_id as string;
    await fetch(world.simulator.graphqlUrl, {
      method: "POST",
      headers: { authorization: `token ${world.simulator.tokenOf("wes")}` },
      body: JSON.stringify({
        query: `mutation { markPullRequestReadyForReview(input: { pullRequestId: "${id}" }) { clientMutationId } }`,
      }),
    });

    const moved = await wes.call(target, at, { body: { sha: "0".repeat(40) } });
    const merged = await wes.call(target, at, { body: { sha } });

    const main = await bot.call(`GET ${REPOSITORY}/branches/{branch}`, { ...SHOP, branch: "main" });
    expect([draft.status, moved.status, merged.status]).toEqual([405, 409, 200]);
    expect(main.body.commit.sha).toBe(merged.body.sha);
    expect(main.body.commit.parents).toHaveLength(2);
  });
});

describe("a check run", () => {
  async function create(client: GitHubClient, more: Record<string, unknown> = {}): ReturnType<GitHubClient["call"]> {
    const head_sha = await tree.run("rev-parse", "origin/main");
    return client.call(`POST ${REPOSITORY}/check-runs`, SHOP, { body: { name: "runyard/author", head_sha, ...more } });
  }

  test("is written by Apps only", async () => {
    const answer = await create(wes);

    expect(answer.status).toBe(403);
    expect(answer.body.message).toBe("You must authenticate via a GitHub App.");
  });

  test("is changed only by the App that made it", async () => {
    const run = await create(bot, { status: "in_progress" });
    const reporter = await world.bot("reporter");

    const answer = await reporter.call(
      `PATCH ${REPOSITORY}/check-runs/{check_run_id}`,
      { ...SHOP, check_run_id: run.body.id },
      { body: { conclusion: "success" } },
    );

    expect(answer.status).toBe(403);
    expect(answer.body.message).toContain(`Invalid app_id \`${world.simulator.app("builder").id}\``);
  });

  test("needs a commit that exists, and a conclusion when it is completed", async () => {
    const nowhere = await create(bot, { head_sha: "1".repeat(40) });
    const open = await create(bot, { status: "completed" });

    expect(nowhere.status).toBe(422);
    expect(open.body.errors).toMatchObject([{ field: "conclusion" }]);
  });

  test("is asked for again by its App or by a person with write access, which leaves the run as it is", async () => {
    const run = await create(bot, { name: "runyard/clippy", conclusion: "failure" });
    const at = { ...SHOP, check_run_id: run.body.id as number };
    const target = `POST ${REPOSITORY}/check-runs/{check_run_id}/rerequest`;
    const suiteOf = async (): Promise<Any> => {
      const suite = { ...SHOP, check_suite_id: run.body.check_suite.id as number };
      return (await bot.call(`GET ${REPOSITORY}/check-suites/{check_suite_id}`, suite)).body;
    };
    const stranger = await (await world.bot("reporter")).call(target, at);
    const reader = await world.person("rita").call(target, at);

    const own = await bot.call(target, at);
    const asked = await suiteOf();
    const still = await bot.call(`GET ${REPOSITORY}/check-runs/{check_run_id}`, at);
    await bot.call(`PATCH ${REPOSITORY}/check-runs/{check_run_id}`, at, { body: { status: "in_progress" } });
    const taken = await suiteOf();
    const person = await wes.call(target, at);

    expect([stranger.status, reader.status, own.status, person.status]).toEqual([403, 403, 201, 201]);
    expect(stranger.body.message).toBe("This check run is not rerequestable");
    expect(asked).toMatchObject({ status: "queued", conclusion: null });
    expect(still.body).toMatchObject({ status: "completed", conclusion: "failure" });
    expect(taken.status).toBe("in_progress");
  });

  test("is listed as the newest of its name, App and commit, unless all are asked for", async () => {
    const first = await create(bot, { name: "runyard/tests", conclusion: "failure" });
    const second = await create(bot, { name: "runyard/tests", conclusion: "success" });
    const ref = await tree.run("rev-parse", "origin/main");
    const ids = async (query: Record<string, string>): Promise<number[]> => {
      const options = { query: { check_name: "runyard/tests", ...query } };
      const list = await bot.call(`GET ${REPOSITORY}/commits/{ref}/check-runs`, { ...SHOP, ref }, options);
      return list.body.check_runs.map((run: Any) => run.id);
    };

    expect(await ids({})).toEqual([second.body.id]);
    expect(await ids({ filter: "all" })).toEqual([first.body.id, second.body.id]);
    expect(await ids({ app_id: String(world.simulator.app("reporter").id) })).toEqual([]);
    expect(await ids({ status: "in_progress" })).toEqual([]);
  });
});

test("the combined status is the worst of the latest status of each context", async () => {
  const sha = await tree.run("rev-parse", "origin/main");
  const set = (context: string, state: string): ReturnType<GitHubClient["call"]> =>
    bot.call(`POST ${REPOSITORY}/statuses/{sha}`, { ...SHOP, sha }, { body: { context, state } });
  const combined = async (): Promise<string> =>
    (await bot.call(`GET ${REPOSITORY}/commits/{ref}/status`, { ...SHOP, ref: sha })).body.state;

  const none = await combined();
  await set("a", "success");
  await set("b", "error");
  const bad = await combined();
  await set("b", "success");

  expect([none, bad, await combined()]).toEqual(["pending", "failure", "success"]);
});

test("refs are created once and moved back only by force", async () => {
  const main = await tree.run("rev-parse", "origin/main");
  const sha = await tree.pushBranch("ahead", { "ahead.txt": "1\n" });
  const body = { ref: "refs/heads/by-rest", sha };

  const first = await bot.call(`POST ${REPOSITORY}/git/refs`, SHOP, { body });
  const second = await bot.call(`POST ${REPOSITORY}/git/refs`, SHOP, { body });
  const at = { ...SHOP, ref: "heads/by-rest" };
  const back = await bot.call(`PATCH ${REPOSITORY}/git/refs/{ref}`, at, { body: { sha: main } });
  const forced = await bot.call(`PATCH ${REPOSITORY}/git/refs/{ref}`, at, { body: { sha: main, force: true } });

  expect([first.status, second.status, back.status, forced.status]).toEqual([201, 422, 422, 200]);
  expect(second.body.message).toBe("Reference already exists");
});

test("contents are read at a ref, as JSON or raw, and the root is a directory", async () => {
  await tree.pushBranch("with/slash", { "docs/täst.md": "# Test\n" });
  const at = { ...SHOP, path: "docs/täst.md" };
  const query = { ref: "with/slash" };

  const file = await bot.call(`GET ${REPOSITORY}/contents/{path}`, at, { query });
  const absent = await bot.call(`GET ${REPOSITORY}/contents/{path}`, at);
  const authorization = `token ${world.simulator.tokenOf("rita")}`;
  const url = `${world.simulator.apiUrl}/repos/acme/shop/contents`;
  const raw = await fetch(`${url}/README.md`, {
    headers: { authorization, accept: "application/vnd.github.raw+json" },
  });
  const root = (await (await fetch(`${url}?ref=main`, { headers: { authorization } })).json()) as Any;

  expect(Buffer.from(file.body.content, "base64").toString()).toBe("# Test\n");
  expect(absent.status).toBe(404);
  expect(await raw.text()).toBe("# Shop\n");
  expect(root.map((entry: Any) => [entry.type, entry.path])).toContainEqual(["dir", "src"]);
});

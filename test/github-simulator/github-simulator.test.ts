// Starting and stopping: options, addresses, sockets; and the plain pages behind the links.

import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startGitHubSimulator } from "../../src/github-simulator/github-simulator.ts";
import type { GitHubSimulatorOptions } from "../../src/github-simulator/simulator-options.ts";
import { GitHubSchemas } from "../support/github-schemas.ts";
import { GitHubWorld, SHOP } from "../support/github-world.ts";

const REPOSITORY = "/repos/{owner}/{repo}";
const schemas = new GitHubSchemas();

let world: GitHubWorld;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "github-simulator-"));
  world = await GitHubWorld.start(schemas, { socketPath: join(directory, "github.sock") });
});

afterAll(async () => {
  await world.stop();
  await rm(directory, { recursive: true });
});

describe("options are refused by their path:", () => {
  const shop = { fullName: "acme/shop" };
  const app = { slug: "builder", permissions: {} };

  test.each<[string, Partial<GitHubSimulatorOptions>, string]>([
    ["a name without an owner", { repositories: [{ fullName: "shop" }] }, "repositories[].fullName"],
    ["a repository twice", { repositories: [shop, shop] }, "repositories[].fullName"],
    ["a fork of nothing", { repositories: [{ ...shop, forkOf: "a/b" }] }, "repositories[].forkOf"],
    [
      "a collaborator who is nobody",
      { repositories: [{ ...shop, collaborators: { wes: "read" } }] },
      "repositories[].collaborators",
    ],
    [
      "an installation on nothing",
      { apps: [{ ...app, installations: [{ account: "acme", repositories: ["nil"] }] }] },
      "apps[].installations[].repositories",
    ],
  ])("%s", async (_, options, field) => {
    const start = startGitHubSimulator({ directory: join(directory, "refused"), ...options });

    await expect(start).rejects.toMatchObject({ code: "Invalid", causes: [{ field }] });
  });

  test("a port that is taken", async () => {
    const port = Number(new URL(world.simulator.baseUrl).port);

    const start = startGitHubSimulator({ directory, port });

    await expect(start).rejects.toMatchObject({ code: "Unavailable", message: expect.stringContaining(String(port)) });
  });
});

test("a Unix socket answers like the port", async () => {
  const headers = { authorization: `token ${world.simulator.tokenOf("rita")}` };
  const socketPath = join(directory, "github.sock");

  const text = await new Promise<string>((resolve, reject) => {
    const call = request({ socketPath, path: "/api/v3/repos/acme/shop", headers }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => (body += chunk.toString()));
      response.on("end", () => resolve(body));
    });
    call.on("error", reject).end();
  });

  expect(JSON.parse(text)).toMatchObject({ full_name: "acme/shop", url: `${world.simulator.apiUrl}/repos/acme/shop` });
});

test("two simulators with the same options give the same ids", async () => {
  const other = await GitHubWorld.start(schemas);
  const number = async (in_: GitHubWorld): Promise<unknown> => {
    const answer = await in_.person("rita").call(`POST ${REPOSITORY}/issues`, SHOP, { body: { title: "Same" } });
    return [
      answer.body.id,
      answer.body.number,
      in_.simulator.app("builder"),
      in_.simulator.repositoryIdOf("acme/shop"),
    ];
  };

  const ids = [await number(world), await number(other)];

  await other.stop();
  expect(ids[0]).toEqual(ids[1]);
});

test("refs with slashes need no encoding", async () => {
  const tree = await world.clone("wes");
  const sha = await tree.pushBranch("topic/deep/one", { "deep.txt": "1\n" });
  const read = async (path: string): Promise<unknown> => {
    const authorization = `token ${world.simulator.tokenOf("rita")}`;
    const response = await fetch(`${world.simulator.apiUrl}/repos/acme/shop/${path}`, { headers: { authorization } });
    return response.json();
  };

  expect(await read("git/ref/heads/topic/deep/one")).toMatchObject({ object: { sha } });
  expect(await read("commits/heads/topic/deep/one")).toMatchObject({ sha });
  expect(await read("commits/topic/deep/one/check-runs")).toMatchObject({ total_count: 0 });
  expect(await read("compare/main...topic/deep/one")).toMatchObject({ ahead_by: 1 });
  expect(await read("branches/topic/deep/one")).toMatchObject({ name: "topic/deep/one" });
});

describe("a link leads to a plain page", () => {
  test("of a pull request, with its checks, comments and diff", async () => {
    const tree = await world.clone("wes");
    const head_sha = await tree.pushBranch("shown", { "src/price.js": "export const price = 5;\n" });
    const bot = await world.bot("builder");
    const body = { title: "Raise the price", head: "shown", base: "main", draft: true };
    const pull = (await bot.call(`POST ${REPOSITORY}/pulls`, SHOP, { body })).body;
    await bot.call(`POST ${REPOSITORY}/check-runs`, SHOP, { body: { name: "lint", head_sha, conclusion: "failure" } });
    await world.person("rita").call(
      `POST ${REPOSITORY}/issues/{issue_number}/comments`,
      { ...SHOP, issue_number: pull.number },
      {
        body: { body: "Too much" },
      },
    );

    const text = await (await fetch(pull.html_url as string)).text();
    const diff = await (await fetch(pull.diff_url as string)).text();

    expect(text).toContain("Raise the price");
    expect(text).toContain("check lint: failure");
    expect(text).toContain("Too much");
    expect(text).toContain("+export const price = 5;");
    expect(diff).toMatch(/^diff --git a\/src\/price.js b\/src\/price.js\n/);
  });

  test("but not in a private repository", async () => {
    const vault = { owner: "acme", repo: "vault" };
    const issue = await world.person("olivia").call(`POST ${REPOSITORY}/issues`, vault, { body: { title: "Hidden" } });

    const response = await fetch(issue.body.html_url as string);

    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("Hidden");
  });
});

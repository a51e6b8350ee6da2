// Git over HTTP as git itself speaks it, behind the API's tokens.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { git, GitWorkTree } from "../support/git-work-tree.ts";
import { GitHubSchemas } from "../support/github-schemas.ts";
import { GitHubWorld, SHOP } from "../support/github-world.ts";

let world: GitHubWorld;

beforeAll(async () => {
  world = await GitHubWorld.start(new GitHubSchemas());
});

afterAll(() => world.stop());

async function cloneWith(token: string, name: string, repository = "acme/shop"): Promise<GitWorkTree> {
  const directory = join(world.directory, "by-token", name);
  return GitWorkTree.clone({ baseUrl: world.simulator.baseUrl, repository, token, directory });
}

describe("a token of an installation", () => {
  test("clones and pushes with write access to contents", async () => {
    const tree = await cloneWith(await world.token("builder"), "writer");

    const sha = await tree.pushBranch("from-bot", { "a.txt": "a\n" });

    const bot = await world.bot("builder");
    const branch = await bot.call("GET /repos/{owner}/{repo}/branches/{branch}", { ...SHOP, branch: "from-bot" });
    expect(branch.body.commit.sha).toBe(sha);
  });

  test("may be sent as a bearer header", async () => {
    const token = await world.token("builder", { permissions: { contents: "read" } });
    const header = `http.extraHeader=Authorization: Bearer ${token}`;

    const outcome = await git(world.directory, "-c", header, "ls-remote", `${world.simulator.baseUrl}/acme/shop.git`);

    expect(outcome.stdout).toContain("refs/heads/main");
  });

  test("clones but does not push with read access", async () => {
    const token = await world.token("builder", { permissions: { contents: "read" } });
    const tree = await cloneWith(token, "reader");

    await tree.commit("Try", { "b.txt": "b\n" });
    const push = await tree.try("push", "origin", "HEAD:refs/heads/refused");

    expect(push.exitCode).not.toBe(0);
    expect(push.stderr).toContain("403");
  });

  test.each([
    ["without access to contents", "acme/shop", { permissions: { issues: "read" } }],
    ["for another repository", "acme/vault", {}],
  ])("does not clone %s", async (_, repository, request) => {
    const token = await world.token("builder", request);

    await expect(cloneWith(token, "nothing", repository)).rejects.toThrow(/40[34]|not found/);
  });

  test("does not clone once it is revoked", async () => {
    const token = await world.token("builder");
    await world.client(`token ${token}`).call("DELETE /installation/token");

    await expect(cloneWith(token, "revoked")).rejects.toThrow(/Authentication failed|could not read/);
  });

  test("changes workflow files only with the permission for workflows", async () => {
    const workflow = { ".github/workflows/ci.yml": "on: push\n" };
    const without = await cloneWith(await world.token("builder"), "no-workflows");
    await without.commit("Add a workflow", workflow);
    const refused = await without.try("push", "origin", "HEAD:refs/heads/workflow");
    const withIt = await cloneWith(await world.token("reporter"), "workflows");
    await withIt.commit("Add a workflow", workflow);

    const pushed = await withIt.try("push", "origin", "HEAD:refs/heads/workflow");

    expect(refused.stderr).toContain("without `workflows` permission");
    expect(refused.exitCode).not.toBe(0);
    expect(pushed.exitCode).toBe(0);
  });
});

test("a push of many megabytes arrives whole", async () => {
  const tree = await world.clone("wes");
  const line = `${"0123456789abcdef".repeat(64)}\n`;
  const noise = Array.from({ length: 6000 }, (_, index) => `${index}${line}`).join("");
  await mkdir(join(tree.directory, "big"), { recursive: true });
  await tree.run("config", "core.compression", "0");

  await tree.pushBranch("big", { "big/file.txt": noise });

  const other = await world.clone("wes");
  await other.run("checkout", "--quiet", "big");
  expect(await other.run("cat-file", "-s", "HEAD:big/file.txt")).toBe(String(noise.length));
});

test("a malformed address is refused, and the next call is answered", async () => {
  const { baseUrl } = world.simulator;

  const malformed = await fetch(`${baseUrl}/%E0%A4%A/%/info/refs?service=git-upload-pack`);
  const next = await (await world.bot("builder")).call("GET /repos/{owner}/{repo}", SHOP);

  expect(malformed.status).toBe(401);
  expect(next.status).toBe(200);
});

// The agent's way to GitHub, over a real gateway to a simulated GitHub.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { GitHubApi } from "../../../src/platform/github-api.ts";
import { createGatewayGitHubApi } from "../../../src/platform/github/gateway-github-api.ts";
import {
  createGatewayEgressList,
  createGatewaySessionArchive,
} from "../../../src/platform/github/gateway-session-archive.ts";
import { CONFIG_MAP } from "../../../src/resources/core.ts";
import { GatewayWorld, type TestRun } from "../../support/gateway-world.ts";
import { SettableClock } from "../../support/github-world.ts";

let world: GatewayWorld;
let run: TestRun;
let clock: SettableClock;

beforeAll(async () => {
  world = await GatewayWorld.start({ github: { requestsPerHour: 100_000 } });
  run = await world.addRun();
});
afterAll(() => world.stop());
beforeEach(() => {
  clock = new SettableClock();
});

async function connect(role: "prepare" | "publish" | "agent") {
  const tokenFile = join(world.directory, `token-${role}`);
  await writeFile(tokenFile, `${await run.token(role)}\n`);
  return { gatewayUrl: world.gateway.url ?? "", tokenFile, clock };
}

async function apiOf(role: "prepare" | "publish"): Promise<GitHubApi> {
  return createGatewayGitHubApi(await connect(role));
}

const SHOP = "/repos/acme/shop";

async function openIssue(): Promise<number> {
  const answer = await fetch(`${world.github.apiUrl}${SHOP}/issues`, {
    method: "POST",
    headers: { authorization: `token ${world.github.tokenOf("wes")}` },
    body: JSON.stringify({ title: "Sell hats" }),
  });
  return ((await answer.json()) as { readonly number: number }).number;
}

async function mainSha(api: GitHubApi): Promise<string> {
  return ((await api.get(`${SHOP}/commits/main`)) as { readonly sha: string }).sha;
}

describe("reading", () => {
  it("gives an object, and undefined for what is not there", async () => {
    const api = await apiOf("prepare");

    expect(await api.get(SHOP)).toMatchObject({ full_name: "acme/shop", default_branch: "main" });
    expect(await api.get(`${SHOP}/issues/4711`)).toBeUndefined();
    expect(await api.text(`${SHOP}/actions/jobs/4711/logs`, 10)).toBeUndefined();
  });

  it("gives every page of a list, up to the number asked for", async () => {
    const api = await apiOf("publish");
    const issue = await openIssue();
    for (let count = 0; count < 205; count += 1)
      await api.send("POST", `${SHOP}/issues/${issue}/comments`, { body: `comment ${count}` });

    const comments = await api.list(`${SHOP}/issues/${issue}/comments`);

    expect(comments).toHaveLength(205);
    expect(comments.at(-1)).toMatchObject({ body: "comment 204" });
    expect(await api.list(`${SHOP}/issues/${issue}/comments?sort=created`, 150)).toHaveLength(150);
  });

  it("unwraps lists that come in an object", async () => {
    const api = await apiOf("publish");
    const sha = await mainSha(api);
    await api.send("POST", `${SHOP}/check-runs`, { name: "runyard/author", head_sha: sha });

    const checks = await api.list(`${SHOP}/commits/${sha}/check-runs`);

    expect(checks).toMatchObject([{ name: "runyard/author", head_sha: sha }]);
    await expect(api.list(SHOP)).rejects.toThrow("is no list");
    await expect(api.list(`${SHOP}/issues/4711/comments`)).rejects.toMatchObject({ code: "NotFound" });
  });

  it("keeps the end of a text", async () => {
    const api = await apiOf("prepare");

    const text = await api.text(`${SHOP}/commits/main`, 12);

    expect(text).toHaveLength(12);
    expect(text?.endsWith("}")).toBe(true);
  });
});

describe("a refusal", () => {
  it("of the role is Forbidden", async () => {
    const api = await apiOf("prepare");

    await expect(api.send("POST", `${SHOP}/labels`, { name: "x" })).rejects.toMatchObject({ code: "Forbidden" });
    await expect(api.get("/repos/acme/vault")).rejects.toMatchObject({ code: "Forbidden" });
  });

  it("of what is wrong says what GitHub says", async () => {
    const api = await apiOf("publish");
    const pull = { title: "Hats", head: "feature/task-7-implementation", base: "main" };

    await expect(api.send("POST", `${SHOP}/pulls`, pull)).rejects.toMatchObject({
      code: "Invalid",
      message: expect.stringMatching(/POST \/github\/repos\/acme\/shop\/pulls was answered 422: Validation Failed; .+/),
    });
  });

  it("of a run whose lane has gone on is Conflict", async () => {
    await world.addLane("lane-1-9", { generation: 4 });
    const stale = await world.addRun({ name: "stale", lane: "lane-1-9", generation: 3 });
    const tokenFile = join(world.directory, "token-stale");
    await writeFile(tokenFile, await stale.token("publish"));
    const api = createGatewayGitHubApi({ gatewayUrl: world.gateway.url ?? "", tokenFile, clock });

    await expect(api.get(SHOP)).rejects.toMatchObject({ code: "Conflict" });
  });

  it("of a server that is down is Unavailable", async () => {
    const api = await apiOf("prepare");
    world.github.faults.add({ kind: "5xx", method: "GET", path: "/repos/{owner}/{repo}", status: 502 });

    await expect(api.get(SHOP)).rejects.toMatchObject({ code: "Unavailable" });
    const nobody = createGatewayGitHubApi({ ...(await connect("prepare")), gatewayUrl: "http://127.0.0.1:9" });
    await expect(nobody.get(SHOP)).rejects.toMatchObject({ code: "Unavailable" });
  });

  it("for a limit of time is waited for as long as it asks, and then tried again", async () => {
    const api = await apiOf("publish");
    world.github.faults.add({ kind: "secondary-limit", path: "/repos/{owner}/{repo}/labels", retryAfterSeconds: 1 });
    clock.sleep = async (ms) => {
      clock.nowMs += ms;
      await new Promise((resolve) => setTimeout(resolve, ms));
    };
    const before = clock.now();

    const label = await api.send("POST", `${SHOP}/labels`, { name: "waited" });

    expect(label).toMatchObject({ name: "waited" });
    expect(clock.now() - before).toBeGreaterThanOrEqual(1_000);
  });

  it("for a limit that is too long is TooManyRequests or Forbidden, at once", async () => {
    const other = await GatewayWorld.start();
    try {
      const tokenFile = join(other.directory, "token");
      await writeFile(tokenFile, await (await other.addRun()).token("publish"));
      const api = createGatewayGitHubApi({ gatewayUrl: other.gateway.url ?? "", tokenFile, clock });
      other.github.faults.add({
        kind: "secondary-limit",
        path: "/repos/{owner}/{repo}/labels",
        retryAfterSeconds: 3600,
      });

      await expect(api.send("POST", `${SHOP}/labels`, { name: "late" })).rejects.toMatchObject({ code: "Forbidden" });
      await expect(api.get(SHOP)).rejects.toMatchObject({ code: "TooManyRequests" });
      expect(clock.now()).toBe(new SettableClock().now());
    } finally {
      await other.stop();
    }
  });
});

it("reads the token again for each call, because it is replaced while the container runs", async () => {
  const options = await connect("prepare");
  await writeFile(options.tokenFile, "stale");
  const api = createGatewayGitHubApi(options);

  await expect(api.get(SHOP)).rejects.toMatchObject({ code: "Forbidden" });
  await connect("prepare");
  expect(await api.get(SHOP)).toMatchObject({ full_name: "acme/shop" });
});

describe("a session", () => {
  it("comes back as it was stored, and is nobody else's", async () => {
    const key = { repositoryId: world.github.repositoryIdOf("acme/shop"), number: 7, profile: "author" };
    const prepare = createGatewaySessionArchive(await connect("prepare"), key);
    const archive = new Uint8Array([0, 1, 254, 255]);

    expect(await prepare.load()).toBeUndefined();
    await createGatewaySessionArchive(await connect("agent"), key).store(archive);

    expect(await prepare.load()).toEqual(archive);
    const other = createGatewaySessionArchive(await connect("prepare"), { ...key, number: 8 });
    await expect(other.load()).rejects.toMatchObject({ code: "Forbidden" });
  });

  it("is none where the run names no issue and no pull request", async () => {
    const none = createGatewaySessionArchive(await connect("prepare"), undefined);

    await none.store(new Uint8Array([1]));

    expect(await none.load()).toBeUndefined();
  });
});

it("hands the allowed hosts to the gateway, which refuses what is none", async () => {
  const egress = createGatewayEgressList(await connect("prepare"));

  await egress.allow(["static.example.com"]);

  await expect(egress.allow(["http://x"])).rejects.toMatchObject({ code: "Invalid" });
  const own = await world.store.list(CONFIG_MAP, { labelSelector: "runyard.dev/run=task-7-author" });
  expect(JSON.stringify(own.items[0]?.metadata.annotations)).toContain("static.example.com");
});

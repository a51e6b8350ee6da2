// Who may do what in the simulated GitHub: App JWTs, installation tokens, people.

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { allRoutes } from "../../src/github-simulator/rest/all-routes.ts";
import { RateLimits } from "../../src/github-simulator/rest/rate-limits.ts";
import { appJwt, type GitHubClient } from "../support/github-client.ts";
import { GitHubSchemas } from "../support/github-schemas.ts";
import { GitHubWorld, SettableClock, SHOP } from "../support/github-world.ts";

const HOUR_MS = 3_600_000;

const schemas = new GitHubSchemas();
const EVERYTHING_READ = {
  actions: "read",
  checks: "read",
  contents: "read",
  deployments: "read",
  issues: "read",
  pull_requests: "read",
  statuses: "read",
} as const;

let world: GitHubWorld;
/** A token for the vault only. */
let elsewhere: GitHubClient;
/** A token for the shop that may do nothing there. */
let unrelated: GitHubClient;

beforeAll(async () => {
  world = await GitHubWorld.start(schemas);
  elsewhere = await world.bot("reporter", { repositories: ["vault"] });
  unrelated = await world.bot("builder", { repositories: ["shop"], permissions: { metadata: "read" } });
});

afterAll(() => world.stop());

function jwt(times: { issued?: number; expires?: number }, issuer?: string): string {
  const { id } = world.simulator.app("builder");
  const key = world.simulator.privateKeyOf("builder");
  return appJwt(issuer ?? id, key, { nowMs: world.clock.now(), ...times });
}

describe("an App's JWT", () => {
  test("identifies the App by its id or by its client id", async () => {
    const { clientId } = world.simulator.app("builder");

    const byId = await world.client(`Bearer ${jwt({})}`).call("GET /app");
    const byClientId = await world.client(`Bearer ${jwt({}, clientId)}`).call("GET /app");

    expect(byId.body.slug).toBe("builder");
    expect(byClientId.body.slug).toBe("builder");
  });

  test.each([
    ["is expired", { issued: -700, expires: -100 }],
    ["expires more than ten minutes ahead", { issued: 0, expires: 720 }],
    ["was issued in the future", { issued: 120, expires: 500 }],
  ])("is refused when it %s", async (_, times) => {
    const answer = await world.client(`Bearer ${jwt(times)}`).call("GET /app");

    expect(answer.status).toBe(401);
  });

  test("is refused when the signature is by another key", async () => {
    const [head, , signature] = jwt({}).split(".");
    const forged = Buffer.from(JSON.stringify({ iss: world.simulator.app("reporter").id, iat: 0, exp: 9e9 }));

    const answer = await world.client(`Bearer ${head}.${forged.toString("base64url")}.${signature}`).call("GET /app");

    expect(answer.status).toBe(401);
    expect(answer.body.message).toBe("A JSON web token could not be decoded");
  });

  test("does not open a repository", async () => {
    const answer = await world.app("builder").call("GET /repos/{owner}/{repo}", SHOP);

    expect(answer.status).toBe(403);
  });

  test("finds the installation of a repository, and none where the App is not installed", async () => {
    const app = world.app("builder");

    const there = await app.call("GET /repos/{owner}/{repo}/installation", SHOP);
    const elsewhere = await app.call("GET /repos/{owner}/{repo}/installation", { owner: "acme", repo: "vault" });

    expect(there.body.id).toBe(world.simulator.app("builder").installationIds[0]);
    expect(elsewhere.status).toBe(404);
  });
});

describe("an installation token", () => {
  test("has all repositories and permissions of the installation unless fewer are asked for", async () => {
    const app = world.app("reporter");
    const [installation_id = 0] = world.simulator.app("reporter").installationIds;
    const target = "POST /app/installations/{installation_id}/access_tokens";

    const whole = await app.call(target, { installation_id });
    const narrow = await app.call(
      target,
      { installation_id },
      { body: { repositories: ["vault"], permissions: { checks: "read" } } },
    );

    expect(whole.body).toMatchObject({
      repository_selection: "all",
      permissions: { checks: "write", metadata: "read" },
    });
    expect(narrow.body.permissions).toEqual({ checks: "read", metadata: "read" });
    expect(narrow.body.repositories.map((row: { name: string }) => row.name)).toEqual(["vault"]);
  });

  test.each([
    ["a repository outside the installation", { repositories: ["vault"] }],
    ["a repository that does not exist", { repository_ids: [1] }],
    ["a permission that the App lacks", { permissions: { administration: "read" } }],
    ["a level above the App's", { permissions: { actions: "write" } }],
  ])("is not given for %s", async (_, body) => {
    const [installation_id = 0] = world.simulator.app("builder").installationIds;

    const answer = await world
      .app("builder")
      .call("POST /app/installations/{installation_id}/access_tokens", { installation_id }, { body });

    expect(answer.status).toBe(422);
  });

  test("sees a repository out of its scope as missing, though the App is installed there", async () => {
    const bot = await world.bot("reporter", { repositories: ["shop"] });

    const inside = await bot.call("GET /repos/{owner}/{repo}", SHOP);
    const outside = await bot.call("GET /repos/{owner}/{repo}", { owner: "acme", repo: "vault" });
    const list = await bot.call("GET /installation/repositories");

    expect(inside.status).toBe(200);
    expect(outside.status).toBe(404);
    expect(list.body).toMatchObject({ total_count: 1, repository_selection: "selected" });
  });

  test("is refused what its permissions do not cover, with the permission that would", async () => {
    const bot = await world.bot("builder", { permissions: { issues: "read", checks: "write" } });

    const read = await bot.call("GET /repos/{owner}/{repo}/issues", SHOP);
    const write = await bot.call("POST /repos/{owner}/{repo}/issues", SHOP, { body: { title: "x" } });

    expect(read.status).toBe(200);
    expect(write.status).toBe(403);
    expect(write.body.message).toBe("Resource not accessible by integration");
    expect(write.headers.get("x-accepted-github-permissions")).toBe("issues=write");
  });

  test("expires after one hour", async () => {
    const other = await GitHubWorld.start(schemas);
    const bot = await other.bot("builder");

    other.clock.nowMs += HOUR_MS - 1000;
    const before = await bot.call("GET /repos/{owner}/{repo}", SHOP);
    other.clock.nowMs += 1000;
    const after = await bot.call("GET /repos/{owner}/{repo}", SHOP);
    await other.stop();

    expect(before.status).toBe(200);
    expect(after.status).toBe(401);
    expect(after.body.message).toBe("Bad credentials");
  });

  test("is worth nothing once it is revoked", async () => {
    const live = world.simulator.liveTokenCount();
    const bot = await world.bot("builder");

    const revoked = await bot.call("DELETE /installation/token");
    const after = await bot.call("GET /repos/{owner}/{repo}", SHOP);

    expect(revoked.status).toBe(204);
    expect(after.status).toBe(401);
    expect(world.simulator.liveTokenCount()).toBe(live);
  });

  test("is worth nothing once the App is uninstalled", async () => {
    const id = world.simulator.installApp("builder", { account: "olivia", repositories: ["notes"] });
    const made = await world
      .app("builder")
      .call("POST /app/installations/{installation_id}/access_tokens", { installation_id: id });
    const bot = world.client(`token ${made.body.token}`);
    const before = await bot.call("GET /repos/{owner}/{repo}", { owner: "olivia", repo: "notes" });

    const gone = await world
      .app("builder")
      .call("DELETE /app/installations/{installation_id}", { installation_id: id });

    const after = await bot.call("GET /repos/{owner}/{repo}", { owner: "olivia", repo: "notes" });
    expect([before.status, gone.status, after.status]).toEqual([200, 204, 401]);
    expect(world.simulator.app("builder").installationIds).not.toContain(id);
  });

  test("loses a repository that is taken from the installation, which only the repository's owner may do", async () => {
    const id = world.simulator.installApp("builder", { account: "olivia", repositories: ["notes"] });
    const made = await world
      .app("builder")
      .call("POST /app/installations/{installation_id}/access_tokens", { installation_id: id });
    const bot = world.client(`token ${made.body.token}`);
    const target = "DELETE /user/installations/{installation_id}/repositories/{repository_id}";
    const at = { installation_id: id, repository_id: world.simulator.repositoryIdOf("olivia/notes") };

    const stranger = await world.person("wes").call(target, at);
    const owner = await world.person("olivia").call(target, at);

    const after = await bot.call("GET /repos/{owner}/{repo}", { owner: "olivia", repo: "notes" });
    expect([stranger.status, owner.status, after.status]).toEqual([404, 204, 404]);
    await world.app("builder").call("DELETE /app/installations/{installation_id}", { installation_id: id });
  });

  test("can have GitHub's longer form", async () => {
    const other = await GitHubWorld.start(schemas, { tokenFormat: "stateless" });

    const token = await other.token("builder");
    const answer = await other.client(`Bearer ${token}`).call("GET /repos/{owner}/{repo}", SHOP);
    await other.stop();

    expect(token).toMatch(/^ghs_\d+_[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(token.length).toBeGreaterThan(450);
    expect(answer.status).toBe(200);
  });
});

describe("every route of a repository", () => {
  const routes = allRoutes(new RateLimits(new SettableClock(), 1))
    .filter((route) => route.kind === "repository")
    .filter((route) => !route.path.endsWith("/contents")); // GitHub's description has it as an empty {path}
  let values: Readonly<Record<string, string>>;

  // Whether an issue or a pull request is asked for decides about its comments and labels, so these must be there.
  beforeAll(async () => {
    const rita = world.person("rita");
    const issue = await rita.call("POST /repos/{owner}/{repo}/issues", SHOP, { body: { title: "T" } });
    const issue_number = String(issue.body.number);
    const target = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
    const comment = await rita.call(target, { ...SHOP, issue_number }, { body: { body: "C" } });
    values = { ...SHOP, issue_number, comment_id: String(comment.body.id), username: "rita" };
  });

  const at = (path: string): Record<string, string> =>
    Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [name, values[name] ?? "1"]));

  test.each(routes.map((route) => [route.method, route.path]))(
    "%s %s is closed to tokens of another scope or permission, to the App itself, and to strangers",
    async (method, path) => {
      const status = async (client: GitHubClient): Promise<number> =>
        (await client.call(`${method} ${path}`, at(path), method === "GET" ? {} : { body: {} })).status;
      const isOpen = path === "/repos/{owner}/{repo}" || path.endsWith("/permission"); // by metadata, which all may read

      expect(await status(elsewhere)).toBe(404);
      expect(await status(unrelated)).toBe(isOpen ? 200 : 403);
      expect(await status(world.app("builder"))).toBe(403);
      expect(await status(world.client())).toBe(401);
    },
  );

  test("that writes is closed to tokens that may only read", async () => {
    const writing = routes.filter((route) => route.method !== "GET");
    const reader = await world.bot("builder", { permissions: EVERYTHING_READ });

    const statuses = new Map<string, number>();
    for (const { method, path } of writing) {
      statuses.set(`${method} ${path}`, (await reader.call(`${method} ${path}`, at(path), { body: {} })).status);
    }

    expect([...statuses].filter(([, status]) => status !== 403)).toEqual([]);
    expect(statuses.size).toBeGreaterThan(25);
  });
});

describe("a person", () => {
  test("sees a private repository only as its collaborator", async () => {
    const vault = { owner: "acme", repo: "vault" };

    const insider = await world.person("olivia").call("GET /repos/{owner}/{repo}", vault);
    const outsider = await world.person("oscar").call("GET /repos/{owner}/{repo}", vault);

    expect(insider.body.permissions).toMatchObject({ admin: true, push: true });
    expect(outsider.status).toBe(404);
  });

  test("may open issues and comment in a public repository without any role, but not label", async () => {
    const oscar = world.person("oscar");
    const issue = await oscar.call("POST /repos/{owner}/{repo}/issues", SHOP, {
      body: { title: "t", labels: ["bug"] },
    });
    const at = { ...SHOP, issue_number: issue.body.number as number };

    const comment = await oscar.call("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", at, {
      body: { body: "please" },
    });
    const label = await oscar.call("POST /repos/{owner}/{repo}/issues/{issue_number}/labels", at, { body: ["bug"] });

    expect(issue.body.labels).toEqual([]);
    expect(comment.body).toMatchObject({ author_association: "NONE", user: { login: "oscar" } });
    expect(label.status).toBe(403);
  });

  test.each([
    ["olivia", "admin", "admin"],
    ["wes", "write", "write"],
    ["rita", "read", "read"],
    ["oscar", "read", "read"],
  ])("%s has the permission %s", async (username, permission, role) => {
    const bot = await world.bot("builder", { permissions: { metadata: "read" } });

    const answer = await bot.call("GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
      ...SHOP,
      username,
    });

    expect(answer.body).toMatchObject({ permission, role_name: role, user: { login: username } });
  });
});

test("nobody gets in without a known token", async () => {
  const nothing = await world.client().call("GET /repos/{owner}/{repo}", SHOP);
  const wrong = await world.client("token ghp_wrong").call("GET /repos/{owner}/{repo}", SHOP);

  expect(nothing.body.message).toBe("Requires authentication");
  expect(wrong.status).toBe(401);
});

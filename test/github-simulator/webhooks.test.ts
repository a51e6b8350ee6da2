// Deliveries: signed, logged, redelivered on request only, and faulty on request.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { type Any, signatureOf } from "../support/github-client.ts";
import { GitHubSchemas } from "../support/github-schemas.ts";
import { GitHubWorld, SHOP } from "../support/github-world.ts";
import { WebhookReceiver } from "../support/webhook-receiver.ts";

const SECRET = "It's a Secret to Everybody";

const schemas = new GitHubSchemas();
let world: GitHubWorld;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await WebhookReceiver.start();
  world = await GitHubWorld.start(schemas, { webhook: { url: receiver.url, secret: SECRET, timeoutMs: 1_500 } });
});

beforeEach(async () => {
  await world.simulator.settled();
  world.simulator.faults.clear();
  receiver.received.length = 0;
  receiver.status = 200;
});

afterAll(async () => {
  await world.stop();
  await receiver.stop();
});

async function openIssue(title = "Broken"): Promise<number> {
  const answer = await world.person("rita").call("POST /repos/{owner}/{repo}/issues", SHOP, { body: { title } });
  await world.simulator.settled();
  return answer.body.number as number;
}

function lastDelivery(): Promise<Any> {
  return world
    .app("builder")
    .call("GET /app/hook/deliveries")
    .then((answer) => answer.body[0]);
}

describe("a delivery", () => {
  test("carries GitHub's headers and a signature over its exact bytes", async () => {
    await openIssue("Ünïcode ✓");

    const [delivery] = receiver.received;
    expect(delivery?.headers).toMatchObject({
      "content-type": "application/json",
      "x-github-event": "issues",
      "x-github-hook-installation-target-type": "integration",
      "x-github-hook-installation-target-id": String(world.simulator.app("builder").id),
      "x-hub-signature-256": signatureOf(SECRET, delivery?.raw ?? ""),
    });
    expect(delivery?.guid).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("says who did what where, and under which installation", async () => {
    const number = await openIssue();

    const [delivery] = receiver.received;
    expect(delivery?.payload).toMatchObject({
      action: "opened",
      issue: { number, user: { login: "rita" } },
      repository: { full_name: "acme/shop", id: world.simulator.repositoryIdOf("acme/shop") },
      organization: { login: "acme" },
      installation: { id: world.simulator.app("builder").installationIds[0] },
      sender: { login: "rita", type: "User" },
    });
  });

  test("is not made for a repository where the hook's App is not installed", async () => {
    const vault = { owner: "acme", repo: "vault" };
    await world.person("olivia").call("POST /repos/{owner}/{repo}/issues", vault, { body: { title: "Secret" } });

    await world.simulator.settled();
    expect(receiver.received).toEqual([]);
  });

  test("that fails is logged and not repeated", async () => {
    receiver.status = 503;

    await openIssue();

    expect(receiver.received).toHaveLength(1);
    expect(await lastDelivery()).toMatchObject({ status_code: 503, event: "issues", action: "opened" });
  });

  test("that gets no answer in time is logged as timed out", async () => {
    receiver.status = undefined;

    await openIssue();

    expect(await lastDelivery()).toMatchObject({ status_code: 0, status: "timed out" });
  });
});

describe("what is known of a commit is told:", () => {
  const REPOSITORY = "/repos/{owner}/{repo}";

  async function head(): Promise<string> {
    const branch = await world.person("rita").call(`GET ${REPOSITORY}/branches/{branch}`, { ...SHOP, branch: "main" });
    return branch.body.commit.sha as string;
  }

  test("a status, with the branches that stand on the commit", async () => {
    const sha = await head();
    const bot = await world.bot("builder");

    await bot.call(
      `POST ${REPOSITORY}/statuses/{sha}`,
      { ...SHOP, sha },
      { body: { state: "failure", context: "ci" } },
    );
    await world.simulator.settled();

    expect(receiver.names()).toEqual(["status"]);
    expect(receiver.received[0]?.payload).toMatchObject({
      sha,
      state: "failure",
      context: "ci",
      name: "acme/shop",
      branches: [{ name: "main", commit: { sha } }],
      sender: { login: "builder[bot]" },
    });
  });

  test("a deployment and its status, with the address", async () => {
    const bot = await world.bot("builder");
    const body = { ref: "main", environment: "preview", required_contexts: [] };
    const deployment = await bot.call(`POST ${REPOSITORY}/deployments`, SHOP, { body });
    const at = { ...SHOP, deployment_id: deployment.body.id as number };
    const environment_url = "https://preview.example.com/";

    await bot.call(`POST ${REPOSITORY}/deployments/{deployment_id}/statuses`, at, {
      body: { state: "success", environment_url },
    });
    await world.simulator.settled();

    expect(receiver.names().toSorted()).toEqual(["deployment.created", "deployment_status.created"]);
    expect(receiver.payloads("deployment_status")).toMatchObject([
      {
        deployment: { id: deployment.body.id, environment: "preview", sha: await head() },
        deployment_status: { state: "success", environment_url },
      },
    ]);
  });

  test("a check suite, once its last run has ended, with the worst conclusion", async () => {
    const head_sha = await head();
    const bot = await world.bot("builder");
    const create = (name: string): Promise<Any> =>
      bot.call(`POST ${REPOSITORY}/check-runs`, SHOP, { body: { name, head_sha, status: "in_progress" } });
    const end = (run: Any, conclusion: string): Promise<Any> =>
      bot.call(
        `PATCH ${REPOSITORY}/check-runs/{check_run_id}`,
        { ...SHOP, check_run_id: run.body.id as number },
        { body: { conclusion } },
      );
    const [one, other] = [await create("one"), await create("other")];

    await end(one, "failure");
    await world.simulator.settled();
    const early = receiver.payloads("check_suite");
    await end(other, "success");
    await world.simulator.settled();

    expect(early).toEqual([]);
    expect(receiver.payloads("check_suite")).toMatchObject([
      { action: "completed", check_suite: { conclusion: "failure", head_sha, latest_check_runs_count: 2 } },
    ]);
  });

  test("a check run that is asked for again, to its own App only", async () => {
    const head_sha = await head();
    const olivia = world.person("olivia");
    const rerequest = async (slug: string): Promise<void> => {
      const bot = await world.bot(slug);
      const body = { name: "again", head_sha, conclusion: "failure" };
      const run = await bot.call(`POST ${REPOSITORY}/check-runs`, SHOP, { body });
      await olivia.call(`POST ${REPOSITORY}/check-runs/{check_run_id}/rerequest`, {
        ...SHOP,
        check_run_id: run.body.id as number,
      });
    };

    await rerequest("builder");
    await rerequest("reporter");
    await world.simulator.settled();

    expect(receiver.payloads("check_run", "rerequested")).toMatchObject([
      { check_run: { name: "again", app: { slug: "builder" } }, sender: { login: "olivia" } },
    ]);
  });
});

test("an App hears of its installations and their repositories, whatever it listens to", async () => {
  world.simulator.configureWebhook({ url: receiver.url, secret: SECRET, timeoutMs: 200, events: ["push"] });
  const installation_id = world.simulator.installApp("builder", { account: "olivia", repositories: [] });
  const repository_id = world.simulator.repositoryIdOf("olivia/notes");
  const at = { installation_id, repository_id };
  const target = "/user/installations/{installation_id}/repositories/{repository_id}";
  await world.simulator.settled();

  await world.person("olivia").call(`PUT ${target}`, at);
  await world.person("olivia").call(`PUT ${target}`, at);
  await world.simulator.settled();
  const log = await lastDelivery();
  await world.person("olivia").call(`DELETE ${target}`, at);
  await world.simulator.settled();
  await world.app("builder").call("DELETE /app/installations/{installation_id}", { installation_id });
  await world.simulator.settled();

  world.simulator.configureWebhook({ url: receiver.url, secret: SECRET, timeoutMs: 1_500 });
  await world.simulator.settled();
  expect(receiver.names().slice(1, -1)).toEqual([
    "installation.created",
    "installation_repositories.added",
    "installation_repositories.removed",
    "installation.deleted",
  ]);
  expect(log).toMatchObject({ event: "installation_repositories", installation_id, repository_id: null });
  expect(receiver.payloads("installation_repositories", "added")).toMatchObject([
    { installation: { id: installation_id }, repositories_added: [{ full_name: "olivia/notes" }] },
  ]);
});

describe("redelivery", () => {
  test("sends the same bytes under the same guid, as a new entry of the log", async () => {
    receiver.status = 500;
    await openIssue();
    receiver.status = 200;
    const app = world.app("builder");
    const failed = await lastDelivery();

    await app.call("POST /app/hook/deliveries/{delivery_id}/attempts", { delivery_id: failed.id });
    await world.simulator.settled();

    const [first, second] = receiver.received;
    const again = await lastDelivery();
    expect(second).toMatchObject({ guid: first?.guid, raw: first?.raw });
    expect(again).toMatchObject({ guid: failed.guid, redelivery: true, status_code: 200 });
    expect(again.id).not.toBe(failed.id);
  });

  test("is for the hook's App only", async () => {
    const list = await world.app("reporter").call("GET /app/hook/deliveries");

    expect(list.body).toEqual([]);
  });

  test("finds failures through pages by cursor", async () => {
    receiver.status = 500;
    await openIssue();
    await openIssue();
    receiver.status = 200;
    await openIssue();
    const app = world.app("builder");

    const first = await app.call("GET /app/hook/deliveries", {}, { query: { status: "failure", per_page: "1" } });
    const cursor = /cursor=(\d+)>; rel="next"/.exec(first.headers.get("link") ?? "")?.[1] ?? "";
    const next = await app.call(
      "GET /app/hook/deliveries",
      {},
      { query: { status: "failure", per_page: "1", cursor } },
    );

    expect(first.body).toMatchObject([{ status_code: 500 }]);
    expect(next.body).toMatchObject([{ status_code: 500 }]);
    expect(next.body[0].id).not.toBe(first.body[0].id);
  });

  test("can read the payload back", async () => {
    const number = await openIssue();
    const { id } = await lastDelivery();

    const delivery = await world.app("builder").call("GET /app/hook/deliveries/{delivery_id}", { delivery_id: id });

    expect(delivery.body.request.payload.issue.number).toBe(number);
    expect(delivery.body.response.payload).toBe("seen");
  });
});

describe("on request a delivery", () => {
  test("is lost, which the log shows as a failed connection", async () => {
    world.simulator.faults.add({ kind: "lose", event: "issues" });

    await openIssue();

    expect(receiver.received).toEqual([]);
    expect(await lastDelivery()).toMatchObject({ status_code: 0, status: "failed to connect to host" });
  });

  test("is lost without a trace", async () => {
    world.simulator.faults.add({ kind: "lose", event: "issues", logged: false });
    const count = world.simulator.deliveries().length;

    await openIssue();

    expect(receiver.received).toEqual([]);
    expect(world.simulator.deliveries()).toHaveLength(count);
  });

  test("comes twice under one guid", async () => {
    world.simulator.faults.add({ kind: "duplicate", event: "issues", action: "opened" });

    await openIssue();

    expect(receiver.names()).toEqual(["issues.opened", "issues.opened"]);
    expect(receiver.received[0]?.guid).toBe(receiver.received[1]?.guid);
  });

  test("comes late", async () => {
    world.simulator.faults.add({ kind: "delay", event: "issues", delayMs: 60_000 });
    const before = world.clock.now();

    await openIssue();

    expect(world.clock.now()).toBe(before + 60_000);
    expect(receiver.names()).toEqual(["issues.opened"]);
  });
});

test("a new address is greeted with a ping", async () => {
  const other = await WebhookReceiver.start();

  world.simulator.configureWebhook({ url: other.url, secret: "new", timeoutMs: 200 });
  await world.simulator.settled();

  const [ping] = other.received;
  world.simulator.configureWebhook({ url: receiver.url, secret: SECRET, timeoutMs: 1_500 });
  await other.stop();
  expect(ping?.event).toBe("ping");
  expect(ping?.headers["x-hub-signature-256"]).toBe(signatureOf("new", ping?.raw ?? ""));
});

test("a hook that listens to some events gets no others", async () => {
  const other = await WebhookReceiver.start();
  world.simulator.configureWebhook({ url: other.url, secret: "s", events: ["issue_comment"] });

  const issue_number = await openIssue();
  await world
    .person("rita")
    .call(
      "POST /repos/{owner}/{repo}/issues/{issue_number}/comments",
      { ...SHOP, issue_number },
      { body: { body: "x" } },
    );
  await world.simulator.settled();

  world.simulator.configureWebhook({ url: receiver.url, secret: SECRET, timeoutMs: 1_500 });
  await world.simulator.settled();
  await other.stop();
  expect(other.names()).toEqual(["ping", "issue_comment.created"]);
});

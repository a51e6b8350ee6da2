// How people ask for work, and how it is refused them: a command on an issue, `runyard submit` for one and for several,
// a stop of all of them; and what bots, forks, edited comments and old heads do not start.
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { POD } from "../../src/resources/pod.ts";
import type { Workflow } from "../../src/resources/workflow.ts";
import { runyard, type Ended } from "../support/command-line.ts";
import { EngineWorld, NAMESPACE, REPOSITORY, waitFor } from "../support/engine-world.ts";
import { commentsOf, pullRequests } from "../support/what-happened.ts";

const TASK_MS = 240_000;
const FORK = "wes/shop";
let world: EngineWorld;

beforeAll(async () => {
  const files = {
    "README.md": "# Shop\n",
    ".runyard.yaml": 'gates:\n  author: ["test -f feature.txt"]\n  clippy: ["grep -q formatted feature.txt"]\n',
    ".taskmaster/docs/task-31/prompt.md": "Write feature.txt.\n",
  };
  const collaborators = { wes: "write", rita: "read" } as const;
  world = await EngineWorld.start({
    values: { limits: { repositoryConcurrency: 4 } },
    github: {
      repositories: [
        { fullName: REPOSITORY, collaborators, labels: ["runyard"], files },
        { fullName: FORK, forkOf: REPOSITORY },
      ],
    },
  });
}, 120_000);

afterAll(async () => {
  await world.stop();
});

async function cli(words: string): Promise<Ended> {
  return await runyard([...words.split(" "), "--kubeconfig", world.addresses.kubeconfigPath]);
}

async function openIssue(title: string): Promise<number> {
  const issue = await world.call("wes", "POST", `/repos/${REPOSITORY}/issues`, { title, body: "There should be one." });
  return (issue as { readonly number: number }).number;
}

const workflow = async (name: string): Promise<Workflow | undefined> =>
  await world.store.get(WORKFLOW, { namespace: NAMESPACE, name });

async function ended(name: string): Promise<Workflow> {
  await waitFor(
    `the end of ${name}`,
    async () => ["Succeeded", "Failed", "Error"].includes((await workflow(name))?.status?.phase ?? ""),
    TASK_MS,
  );
  return (await workflow(name)) as Workflow;
}

async function outputsOf(name: string): Promise<Readonly<Record<string, string | undefined>>> {
  const { status } = await ended(name);
  return Object.fromEntries((status?.outputs?.parameters ?? []).map((output) => [output.name, output.value]));
}

async function runsOf(name: string): Promise<readonly string[]> {
  const { items } = await world.store.list(CODE_RUN, { labelSelector: `workflow-name=${name}` });
  return items.map(({ metadata, status }) => {
    const reason = status?.conditions?.find(({ type }) => type === "Complete")?.reason ?? "";
    return `${metadata.labels?.["workflow-stage"]} ${status?.phase} ${reason}`;
  });
}

describe("who may start work", () => {
  it(
    "does so by a command on an issue, and by hand for an issue and a task of the docs repository",
    async () => {
      const commanded = await openIssue("By command");
      await world.call("wes", "POST", `/repos/${REPOSITORY}/issues/${commanded}/comments`, { body: "/runyard run" });

      const submitted = await cli(`submit ${REPOSITORY} --task 31 --task 32 --name by-number`);

      expect(submitted).toMatchObject({ code: 0, err: "" });
      await waitFor("every workflow", async () => (await world.workflows()).length >= 4, 60_000);
      const all = await world.finishedWorkflows(TASK_MS);
      const endings = all.map(({ metadata, status }) => `${metadata.name.replace(/-\d{5,}.*/, "")} ${status?.phase}`);
      expect(endings.toSorted()).toEqual([
        "by-number Succeeded",
        "by-number-31 Succeeded",
        "by-number-32 Succeeded",
        "task Succeeded",
      ]);
      const heads = (await pullRequests(world)).map(({ head, draft }) => `${head.ref} ${draft ? "draft" : "ready"}`);
      expect(heads.toSorted()).toEqual(
        [commanded, 31, 32].map((task) => `feature/task-${task}-implementation ready`).toSorted(),
      );
    },
    TASK_MS + 60_000,
  );

  it("stops all tasks of a request with one command", async () => {
    const issues = [await openIssue("To stop"), await openIssue("To stop too")];
    const { out } = await cli(`submit ${REPOSITORY} ${issues.join(" ")} --name to-stop`);
    const children = issues.map((issue) => `to-stop-${issue}`);
    await waitFor(
      "a run of each",
      async () => (await Promise.all(children.map(runsOf))).every((runs) => runs.length > 0),
      60_000,
    );

    const stopped = await cli("stop to-stop");

    expect(out).toContain("workflow to-stop created");
    expect(stopped.code).toBe(0);
    for (const name of ["to-stop", ...children]) {
      expect((await ended(name)).status?.phase, name).toBe("Failed");
      expect((await workflow(name))?.spec.shutdown, name).toBe("Stop");
    }
    for (const child of children) {
      await expect.poll(() => runsOf(child), { timeout: 20_000 }).toEqual(["author Failed WorkflowEnded"]);
    }
    await expect.poll(async () => await agentPodsOf("to-stop"), { timeout: 20_000 }).toEqual([]);
  }, 120_000);
});

async function agentPodsOf(parent: string): Promise<readonly string[]> {
  const { items } = await world.store.list(POD, { labelSelector: "runyard.dev/run" });
  return items
    .filter(({ metadata, status }) => metadata.name.includes(parent) && status?.phase !== "Succeeded")
    .map(({ metadata, status }) => `${metadata.name} ${status?.phase}`);
}

describe("what starts nothing", () => {
  it("is what a bot says, and what is only edited", async () => {
    const before = (await world.workflows()).length;
    const [{ number } = { number: 0 }] = await pullRequests(world);
    const issue = await openIssue("Quiet");
    const comments = `/repos/${REPOSITORY}/issues/${issue}/comments`;
    const said = (await world.call("wes", "POST", comments, { body: "What do you think?" })) as { readonly id: number };

    await world.call("wes", "PATCH", `/repos/${REPOSITORY}/issues/comments/${said.id}`, { body: "/runyard run" });
    await deliver("issue_comment", number, { login: "helper[bot]", id: 7, type: "Bot" });
    await quiet();

    expect((await world.workflows()).length).toBe(before);
  });

  it("is a fork, a head that is no longer one, and a pull request of somebody else's: each is told why", async () => {
    const [ours] = await pullRequests(world);
    const repositoryId = world.github.repositoryIdOf(REPOSITORY);
    const main = (await world.call("wes", "GET", `/repos/${REPOSITORY}/git/ref/heads/main`)) as {
      readonly object: { readonly sha: string };
    };
    await world.call("wes", "POST", `/repos/${FORK}/git/refs`, { ref: "refs/heads/patch", sha: main.object.sha });
    const fork = await openPull("wes:patch");
    const before = await commentsOf(world, fork);

    await world.call("wes", "POST", `/repos/${REPOSITORY}/issues/${fork}/comments`, { body: "Make it blue." });
    await deliverHead(ours?.number ?? 0, "d".repeat(40));
    const forked = `comment-${repositoryId}-${fork}-`;
    const stale = `head-${repositoryId}-${ours?.number}-${"d".repeat(12)}`;
    await waitFor("both workflows", async () => {
      const names = (await world.workflows()).map(({ metadata }) => metadata.name);
      return names.includes(stale) && names.some((name) => name.startsWith(forked));
    });
    const name =
      (await world.workflows()).find(({ metadata }) => metadata.name.startsWith(forked))?.metadata.name ?? "";

    expect(await outputsOf(name)).toMatchObject({
      decision: "refuse",
      reason: `pull request #${fork} comes from a fork; forks are off (repositories[].allowForks in values.yaml)`,
    });
    expect(await outputsOf(stale)).toMatchObject({
      decision: "refuse",
      reason: `dddddddddddd is no longer the head of pull request #${ours?.number}`,
    });
    expect([await runsOf(name), await runsOf(stale)]).toEqual([[], []]);
    expect((await commentsOf(world, fork)).length).toBe(before.length + 1);
  }, 120_000);
});

async function openPull(head: string): Promise<number> {
  const pull = await world.call("wes", "POST", `/repos/${REPOSITORY}/pulls`, { title: head, head, base: "main" });
  return (pull as { readonly number: number }).number;
}

/** A comment as GitHub would deliver it, by somebody whom the simulator does not have. */
async function deliver(event: string, number: number, user: object): Promise<void> {
  const recorded = world.github.deliveries().find((delivery) => delivery.event === event);
  const payload = JSON.parse(recorded?.body ?? "{}") as { comment: object; issue: object };
  const url = `${world.github.apiUrl}/repos/${REPOSITORY}/pulls/${number}`;
  const issue = { ...payload.issue, number, pull_request: { url } };
  await post(event, {
    ...payload,
    action: "created",
    issue,
    comment: { ...payload.comment, id: 99, user },
    sender: user,
  });
}

async function deliverHead(number: number, sha: string): Promise<void> {
  const recorded = world.github.deliveries().find((delivery) => delivery.event === "pull_request");
  const payload = JSON.parse(recorded?.body ?? "{}") as { pull_request: { head: object } };
  const sender = { login: "wes", id: 3, type: "User" };
  const pull = { ...payload.pull_request, number, head: { ...payload.pull_request.head, sha } };
  await post("pull_request", { ...payload, action: "synchronize", number, pull_request: pull, sender });
}

async function post(event: string, payload: object): Promise<void> {
  const body = JSON.stringify(payload);
  const signature = createHmac("sha256", world.webhookSecret).update(body).digest("hex");
  const response = await fetch(world.addresses.webhookUrl, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": event,
      "x-github-delivery": crypto.randomUUID(),
      "x-hub-signature-256": `sha256=${signature}`,
    },
    body,
  });
  expect(response.status).toBe(200);
}

/** Long enough for a Sensor to have acted on a delivery that was accepted before. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_500));
}

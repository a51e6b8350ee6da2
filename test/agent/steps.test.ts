// `admit` and `finish` through the real API, beside a running lane controller.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAdmissionRequest } from "../../src/agent/steps.ts";
import type { Plan } from "../../src/configuration/plan.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { CONFIG_MAP, LEASE } from "../../src/resources/core.ts";
import { writeLane } from "../../src/resources/lane.ts";
import { ANNOTATIONS, LABELS } from "../../src/resources/run-identity.ts";
import { SHOP } from "../support/agent-world.ts";
import { NAMESPACE } from "../support/gateway-world.ts";
import { WorkflowWorld } from "../support/workflow-world.ts";

let world: WorkflowWorld;
beforeAll(async () => {
  world = await WorkflowWorld.start();
});
afterAll(() => world.stop());

async function openIssue(): Promise<string> {
  const issue = await world.agents.github("POST", `${SHOP}/issues`, { title: "Sell hats", labels: ["runyard"] });
  return String(issue["number"]);
}

/** A pull request that our App has opened. */
async function openPull(branch: string): Promise<{ readonly number: number; readonly head: string }> {
  const head = await world.agents.push(branch, { [`${branch.replaceAll("/", "-")}.js`]: "2\n" });
  const body = { title: branch, head: branch, base: "main", draft: true };
  const pull = await world.agents.app("runyard-author", "POST", `${SHOP}/pulls`, body);
  return { number: pull["number"] as number, head };
}

function storedWorkflow(name: string) {
  return world.agents.gatewayWorld.store.get(WORKFLOW, { namespace: NAMESPACE, name });
}

describe("admit", () => {
  it("gives a fresh task its lane, a plan and the keys of its semaphores; asking again changes nothing", async () => {
    const number = await openIssue();
    const environment = await world.workflow("task-a", { number, label: "runyard" });

    const outputs = await world.step("admit", environment);

    expect(outputs).toMatchObject({ decision: "run", "organisation-key": "o-5" });
    const plan = JSON.parse(outputs["plan"] ?? "") as Plan;
    expect(plan.author).toMatchObject({ run: true, taskId: number, issue: number, generation: "1" });
    const semaphores = await world.api.store.get(CONFIG_MAP, { namespace: NAMESPACE, name: "runyard-semaphores" });
    expect(semaphores?.data).toMatchObject({ [outputs["repository-key"] ?? ""]: "2", "o-5": "4", global: "8" });
    expect(await world.step("admit", environment)).toEqual(outputs);
    expect(await world.lane(Number(number))).toMatchObject({
      holder: "task-a",
      generation: 1,
      attempts: { task: ["task-a"] },
    });
  });

  it("asks GitHub for the ids of a repository that was submitted by hand, and needs no actor for it", async () => {
    const number = await openIssue();
    const byHand = { number, actor: "", "repository-id": "", "owner-id": "" };
    const environment = await world.workflow("task-by-hand", byHand);
    const of = await world.workflow("task-elsewhere", { ...byHand, repository: "acme/unknown" });

    const outputs = await world.step("admit", environment);

    const { github } = world.agents.gatewayWorld;
    const repositoryId = String(github.repositoryIdOf("acme/shop"));
    const { owner } = (await world.agents.github("GET", SHOP)) as { readonly owner: { readonly id: number } };
    expect(outputs).toMatchObject({
      decision: "run",
      "repository-key": `r-${repositoryId}`,
      "organisation-key": `o-${owner.id}`,
    });
    expect((JSON.parse(outputs["plan"] ?? "") as Plan).author).toMatchObject({ repositoryId, issue: number });
    expect(await world.lane(Number(number))).toMatchObject({ holder: "task-by-hand" });
    expect(await world.step("admit", of)).toMatchObject({
      decision: "refuse",
      reason: "repository acme/unknown is not served; add it to repositories in values.yaml",
    });
  });

  it("holds who submits for a person to what that person may do", async () => {
    const number = await openIssue();
    const forRita = { number, actor: "rita", "repository-id": "", "owner-id": "" };

    const outputs = await world.step("admit", await world.workflow("task-for-rita", forRita));

    expect(outputs["decision"]).toBe("refuse");
    expect(outputs["reason"]).toContain('rita has permission "read"');
  });

  it("refuses who may only read, and takes no lane for them", async () => {
    const number = await openIssue();
    const environment = await world.workflow("task-b", { number, actor: "rita" });

    const outputs = await world.step("admit", environment);

    expect(outputs["decision"]).toBe("refuse");
    expect(outputs["reason"]).toContain('rita has permission "read"');
    expect(JSON.parse(outputs["plan"] ?? "")).toMatchObject({ author: { run: false }, docs: { run: false } });
    expect(await world.lane(Number(number))).toBeUndefined();
  });

  it("joins the push of the run that holds the lane, and is superseded by a person's", async () => {
    const { number, head } = await openPull("feature/task-901-implementation");
    const first = await world.workflow("head-a", { intent: "head", number: String(number), "head-sha": head });
    expect(await world.step("admit", first)).toMatchObject({ decision: "run" });
    const { store } = world.agents.gatewayWorld;
    const next = await world.agents.push("feature/task-901-implementation", { "more.js": "3\n" });
    const key = { namespace: NAMESPACE, name: laneNameOf(901) };
    const lease = await store.get(LEASE, key);
    const lane = await world.lane(901);
    if (lease === undefined || lane === undefined) throw new Error("there is no lane");
    await store.update(LEASE, writeLane(lease, { ...lane, expectedHeads: [next] }));

    const own = await world.workflow("head-b", { intent: "head", number: String(number), "head-sha": next });
    expect(await world.step("admit", own)).toMatchObject({
      decision: "join",
      reason: "this head was pushed by head-a",
    });

    const newest = await world.agents.push("feature/task-901-implementation", { "more.js": "4\n" });
    const other = await world.workflow("head-c", { intent: "head", number: String(number), "head-sha": newest });
    expect(await world.step("admit", other)).toMatchObject({ decision: "run" });
    expect(await world.lane(901)).toMatchObject({ holder: "head-c", generation: 2 });
    await expect.poll(async () => (await storedWorkflow("head-a"))?.spec.shutdown).toBe("Stop");
    expect(await world.step("admit", first)).toMatchObject({ decision: "refuse" });
  });

  it("asks for the variables that it needs, by name", () => {
    expect(() => readAdmissionRequest({ RUNYARD_WORKFLOW: "w", RUNYARD_REPOSITORY_ID: "x" })).toThrow(
      /RUNYARD_INTENT: .*RUNYARD_REPOSITORY_ID: .*RUNYARD_REPOSITORY/,
    );
  });
});

function laneNameOf(number: number): string {
  return `lane-${world.agents.gatewayWorld.github.repositoryIdOf("acme/shop")}-${number}`;
}

describe("finish", () => {
  it("keeps one comment up to date, and marks the pull request ready when every stage stands on its head", async () => {
    const branch = "feature/task-902-implementation";
    const { number, head } = await openPull(branch);
    const { store } = world.agents.gatewayWorld;
    const environment = {
      ...(await world.workflow("task-c", { number: String(number) })),
      RUNYARD_STATUS: "Succeeded",
    };
    const workflow = await storedWorkflow("task-c");
    if (workflow === undefined) throw new Error("there is no workflow");
    const decision = { outputs: { parameters: [{ name: "decision", value: "run" }] } };
    await store.update(WORKFLOW, { ...workflow, status: { ...workflow.status, ...decision } });
    await store.create(CODE_RUN, {
      apiVersion: "agents.platform/v1",
      kind: "CodeRun",
      metadata: {
        name: "task-c-author",
        namespace: NAMESPACE,
        labels: { [LABELS.workflow]: "task-c", [LABELS.stage]: "author" },
        annotations: { [ANNOTATIONS.branch]: branch, [ANNOTATIONS.lane]: "lane-1-902" },
      },
      spec: {
        taskId: 902,
        service: "shop",
        repositoryUrl: "acme/shop",
        docsRepositoryUrl: "acme/handbook",
        workingDirectory: ".",
        model: "gpt-5.5",
        githubApp: "Runyard-Author",
      },
    });

    await world.step("finish", environment);
    for (const stage of ["author", "clippy", "tests", "deploy", "acceptance"])
      await world.agents.app("runyard-author", "POST", `${SHOP}/check-runs`, {
        name: `runyard/${stage}`,
        head_sha: head,
        conclusion: "success",
      });
    expect(await world.agents.github("GET", `${SHOP}/pulls/${number}`)).toMatchObject({ draft: true });
    await world.step("finish", environment);
    await world.step("finish", environment);

    const comments = await world.agents.github("GET", `${SHOP}/issues/${number}/comments`);
    expect(comments).toHaveLength(1);
    expect(JSON.stringify(comments)).toContain("every stage has passed");
    expect(await world.agents.github("GET", `${SHOP}/pulls/${number}`)).toMatchObject({ draft: false });
  });
});

it("the program admits with what is mounted into its pod, and leaves its outputs as files", async () => {
  const environment = await world.workflow("task-d", { number: await openIssue() });
  const directory = await mkdtemp(join(tmpdir(), "agent-admit-"));
  const tokenFile = await world.tokenFile(environment);
  const serviceAccount = await world.serviceAccountDirectory();
  const { port } = new URL(world.server.url);
  const program = new URL("../../src/programs/agent.ts", import.meta.url).pathname;
  try {
    const log = await new Promise<string>((resolve, reject) => {
      const env = {
        ...environment,
        RUNYARD_OUTPUTS: join(directory, "outputs"),
        RUNYARD_TERMINATION_LOG: join(directory, "termination-log"),
        RUNYARD_TOKEN_FILE: tokenFile,
        RUNYARD_GATEWAY_URL: world.agents.gatewayWorld.gateway.url,
        RUNYARD_SERVICE_ACCOUNT: serviceAccount,
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: port,
      };
      execFile(process.execPath, [program, "admit"], { env, timeout: 20_000 }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${stdout}${stderr}`));
      });
    });

    expect(await readFile(join(directory, "outputs/decision"), "utf8")).toBe("run");
    expect(JSON.parse(await readFile(join(directory, "outputs/plan"), "utf8"))).toHaveProperty("author.run", true);
    expect(log).not.toContain(await readFile(tokenFile, "utf8"));
  } finally {
    await rm(directory, { recursive: true });
  }
});

// The main job: a labelled issue becomes a pull request with its evidence; what may not start work starts none.
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { EngineWorld, MODEL_SCRIPT, REPOSITORY, waitFor } from "../support/engine-world.ts";
import { processesOf } from "../support/processes.ts";
import { checkRuns, commentsOf, effectsOf, pullRequests } from "../support/what-happened.ts";

const TASK_MS = 240_000;
let world: EngineWorld;
let issue: number;

beforeAll(async () => {
  world = await EngineWorld.start();
  issue = await world.labelNewIssue();
  await world.finishedWorkflows(TASK_MS);
  await world.github.settled();
}, TASK_MS + 60_000);

afterAll(async () => {
  await world.stop();
});

describe("an issue with the label", () => {
  it("ends as a pull request that is ready, closes the issue, and holds what two agents wrote", async () => {
    const pulls = await pullRequests(world);

    expect(pulls).toEqual([expect.objectContaining({ title: "Task 1: Add the feature", draft: false, state: "open" })]);
    expect(pulls[0]).toMatchObject({
      user: { login: "runyard-author[bot]" },
      body: expect.stringContaining(`Closes #${issue}`),
    });
    const file = (await world.call(
      "wes",
      "GET",
      `/repos/${REPOSITORY}/contents/feature.txt?ref=${pulls[0]?.head.ref ?? ""}`,
    )) as { readonly content: string };
    expect(Buffer.from(file.content, "base64").toString()).toBe("the feature\nformatted\n");
  });

  it("has a successful check run of every stage on the head, each by an App of ours", async () => {
    const [pull] = await pullRequests(world);

    const checks = await checkRuns(world, pull?.head.sha ?? "");

    expect(checks).toEqual([
      { name: "runyard/acceptance", conclusion: "success", app: "runyard-author" },
      { name: "runyard/author", conclusion: "success", app: "runyard-clippy" },
      { name: "runyard/clippy", conclusion: "success", app: "runyard-clippy" },
      { name: "runyard/deploy", conclusion: "success", app: "runyard-author" },
      { name: "runyard/tests", conclusion: "success", app: "runyard-author" },
    ]);
  });

  it("has one comment, which tells every stage and the cost", async () => {
    const [pull] = await pullRequests(world);

    const comments = await commentsOf(world, pull?.number ?? 0);

    expect(comments).toHaveLength(1);
    expect(comments[0]).toContain("every stage has passed");
    for (const stage of ["author", "clippy", "tests", "deploy", "acceptance"])
      expect(comments[0]).toContain(`[${stage}](`);
  });

  it("asked the model once for each of the three stages whose agent had work", () => {
    expect(world.models.report(MODEL_SCRIPT)?.calls).toBe(3);
  });
});

describe("what may not start work", () => {
  it("is a second delivery of the same event", async () => {
    const before = [await runNames(), effectsOf(world)];
    const delivery = world.github.deliveries().find((it) => it.event === "issues" && it.action === "labeled");

    const response = await fetch(world.addresses.webhookUrl, {
      method: "POST",
      headers: { ...delivery?.requestHeaders },
      body: delivery?.body ?? "",
    });
    await quiet();

    expect(response.status).toBe(200);
    expect([await runNames(), effectsOf(world)]).toEqual(before);
    expect((await world.workflows()).length).toBe(1);
  });

  it("is a delivery with a forged signature", async () => {
    const delivery = world.github.deliveries().find((it) => it.event === "issues" && it.action === "labeled");
    const body = (delivery?.body ?? "").replace(/"number":\s*1\b/, '"number":77');
    const forged = createHmac("sha256", "not the secret").update(body).digest("hex");

    const response = await fetch(world.addresses.webhookUrl, {
      method: "POST",
      headers: { ...delivery?.requestHeaders, "x-hub-signature-256": `sha256=${forged}` },
      body,
    });
    await quiet();

    expect(response.status).toBeGreaterThanOrEqual(400);
    expect((await world.workflows()).length).toBe(1);
  });

  it("is a command of a person without permission; the workflow says why, GitHub hears nothing", async () => {
    const { number } = (await world.call("wes", "POST", `/repos/${REPOSITORY}/issues`, { title: "Another" })) as {
      readonly number: number;
    };
    await world.call("rita", "POST", `/repos/${REPOSITORY}/issues/${number}/comments`, { body: "/runyard run" });
    const before = [await runNames(), effectsOf(world)];

    await waitFor("its workflow", async () => (await world.workflows()).length === 2, 20_000);
    const workflows = await world.finishedWorkflows(60_000);

    const refused = workflows.find((workflow) => workflow.metadata.name !== "task-400001-1-5000001");
    const outputs = Object.fromEntries(
      (refused?.status?.outputs?.parameters ?? []).map((parameter) => [parameter.name, parameter.value]),
    );
    expect(outputs["decision"]).toBe("refuse");
    expect(outputs["reason"]).toContain('rita has permission "read" on acme/shop; starting work needs write');
    expect([await runNames(), effectsOf(world)]).toEqual(before);
  }, 90_000);
});

describe("the engine that is stopped afterwards", () => {
  it("leaves no process and no installation token that works", async () => {
    await world.stopEngine();

    expect(await processesOf(world.dataDirectory)).toEqual([]);
    expect(world.github.liveTokenCount()).toBe(0);
  });
});

async function runNames(): Promise<readonly string[]> {
  return (await world.store.list(CODE_RUN)).items.map((run) => run.metadata.name).sort();
}

/** Long enough for a Sensor to have acted on a delivery that was accepted before. */
async function quiet(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_000));
}

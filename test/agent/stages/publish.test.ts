// Publishing again after a crash, when the world has moved on, and where nothing may be written at all.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunOutcome } from "../../../src/configuration/run-file.ts";
import { LEASE } from "../../../src/resources/core.ts";
import { readLane, writeLane } from "../../../src/resources/lane.ts";
import { AgentWorld, SHOP, type AgentPod, type PodOptions } from "../../support/agent-world.ts";
import { NAMESPACE } from "../../support/gateway-world.ts";

let world: AgentWorld;
beforeAll(async () => {
  world = await AgentWorld.start({ "price.js": "1\n", ".runyard.yaml": "gates: { author: ['! test -e bad.js'] }\n" });
});
afterAll(() => world.stop());

/** A pod that is about to publish. */
async function verified(branch: string, options: PodOptions = {}): Promise<AgentPod> {
  const pod = await world.pod({ branch, agent: "echo 2 > hats.js", ...options });
  for (const name of ["prepare", "agent", "verify"] as const) await pod.start(name);
  return pod;
}

function pullsOf(branch: string): Promise<readonly Record<string, unknown>[]> {
  return world
    .pulls()
    .then((pulls) => pulls.filter((pull) => (pull["head"] as { readonly ref: string }).ref === branch));
}

async function checkCount(sha: string): Promise<unknown> {
  return (await world.github("GET", `${SHOP}/commits/${sha}/check-runs`))["total_count"];
}

describe("publishing again", () => {
  it("changes nothing twice", async () => {
    const pod = await verified("twice");
    const first = await pod.start("publish");

    const second = await pod.start("publish");

    expect(second).toEqual(first);
    expect(await pullsOf("twice")).toHaveLength(1);
    expect(await world.headOf("twice")).toBe(first.headSha);
    expect(await checkCount(first.headSha ?? "")).toBe(1);
  });

  it.each([
    ["POST", "/repos/{owner}/{repo}/pulls"],
    ["POST", "/repos/{owner}/{repo}/check-runs"],
    ["POST", "/repos/{owner}/{repo}/issues/{issue_number}/labels"],
  ])("goes on where it was killed at %s %s, done but unanswered", async (method, path) => {
    const branch = `killed-${path.split("/").at(-1)}`;
    const pod = await verified(branch);
    const { faults } = world.gatewayWorld.github;
    faults.add({ kind: "timeout-after-apply", method, path });
    const killed = { sleep: () => Promise.reject(new Error("killed")), now: () => Date.now() };
    await expect(pod.start("publish", { clock: killed })).rejects.toThrow();
    const head = await world.headOf(branch);
    expect(head).toBeDefined();

    const outcome = await pod.start("publish");

    expect(outcome).toMatchObject({ result: "passed", reason: "Published", headSha: head });
    expect(await pullsOf(branch)).toMatchObject([{ labels: [{}, {}, {}] }]);
    expect(await checkCount(head ?? "")).toBe(1);
  });

  it("gets over GitHub being down for a while", async () => {
    const pod = await verified("down");
    world.gatewayWorld.github.faults.add({
      kind: "5xx",
      method: "POST",
      path: "/repos/{owner}/{repo}/pulls",
      status: 503,
      times: 2,
    });

    expect(await pod.start("publish")).toMatchObject({ result: "passed" });
    expect(await pullsOf("down")).toHaveLength(1);
  });
});

it("opens a pull request that is ready where the plan has no drafts", async () => {
  const pod = await verified("no-drafts");
  world.gatewayWorld.github.faults.add({ kind: "422-draft", path: "/repos/{owner}/{repo}/pulls" });

  await pod.start("publish");

  expect(await pullsOf("no-drafts")).toMatchObject([{ draft: false }]);
});

it("a dry run says what it would do, and writes nothing", async () => {
  const pod = await verified("dry", { change: { publishMode: "dry-run" } });
  const before = world.gatewayWorld.github.effects().length;

  const outcome = await pod.start("publish");

  expect(outcome).toMatchObject({ result: "passed", reason: "DryRun" });
  expect(world.gatewayWorld.github.effects()).toHaveLength(before);
  expect(await world.headOf("dry")).toBeUndefined();
  expect(pod.log.entries.map((entry) => entry.message)).toContain("+2");
});

describe("a run that was superseded", () => {
  it("pushes nothing onto a branch that has moved", async () => {
    const pod = await verified("moved");
    const head = await world.push("moved", { "by-hand.js": "1\n" });

    expect(await pod.start("publish")).toMatchObject({ result: "failed", reason: "Superseded" });

    expect(await world.headOf("moved")).toBe(head);
    expect(await pullsOf("moved")).toEqual([]);
  });

  it("ends wherever it is when its lane has gone on", async () => {
    const { gatewayWorld } = world;
    await gatewayWorld.addLane("lane-1-7", { generation: 2, holder: "task-1-7" });
    const lane = { name: "lane-1-7", generation: 2 };
    const early = await world.pod({ branch: "stale", lane });
    const late = await verified("stale", { lane });
    const lease = await gatewayWorld.store.get(LEASE, { namespace: NAMESPACE, name: "lane-1-7" });
    if (lease === undefined) throw new Error("the lane is gone");
    await gatewayWorld.store.update(LEASE, writeLane(lease, { ...readLane(lease), generation: 3 }));

    expect(await late.start("publish")).toMatchObject({ result: "failed", reason: "Superseded" });
    expect(await early.finish()).toMatchObject({ container: "publish", result: "failed", reason: "Superseded" });
    expect(await world.headOf("stale")).toBeUndefined();
  });
});

describe("when prepare finds that the stage cannot be done", () => {
  it("the later containers do nothing, and the head of the branch gets the failing verdict", async () => {
    const broken = await AgentWorld.start({ ".runyard.yaml": "gates: { linter: [x] }\n" });
    try {
      const head = await broken.push("feature/task-7-implementation", { "hats.js": "2\n" });
      const pod = await broken.pod({ agent: "echo 3 > hats.js" });
      const outcomes: RunOutcome[] = [];
      for (const name of ["prepare", "agent", "verify", "publish"] as const) outcomes.push(await pod.start(name));

      expect(outcomes).toMatchObject(
        Array.from({ length: 4 }, () => ({ result: "failed", reason: "RepositoryFileInvalid" })),
      );
      expect(outcomes[3]?.message).toContain("linter");
      expect(outcomes[3]?.headSha).toBe(head);
      expect(await pod.prompts()).toEqual([]);
      expect(await broken.verdicts(head)).toEqual({ author: "failure" });
    } finally {
      await broken.stop();
    }
  });
});

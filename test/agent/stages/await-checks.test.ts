// The deploy and acceptance stages between a repository's own CI and its criteria.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentWorld, SHOP } from "../../support/agent-world.ts";

const FILES = {
  "price.js": "1\n",
  ".runyard.yaml": [
    "gates:",
    "  acceptance: ['echo \"criterion 1: seen at $RUNYARD_DEPLOYMENT_URL\"; test ! -e sad']",
    "deploy: { waitFor: { workflows: [CI], deployments: [preview] }, timeoutSeconds: 60 }",
    "",
  ].join("\n"),
};
const CRITERIA = "# Criteria\n\n- [ ] Hats are sold\n- [ ] Shoes are not\n";

let world: AgentWorld;
beforeAll(async () => {
  world = await AgentWorld.start(FILES, {
    github: {
      repositories: [
        {
          fullName: "acme/shop",
          collaborators: { wes: "write" },
          files: FILES,
          ci: { argv: ["/bin/sh", "-c", "test ! -e broken || { echo the preview is broken; exit 1; }"] },
        },
        { fullName: "acme/handbook", files: { ".taskmaster/docs/task-7/acceptance-criteria.md": CRITERIA } },
      ],
    },
  });
});
afterAll(() => world.stop());

async function openPull(branch: string, files: Readonly<Record<string, string>>): Promise<string> {
  const head = await world.push(branch, files);
  await world.github("POST", `${SHOP}/pulls`, { title: branch, head: branch, base: "main" });
  return head;
}

async function deploy(head: string): Promise<void> {
  const body = { ref: head, environment: "preview", required_contexts: [], auto_merge: false };
  const { id } = (await world.app("ci", "POST", `${SHOP}/deployments`, body)) as { readonly id: number };
  const status = { state: "success", environment_url: "https://preview.example" };
  await world.app("ci", "POST", `${SHOP}/deployments/${id}/statuses`, status);
}

async function summaryOf(head: string, name: string): Promise<string> {
  const { check_runs: checks } = (await world.github("GET", `${SHOP}/commits/${head}/check-runs`)) as {
    readonly check_runs: readonly { readonly name: string; readonly output: { readonly summary: string } }[];
  };
  return checks.find((check) => check.name === name)?.output.summary ?? "";
}

describe("deploy", () => {
  it("asks no agent where workflow and deployment succeed, and links the run", async () => {
    const head = await openPull("fine", { "hats.js": "2\n" });
    await deploy(head);
    await world.gatewayWorld.github.settled();
    const pod = await world.pod({ branch: "fine", stage: "deploy", agent: "echo 3 > hats.js" });

    const outcome = await pod.finish();

    expect(outcome).toMatchObject({ result: "passed", headSha: head, deploymentUrl: "https://preview.example" });
    expect(outcome.actionsRunUrls).toEqual([expect.stringContaining("/actions/runs/")]);
    expect(await pod.prompts()).toEqual([]);
  });

  it("has its agent repair a workflow that failed, with its log, and proves that on the new head", async () => {
    const head = await openPull("repaired", { broken: "x\n" });
    await deploy(head);
    await world.gatewayWorld.github.settled();
    const pod = await world.pod({ branch: "repaired", stage: "deploy", agent: "git rm -q broken" });
    await pod.start("prepare");
    await pod.start("agent");
    await pod.start("verify");
    const publishing = pod.start("publish");
    let pushed = await world.headOf("repaired");
    for (let look = 0; look < 100 && pushed === head; look += 1) pushed = await world.headOf("repaired");
    await deploy(pushed ?? "");

    const outcome = await publishing;

    expect((await pod.prompts())[0]).toMatch(/^> .*the preview is broken$/m);
    expect(pushed).not.toBe(head);
    expect(outcome).toMatchObject({ result: "passed", reason: "Published", headSha: pushed, agentTurns: 1 });
    expect(await world.verdicts(pushed ?? "")).toMatchObject({ deploy: "success" });
    expect(await world.verdicts(head)).toEqual({});
  });
});

describe("acceptance", () => {
  it("has the evidence of each criterion in its check run, from commands that know the deployment", async () => {
    const head = await openPull("accepted", { "hats.js": "2\n" });
    await deploy(head);
    await world.gatewayWorld.github.settled();
    const pod = await world.pod({ branch: "accepted", stage: "acceptance" });

    expect(await pod.finish()).toMatchObject({ result: "passed", headSha: head });

    const summary = await summaryOf(head, "runyard/acceptance");
    expect(summary).toMatch(/^\| 1\. Hats are sold \| `.*`: criterion 1: seen at https:\/\/preview\.example \|$/m);
    expect(summary).toContain("| 2. Shoes are not | none: no command's output names this criterion |");
  });

  it("in a dry run shows the change and every check run that it would write, and writes none", async () => {
    const head = await openPull("imagined", { sad: "x\n" });
    await deploy(head);
    await world.gatewayWorld.github.settled();
    const before = world.gatewayWorld.github.effects().length;
    const change = { publishMode: "dry-run" } as const;
    const pod = await world.pod({ branch: "imagined", stage: "acceptance", agent: "git rm -q sad", change });

    expect(await pod.finish()).toMatchObject({ result: "passed", reason: "DryRun" });

    const messages = pod.log.entries.map(({ message }) => message);
    expect(messages).toEqual(expect.arrayContaining(["deleted file mode 100644", "-x"]));
    expect(messages.filter((message) => message.startsWith("dry run: check run "))).toEqual([
      "dry run: check run runyard/author would be success:",
      "dry run: check run runyard/acceptance would be success:",
    ]);
    expect(messages).toContainEqual(expect.stringContaining("| 1. Hats are sold | "));
    expect(world.gatewayWorld.github.effects()).toHaveLength(before);
    expect(await world.verdicts(head)).toEqual({});
  });
});

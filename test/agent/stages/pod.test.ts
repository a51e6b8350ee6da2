// A whole agent pod of the author, container after container: what ends up on GitHub, and what never does.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AgentWorld, SHOP } from "../../support/agent-world.ts";

const FILES = {
  "README.md": "# Shop\n",
  "src/price.js": "export const price = 1;\n",
  ".runyard.yaml": [
    "gates:",
    "  author: ['! grep -q broken src/price.js', 'sh check.sh']",
    "protectedPaths: [check.sh, 'config/**']",
    "egress: { allow: [static.example.com] }",
    "",
  ].join("\n"),
  "check.sh": "test -f config/.strict/rules\n",
  "config/.strict/rules": "all\n",
};

const SELL_HATS = "echo 'export const hats = 2;' >> src/price.js";

let world: AgentWorld;
beforeAll(async () => {
  world = await AgentWorld.start(FILES);
});
afterAll(() => world.stop());

async function mainSha(): Promise<string> {
  return (await world.headOf("main")) ?? "";
}

it("opens a draft pull request with labels and a verdict on its head", async () => {
  const opened = await world.github("POST", `${SHOP}/issues`, { title: "Sell hats", body: "Please.\n<!-- hidden -->" });
  const issue = opened["number"] as number;
  const pod = await world.pod({ branch: "opens", agent: SELL_HATS, issue, trigger: { kind: "issue" } });

  const outcome = await pod.finish();

  const head = await world.headOf("opens");
  expect(outcome).toMatchObject({ container: "publish", result: "passed", reason: "Published", headSha: head });
  expect(await world.fileOf("opens", "src/price.js")).toContain("hats");
  expect(await world.fileOf("opens", "task")).toBeUndefined();
  const pull = (await world.pulls()).find((candidate) => candidate["number"] === outcome.pullRequest);
  expect(pull).toMatchObject({
    draft: true,
    title: "Task 7: Sell hats",
    user: { login: "runyard-author[bot]" },
    labels: [{ name: "task-7" }, { name: "run-task-1-7" }, { name: "service-shop" }],
  });
  expect(pull?.["body"]).toContain(`Closes #${issue}.`);
  expect(await world.verdicts(head ?? "")).toEqual({ author: "success" });
  const [prompt] = await pod.prompts();
  expect(prompt).toContain("> Please.");
  expect(prompt).not.toContain("hidden");
});

describe("without a head of ours", () => {
  it("a gate that fails to the end is an outcome, and nothing on GitHub", async () => {
    const pod = await world.pod({ branch: "fails", agent: "echo broken >> src/price.js" });

    const outcome = await pod.finish();

    expect(outcome).toMatchObject({ container: "publish", result: "failed", reason: "GateFailed" });
    expect(outcome.message).toContain("! grep -q broken src/price.js");
    expect(outcome).not.toHaveProperty("headSha");
    expect(await world.headOf("fails")).toBeUndefined();
    expect(await world.verdicts(await mainSha())).toEqual({});
    const prompts = await pod.prompts();
    expect(prompts).toHaveLength(3);
    expect(prompts[1]).toContain("Mend the cause, not the gate.");
  });

  it("a branch that stands where the base stands gets no verdict either", async () => {
    const clone = await world.clone();
    await clone.run("push", "-q", "origin", "origin/main:refs/heads/empty");
    const pod = await world.pod({ branch: "empty", agent: "echo broken >> src/price.js" });

    const outcome = await pod.finish();

    expect(outcome).toMatchObject({ result: "failed", reason: "GateFailed" });
    expect(await world.verdicts(await mainSha())).toEqual({});
  });

  it("no change at all is a failure that says what to do", async () => {
    const pod = await world.pod({ branch: "idle" });

    expect(await pod.finish()).toMatchObject({ result: "failed", reason: "NoChange" });
    expect(await world.headOf("idle")).toBeUndefined();
  });
});

describe("what the agent may not decide", () => {
  it("is taken from the base: files that define a gate, and files that steer agents", async () => {
    const agent = [
      SELL_HATS,
      "echo true > check.sh",
      "rm -r config",
      "echo 'Obey.' > CLAUDE.md",
      "mkdir -p .x && echo 'Obey.' > .x/AGENTS.md",
    ].join("\n");
    const pod = await world.pod({ branch: "protected", agent });

    const outcome = await pod.finish();

    expect(outcome).toMatchObject({ result: "passed" });
    expect(await world.fileOf("protected", "src/price.js")).toContain("hats");
    for (const path of ["check.sh", "config/.strict/rules"] as const)
      expect(await world.fileOf("protected", path)).toBe(FILES[path]);
    expect(await world.fileOf("protected", "CLAUDE.md")).toBeUndefined();
    expect(await world.fileOf("protected", ".x/AGENTS.md")).toBeUndefined();
  });

  it("is refused as a whole when it is not for agents to change", async () => {
    const agent = `${SELL_HATS}\nmkdir -p .github/workflows && echo x > .github/workflows/ci.yml`;
    const pod = await world.pod({ branch: "refused", agent });

    const outcome = await pod.finish();

    expect(outcome).toMatchObject({ result: "failed", reason: "PatchRefused" });
    expect(outcome.message).toContain(".github/workflows/ci.yml: no agent changes it; a person must");
    expect(await world.headOf("refused")).toBeUndefined();
  });

  it("is not done by a repository that the agent has set up", async () => {
    const agent = `${SELL_HATS}
git config core.fsmonitor 'touch ../ran'
git config filter.x.clean 'touch ../ran; cat'
echo '*.js filter=x' > .gitattributes
git commit -q -a -m mine
touch .git/index.lock`;
    const pod = await world.pod({ branch: "set-up", agent });

    expect(await pod.finish()).toMatchObject({ result: "passed" });
    expect(await world.fileOf("set-up", "src/price.js")).toContain("hats");
  });
});

it("keeps the session for the next run, and continues it", async () => {
  const first = await world.pod({ branch: "session", agent: SELL_HATS, issue: 1 });
  await first.finish();
  const second = await world.pod({
    branch: "session",
    agent: 'echo "$*" > src/argv.js',
    issue: 1,
    stage: "remediate-comment",
    continueSession: true,
  });

  await second.finish();

  expect(await world.fileOf("session", "src/argv.js")).toMatch(/^exec resume .* thread-1 -$/m);
});

// What went wrong inside the pods of the system that Runyard is compatible with. Each test begins with the number that
// the defect has in our notes about that system.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunOutcome } from "../../src/configuration/run-file.ts";
import { CLAUDE_CODE } from "../../src/agent/coding-agents/claude-code.ts";
import { CODEX } from "../../src/agent/coding-agents/codex.ts";
import { NO_USAGE, type AgentTurn } from "../../src/agent/coding-agents/coding-agent.ts";
import { AgentWorld, type AgentPod } from "../support/agent-world.ts";

const FILES = {
  "src/price.js": "export const price = 1;\n",
  ".runyard.yaml": "gates: { author: ['! grep -q broken src/price.js'] }\n",
};
const CHANGE = "echo 'export const hats = 2;' >> src/price.js";

const turn: AgentTurn = {
  binary: "/bin/agent",
  workingDirectory: "/workspace/repo",
  stateDirectory: "/workspace/state",
  prompt: "Do the task.",
  systemPrompt: "You are the author.",
  model: "m",
  modelUrl: "http://127.0.0.1:8080/model",
  token: "t",
  mcpServers: {},
  sessionId: "0199-abc",
  usageBefore: NO_USAGE,
};

describe("a coding agent", () => {
  it("D.2 continues the session with the recorded id, not the newest one of a directory", () => {
    const claude = CLAUDE_CODE.plan(turn).argv;
    const codex = CODEX.plan(turn).argv;

    expect(claude[claude.indexOf("--resume") + 1]).toBe("0199-abc");
    expect(codex).toEqual(expect.arrayContaining(["resume", "0199-abc"]));
    expect([...claude, ...codex]).not.toEqual(expect.arrayContaining([expect.stringMatching(/^--(continue|last)$/)]));
  });

  it("F.2 gets its system prompt as text beside the built-in one, not a path in its place", () => {
    const claude = CLAUDE_CODE.plan(turn);
    const file = claude.argv[claude.argv.indexOf("--append-system-prompt-file") + 1] ?? "";

    expect(claude.files[file]).toBe("You are the author.");
    expect(claude.argv).not.toContain("--system-prompt");
    expect(CODEX.plan(turn).argv).toContain('developer_instructions="You are the author."');
  });

  it("F.4 is started without anybody to ask", () => {
    expect(CLAUDE_CODE.plan(turn).argv).toContain("-p");
    expect(CODEX.plan(turn).argv[1]).toBe("exec");
    for (const agent of [CLAUDE_CODE, CODEX]) expect(agent.plan(turn).stdin).toBe("Do the task.");
  });
});

describe("a pod", () => {
  const agent = `env > "$HOME/environment.txt"; echo x > AGENTS.local; rm -rf .git && git init -q && ${CHANGE} && git add -A && git commit -qm other`;
  let world: AgentWorld;
  let pod: AgentPod;
  let outcome: RunOutcome;
  beforeAll(async () => {
    world = await AgentWorld.start(FILES);
    pod = await world.pod({ branch: "first", agent });
    outcome = await pod.finish();
  });
  afterAll(() => world.stop());

  async function isAncestor(sha: string, branch: string): Promise<boolean> {
    const tree = await world.clone();
    return (await tree.try("merge-base", "--is-ancestor", sha, `origin/${branch}`)).exitCode === 0;
  }

  it("D.1 D.3 has a clone of its own that goes on where the branch stands on GitHub, and loses no commit", async () => {
    const sha = await world.push("goes-on", { "src/cart.js": "export const cart = [];\n" });
    const base = await world.push("main", { "docs/notes.md": "Notes.\n" });
    const next = await world.pod({ branch: "goes-on", agent: `test ! -e AGENTS.local && ${CHANGE}` });

    expect(await next.finish()).toMatchObject({ result: "passed", reason: "Published" });
    expect(await isAncestor(sha, "goes-on")).toBe(true);
    expect(await isAncestor(base, "goes-on")).toBe(true);
  });

  it("E.3 has no key of an App or a provider in the environment of its commands, nor in its log", async () => {
    const environment = await readFile(join(pod.directory, "workspace-agent/home/environment.txt"), "utf8");

    expect(environment).toContain("HOME=");
    for (const text of [environment, JSON.stringify(pod.log.entries)]) {
      expect(text).not.toMatch(/PRIVATE KEY|gh[spo]_|sk-ant-|GITHUB_APP/);
    }
  });

  it("F.1 F.4 that ends well with a question and no change has failed, and nobody waits for it", async () => {
    const asking = await world.pod({ branch: "asks", agent: "echo 'Shall I go on?'" });

    expect(await asking.finish()).toMatchObject({ result: "failed", reason: "NoChange" });
    expect(await world.headOf("asks")).toBeUndefined();
  });

  it("F.3 opens a pull request that claims nothing: what is proven stands in the check runs", async () => {
    const pull = (await world.pulls()).find((candidate) => candidate["number"] === outcome.pullRequest);

    expect(pull?.["body"]).toContain("check runs");
    expect(pull?.["body"]).not.toMatch(/\[x\]|tests? (are |is )?(done|pass)|criteria/i);
  });

  it("F.7 pushes onto the base's history, although its agent began another one", async () => {
    const tree = await world.clone();

    expect(outcome).toMatchObject({ result: "passed", reason: "Published" });
    expect(await tree.run("rev-list", "--max-parents=0", "origin/first")).toBe(
      await tree.run("rev-list", "--max-parents=0", "origin/main"),
    );
  });
});

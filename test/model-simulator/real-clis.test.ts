import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startModelSimulator, type ModelSimulator } from "../../src/model-simulator/model-simulator.ts";
import { CLAUDE, CODEX } from "../support/coding-agent-binaries.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";
import { CodingAgents } from "../support/run-coding-agent.ts";

const KEY = "sk-simulated-0123456789abcdefghijklmnopqrstuvwxyz";
const PROMPT = "Add a greeting.";
const STEPS = [
  { say: "I write the file.", do: [{ write: { path: "greeting.txt", content: "hello\n" } }] },
  { do: [{ sh: "tr a-z A-Z < greeting.txt > shouted.txt" }] },
  { do: [{ mcp: { server: "echo", tool: "echo", input: { text: "hi" } } }] },
  { say: "The greeting is there." },
];

let simulator: ModelSimulator;
let agents: CodingAgents;

beforeAll(async () => {
  simulator = await startModelSimulator({ clock: REAL_CLOCK });
  agents = await CodingAgents.prepare();
});

afterAll(async () => {
  await simulator.close();
  await agents.remove();
});

if (CODEX === undefined) console.warn("SKIPPED: the Codex executable is not installed; run npm ci");
if (CLAUDE === undefined) console.warn("SKIPPED: the Claude Code executable is not installed; run npm ci");

describe.skipIf(CODEX === undefined)("Codex against a scripted model", () => {
  function codex(name: string, model: string) {
    return agents.codex({ name, model, baseUrl: `${simulator.url}/r/${name}/v1`, key: KEY, prompt: PROMPT });
  }

  // The first has apply_patch, the second one tool that takes JavaScript; the third is unknown and has a shell alone.
  it.each([
    ["gpt-5.5", "apply_patch"],
    ["gpt-6-sol", "functions.exec"],
    ["unheard-of", "exec_command"],
  ])("writes a file, runs a command, calls MCP and answers as %s with %s", async (model, tool) => {
    simulator.setScript(`codex-${model}`, { steps: STEPS });

    const { code, events, errors, directory } = await codex(`codex-${model}`, model);

    expect(code, errors).toBe(0);
    expect(await readFile(join(directory, "greeting.txt"), "utf8")).toBe("hello\n");
    expect(await readFile(join(directory, "shouted.txt"), "utf8")).toBe("HELLO\n");
    expect(await readFile(join(directory, "echo.txt"), "utf8")).toBe("hi");
    expect(events.at(-1)).toMatchObject({ type: "turn.completed", usage: { input_tokens: 400, output_tokens: 80 } });
    expect(simulator.report(`codex-${model}`)?.requests[0]?.tools).toContain(tool);
    expect(simulator.report(`codex-${model}`)).toMatchObject({
      turns: 4,
      requests: [{ credential: `Bearer ${KEY}` }, {}, {}, {}],
    });
  });

  it("gets over faults that end", async () => {
    simulator.setScript("codex-fault", {
      steps: [{ fault: { error: { status: 500 } } }, { fault: { malformed: "cut" } }, { say: "All is well." }],
    });

    const { code, events, errors } = await codex("codex-fault", "gpt-5.5");

    expect(code, errors).toBe(0);
    expect(events.at(-1)).toMatchObject({ type: "turn.completed" });
  });
});

describe.skipIf(CLAUDE === undefined)("Claude Code against a scripted model", () => {
  it("writes a file, runs a command, calls MCP and answers", async () => {
    simulator.setScript("claude", { steps: STEPS });

    const { code, events, errors, directory } = await agents.claude({
      name: "claude",
      model: "claude-sonnet-4-5",
      baseUrl: `${simulator.url}/r/claude`,
      key: KEY,
      prompt: PROMPT,
    });

    expect(code, errors).toBe(0);
    expect(await readFile(join(directory, "greeting.txt"), "utf8")).toBe("hello\n");
    expect(await readFile(join(directory, "shouted.txt"), "utf8")).toBe("HELLO\n");
    expect(await readFile(join(directory, "echo.txt"), "utf8")).toBe("hi");
    expect(events.at(-1)).toMatchObject({ type: "result", subtype: "success", result: "The greeting is there." });
    expect(simulator.report("claude")).toMatchObject({ turns: 4 });
  });
});

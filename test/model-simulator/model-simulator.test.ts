import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startModelSimulator, type ModelSimulator } from "../../src/model-simulator/model-simulator.ts";
import { REAL_CLOCK } from "../support/real-clock.ts";

let simulator: ModelSimulator;

beforeEach(async () => {
  simulator = await startModelSimulator({ clock: REAL_CLOCK });
});

afterEach(() => simulator.close());

const BASH = { name: "Bash", input_schema: { properties: { command: { type: "string" } }, required: ["command"] } };
const SHELL = { type: "function", name: "exec_command", parameters: { properties: { cmd: { type: "string" } } } };
const CHAT_SHELL = { type: "function", function: { name: "bash", parameters: { properties: { command: {} } } } };

function post(path: string, body: object): Promise<Response> {
  return fetch(simulator.url + path, { method: "POST", body: JSON.stringify({ model: "m", ...body }) });
}

async function messages(text: string, more: object = {}): Promise<Record<string, unknown>> {
  const answer = await post("/v1/messages", { tools: [BASH], messages: [{ role: "user", content: text }], ...more });
  return (await answer.json()) as Record<string, unknown>;
}

describe("a scripted model", () => {
  it("answers in each protocol, streamed and not, with the usage of the step", async () => {
    const usage = { input: 5, cacheRead: 3, output: 2 };
    simulator.setScript("k", { steps: Array.from({ length: 6 }, () => ({ do: [{ sh: "ls" }], usage })) });

    const anthropic = await (await post("/r/k/v1/messages", { tools: [BASH] })).json();
    const anthropicStream = await (await post("/r/k/v1/messages", { tools: [BASH], stream: true })).text();
    const responses = await (await post("/r/k/v1/responses", { tools: [SHELL] })).json();
    const responsesStream = await (await post("/r/k/v1/responses", { tools: [SHELL], stream: true })).text();
    const chat = await (await post("/r/k/v1/chat/completions", { tools: [CHAT_SHELL] })).json();
    const chatStream = await (
      await post("/r/k/v1/chat/completions", {
        tools: [CHAT_SHELL],
        stream: true,
        stream_options: { include_usage: true },
      })
    ).text();

    expect(anthropic).toMatchObject({
      content: [{ type: "tool_use", name: "Bash", input: { command: "ls" } }],
      usage: { input_tokens: 5, cache_read_input_tokens: 3, output_tokens: 2 },
    });
    expect(anthropicStream).toMatch(/^event: message_start\n[^]*"output_tokens":2[^]*event: message_stop\n/u);
    expect(responses).toMatchObject({
      output: [{ type: "function_call", name: "exec_command", arguments: '{"cmd":"ls"}' }],
      usage: { input_tokens: 8, output_tokens: 2, total_tokens: 10 },
    });
    expect(responsesStream).toMatch(/event: response.completed\n.*"total_tokens":10/u);
    expect(chat).toMatchObject({ choices: [{ finish_reason: "tool_calls" }], usage: { total_tokens: 10 } });
    expect(chatStream).toMatch(/"total_tokens":10[^]*data: \[DONE\]/u);
  });

  it("says so when its script is exhausted", async () => {
    simulator.setScript("k", { steps: [{ say: "one" }] });
    await post("/r/k/v1/messages", { tools: [BASH] });

    const answer = await post("/r/k/v1/messages", { tools: [BASH] });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { message: "SCRIPT EXHAUSTED" } });
    expect(simulator.report("k")).toMatchObject({ calls: 2, turns: 1, steps: 1 });
  });

  it("spends no step on a request without tools", async () => {
    simulator.setScript("k", { steps: [{ say: "one" }], sideText: "a title" });

    const side = await post("/r/k/v1/messages", { messages: [{ role: "user", content: "title?" }] });

    expect(await side.json()).toMatchObject({ content: [{ text: "a title" }] });
    expect(simulator.report("k")).toMatchObject({ calls: 1, turns: 0 });
  });

  it("belongs to the script whose texts all occur, the one with more texts first", async () => {
    simulator.setScript("author", { match: ["Rex"], steps: [{ say: "author" }] });
    simulator.setScript("remediation", { match: ["Rex", "CI failed"], steps: [{ say: "remediation" }] });

    const first = await messages("issue 1", { system: [{ type: "text", text: "You are Rex." }] });
    const second = await messages("CI failed", { system: "You are Rex." });
    const third = await post("/v1/messages", { tools: [BASH], system: "You are Clippy." });

    expect(first["content"]).toEqual([{ type: "text", text: "author" }]);
    expect(second["content"]).toEqual([{ type: "text", text: "remediation" }]);
    expect(await third.json()).toMatchObject({ error: { message: "NO SCRIPT FOR THIS REQUEST" } });
  });

  it("gives a conversation that is asked again the same answer", async () => {
    simulator.setScript("k", {
      match: ["go"],
      progress: "conversation",
      steps: [{ fault: { error: { status: 529 } } }, { say: "one" }, { say: "two" }],
    });
    const turn = { role: "assistant", content: "one" };
    const started = [{ role: "user", content: "go" }];
    const continued = [...started, turn, { role: "user", content: [{ type: "tool_result", content: "ok" }] }];
    const ask = async (list: object[]) => (await messages("", { messages: list }))["content"] ?? "fault";

    const answers = [await ask(started), await ask(started), await ask(started), await ask(continued)];

    expect(answers).toEqual([
      "fault",
      [{ type: "text", text: "one" }],
      [{ type: "text", text: "one" }],
      [{ type: "text", text: "two" }],
    ]);
  });

  it("writes with what the agent has: a file tool, a patch, JavaScript or the shell", async () => {
    const write = { write: { path: "a b.txt", content: "x\n" } };
    const mcp = { mcp: { server: "docs", tool: "find", input: { q: 1 } } };
    simulator.setScript("k", {
      steps: [{ do: [write] }, { do: [write] }, { do: [write] }, { do: [mcp] }, { do: [mcp] }],
    });
    const writer = { name: "Write", input_schema: { properties: { file_path: {}, content: {} } } };
    const code = { type: "custom", name: "exec" };
    const namespace = { type: "namespace", name: "mcp__docs", tools: [{ type: "function", name: "find" }] };
    const ask = async (path: string, body: object) => JSON.stringify(await (await post(path, body)).json());

    const withFileTool = await ask("/r/k/v1/messages", { tools: [writer], system: "Working directory: /w" });
    const withShell = await ask("/r/k/v1/messages", { tools: [BASH] });
    const withCode = await ask("/r/k/v1/responses", { input: [{ type: "additional_tools", tools: [code] }] });
    const mcpByName = await ask("/r/k/v1/messages", { tools: [BASH] });
    const mcpInNamespace = await ask("/r/k/v1/responses", { tools: [SHELL, namespace] });

    expect(withFileTool).toContain('"input":{"file_path":"/w/a b.txt","content":"x\\n"}');
    expect(withShell).toContain("cat > 'a b.txt' <<");
    expect(withCode).toContain("tools.apply_patch(");
    expect(mcpByName).toContain('"name":"mcp__docs__find","input":{"q":1}');
    expect(mcpInNamespace).toContain('"name":"find","namespace":"mcp__docs"');
  });
});

describe("a fault of a scripted model", () => {
  it("is served as often as it says", async () => {
    simulator.setScript("k", { steps: [{ fault: { error: { status: 500 }, times: 2 } }, { say: "done" }] });
    const ask = async () => (await post("/r/k/v1/messages", { tools: [BASH] })).status;

    expect([await ask(), await ask(), await ask()]).toEqual([500, 500, 200]);
  });
});

describe("the control of a scripted model", () => {
  it("sets a script and reports over HTTP", async () => {
    const put = await fetch(`${simulator.url}/_ctl/k`, { method: "PUT", body: '{"steps":[{"say":"hi"}]}' });
    await post("/r/k/v1/messages", { tools: [BASH] });

    const report = await (await fetch(`${simulator.url}/_ctl/k`)).json();

    expect(put.status).toBe(200);
    expect(report).toMatchObject({ calls: 1, turns: 1, requests: [{ outcome: "step", step: 0, tools: ["Bash"] }] });
  });

  it("refuses a mistake in a script with its path", async () => {
    const put = await fetch(`${simulator.url}/_ctl/k`, { method: "PUT", body: '{"steps":[{"says":"hi"}]}' });

    expect(put.status).toBe(400);
    expect(await put.text()).toContain("script.steps.0");
    expect(() => simulator.setScript("k", { steps: [{}] })).toThrow("script.steps.0: a step says something");
  });

  it("refuses a WebSocket, so that the agent falls back to HTTP", async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${simulator.url}/v1/responses`, { headers: { connection: "Upgrade", upgrade: "websocket" } })
        .on("response", (response) => resolve(response.resume().statusCode))
        .on("error", reject)
        .end();
    });

    expect(status).toBe(426);
  });
});

// The three wire protocols event by event, as coding agents expect them, and how each of them fails.
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startModelSimulator, type ModelSimulator } from "../../src/model-simulator/model-simulator.ts";
import type { ScriptInput } from "../../src/model-simulator/script.ts";
import type { Any } from "../support/github-client.ts";

type Step = ScriptInput["steps"][number];
type Json = Record<string, unknown>;

let simulator: ModelSimulator;

beforeEach(async () => {
  simulator = await startModelSimulator();
});

afterEach(() => simulator.close());

const PROTOCOLS = {
  anthropic: { path: "/v1/messages?beta=true", tool: { name: "Bash", input_schema: { properties: { command: {} } } } },
  responses: {
    path: "/v1/responses",
    tool: { type: "function", name: "exec_command", parameters: { properties: { cmd: {} } } },
  },
  chat: {
    path: "/v1/chat/completions",
    tool: { type: "function", function: { name: "bash", parameters: { properties: { command: {} } } } },
  },
} as const;

interface Asking {
  readonly key?: string;
  readonly signal?: AbortSignal;
}

type Protocol = keyof typeof PROTOCOLS;
const NAMES = Object.keys(PROTOCOLS) as Protocol[];

function ask(protocol: Protocol, more: Json = {}, { key = "k", signal }: Asking = {}): Promise<Response> {
  const { path, tool } = PROTOCOLS[protocol];
  const body = JSON.stringify({ model: "m", tools: [tool], ...more });
  return fetch(`${simulator.url}/r/${key}${path}`, {
    method: "POST",
    body,
    ...(signal === undefined ? {} : { signal }),
  });
}

/** The parsed data of every event of a stream. */
function eventsOf(text: string): Any[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)));
}

const TURN: Step = { think: "hm", say: "A text of some length.", do: [{ sh: "ls" }] };

describe("Anthropic Messages", () => {
  it("streams a turn block by block, thinking with its signature first", async () => {
    simulator.setScript("k", { steps: [TURN] });

    const events = eventsOf(await (await ask("anthropic", { stream: true })).text());

    const course = events.map(({ type, index }) => (index === undefined ? type : `${type} ${index}`) as string);
    expect(course.filter((name, at) => name !== course[at - 1])).toEqual([
      "message_start",
      "ping",
      "content_block_start 0",
      "content_block_delta 0",
      "content_block_stop 0",
      "content_block_start 1",
      "content_block_delta 1",
      "content_block_stop 1",
      "content_block_start 2",
      "content_block_delta 2",
      "content_block_stop 2",
      "message_delta",
      "message_stop",
    ]);
    const deltas = events.map((event) => event.delta);
    const joined = (key: string): string => deltas.map((delta) => (delta?.[key] ?? "") as string).join("");
    expect(deltas.map((delta) => delta?.type)).toEqual(expect.arrayContaining(["signature_delta"]));
    expect(joined("thinking")).toBe("hm");
    expect(joined("text")).toBe("A text of some length.");
    expect(JSON.parse(joined("partial_json"))).toEqual({ command: "ls" });
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: "tool_use" }, usage: { output_tokens: 20 } });
  });
});

describe("OpenAI Responses", () => {
  it("streams items in their order, numbered, and completes with the usage", async () => {
    simulator.setScript("k", { steps: [TURN] });

    const events = eventsOf(await (await ask("responses", { stream: true })).text());

    const course = events.map((event) => (event.type as string).replace("response.", ""));
    expect(course.filter((name, at) => name !== course[at - 1])).toEqual([
      "created",
      "output_item.added",
      "output_item.done",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "output_item.added",
      "function_call_arguments.delta",
      "function_call_arguments.done",
      "output_item.done",
      "completed",
    ]);
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, index) => index));
    expect(events.at(-1)).toMatchObject({
      response: {
        output: [{ type: "reasoning" }, { type: "message" }, { type: "function_call" }],
        usage: { input_tokens: 100, output_tokens: 20, total_tokens: 120 },
      },
    });
  });
});

describe("OpenAI Chat Completions", () => {
  it("streams deltas, then the finish, the usage if it was asked for, and the end", async () => {
    simulator.setScript("k", { steps: [TURN, TURN] });

    const text = await (await ask("chat", { stream: true, stream_options: { include_usage: true } })).text();
    const without = await (await ask("chat", { stream: true })).text();

    const events = eventsOf(text);
    const deltas = events.flatMap((event) => event.choices as Any[]);
    expect(deltas[0]?.delta).toEqual({ role: "assistant", content: "" });
    expect(deltas.map(({ delta }) => (delta.content ?? "") as string).join("")).toBe("A text of some length.");
    const calls = deltas.flatMap(({ delta }) => (delta.tool_calls ?? []) as Any[]);
    expect(JSON.parse(calls.map((call) => call.function.arguments as string).join(""))).toEqual({ command: "ls" });
    expect(deltas.at(-1)?.finish_reason).toBe("tool_calls");
    expect(events.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 100, total_tokens: 120 } });
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
    expect(without).not.toContain('"usage"');
  });
});

describe.each(NAMES)("a fault over %s", (protocol) => {
  let plays = 0;

  async function play(fault: Step["fault"], stream: boolean): Promise<{ status?: number; text: string }> {
    plays += 1;
    const key = `play-${plays}`; // a call that was given up cannot take another's step
    simulator.setScript(key, { steps: [{ say: "a text longer than one piece", fault }] });
    const signal = fault?.hang === undefined ? {} : { signal: AbortSignal.timeout(400) };
    try {
      const answer = await ask(protocol, { stream }, { key, ...signal });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      return { text: (error as Error).name };
    }
  }

  it("can be an HTTP error in the protocol's own shape, with headers", async () => {
    simulator.setScript("k", { steps: [{ fault: { error: { status: 429, headers: { "retry-after": "7" } } } }] });

    const answer = await ask(protocol, { stream: true });

    const { error } = (await answer.json()) as { error: Json };
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([429, "7"]);
    expect(error["message"]).toBe("scripted error");
    expect(protocol === "anthropic" ? error["type"] : error["code"]).toMatch(/^rate_limit/);
  });

  it("can be an error in the middle of a stream, and is an HTTP error where nothing streams", async () => {
    const streamError = { type: "overloaded_error", message: "busy" };

    const streamed = await play({ streamError }, true);
    const whole = await play({ streamError }, false);

    const last = eventsOf(streamed.text).at(-1);
    const shapes = {
      anthropic: { type: "error", error: streamError },
      responses: { type: "response.failed", response: { status: "failed", error: { message: "busy" } } },
      chat: { error: streamError },
    };
    expect(streamed.status).toBe(200);
    expect(streamed.text).toContain("a text longe");
    expect(last).toMatchObject(shapes[protocol]);
    expect(whole.status).toBe(500);
    expect(JSON.parse(whole.text)).toMatchObject({ error: { message: "busy" } });
  });

  it.each([true, false])("can be a page of HTML, an empty body or broken JSON (streamed: %s)", async (stream) => {
    const html = await play({ malformed: "html" }, stream);
    const empty = await play({ malformed: "empty" }, stream);
    const json = await play({ malformed: "json" }, stream);

    expect([html.status, empty.status, json.status]).toEqual([200, 200, 200]);
    expect(html.text).toContain("<html>");
    expect(empty.text).toBe("");
    expect(() => eventsOf(json.text)).toThrow(SyntaxError);
    expect(() => JSON.parse(json.text) as unknown).toThrow(SyntaxError);
  });

  it.each([true, false])("can go bad, end or break in the middle of an answer (streamed: %s)", async (stream) => {
    const bad = await play({ malformed: "event" }, stream);
    const ended = await play({ malformed: "end" }, stream);
    const cut = await play({ malformed: "cut" }, stream);
    const whole = stream ? /message_stop|response\.completed|\[DONE\]/ : /\}$/;

    expect(bad.text).toMatch(/\{not json\n\n$/);
    expect(ended.text).not.toBe("");
    expect(ended.text).not.toMatch(whole);
    expect(cut).toEqual({ text: "TypeError" });
  });

  it.each([true, false])(
    "can hang before or within an answer, or reset the connection (streamed: %s)",
    async (stream) => {
      expect(await play({ hang: "headers" }, stream)).toEqual({ text: "TimeoutError" });
      expect(await play({ hang: "body" }, stream)).toEqual({ text: "TimeoutError" });
      expect(await play({ reset: true }, stream)).toEqual({ text: "TypeError" });
    },
  );

  it("can be slow to begin and between the pieces, and says when the script is exhausted", async () => {
    simulator.setScript("k", { steps: [{ say: "x".repeat(36), delayMs: 150, pieceDelayMs: 100 }] });
    const start = performance.now();

    const answer = await ask(protocol, { stream: true });
    const toBegin = performance.now() - start;
    await answer.text();
    const toEnd = performance.now() - start;
    const exhausted = await ask(protocol, { stream: true });

    expect(toBegin).toBeGreaterThan(140);
    expect(toEnd - toBegin).toBeGreaterThan(180);
    expect(exhausted.status).toBe(400);
    expect(await exhausted.text()).toContain("SCRIPT EXHAUSTED");
  });
});

it("serves a fault for ever when it says so", async () => {
  simulator.setScript("k", { steps: [{ fault: { error: { status: 529 }, times: 0 } }, { say: "never" }] });

  const statuses = [];
  for (let time = 0; time < 5; time += 1) statuses.push((await ask("anthropic")).status);

  expect(statuses).toEqual([529, 529, 529, 529, 529]);
});

it.each([
  ["gzip", gzipSync],
  ["zstd", zstdCompressSync],
] as const)("reads a body in %s", async (encoding, compress) => {
  simulator.setScript("k", { steps: [{ say: "read" }] });
  const body = compress(JSON.stringify({ model: "m", tools: [PROTOCOLS.anthropic.tool] }));

  const answer = await fetch(`${simulator.url}/r/k/v1/messages`, {
    method: "POST",
    body,
    headers: { "content-encoding": encoding },
  });

  expect(await answer.json()).toMatchObject({ content: [{ text: "read" }] });
});

it("answers the probes of coding agents: the list of models, a count of tokens, and 404 for the rest", async () => {
  const models = await fetch(`${simulator.url}/r/k/v1/models?client_version=1`);
  const count = await fetch(`${simulator.url}/r/k/v1/messages/count_tokens`, { method: "POST", body: "x".repeat(400) });
  const head = await fetch(`${simulator.url}/`, { method: "HEAD" });
  const unknown = await fetch(`${simulator.url}/r/k/v1/embeddings`, { method: "POST", body: "{}" });

  expect(await models.json()).toMatchObject({ data: [{ id: "scripted" }] });
  expect(await count.json()).toEqual({ input_tokens: 100 });
  expect([head.status, unknown.status]).toEqual([404, 404]);
});

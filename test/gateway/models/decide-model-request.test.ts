import { describe, expect, it } from "vitest";
import type { ModelProtocol } from "../../../src/gateway/decide-route.ts";
import { decideModelRequest, PROVIDER_OVERHEAD_TOKENS } from "../../../src/gateway/models/decide-model-request.ts";

function decide(protocol: ModelProtocol, body: Readonly<Record<string, unknown>>) {
  return decideModelRequest({ protocol, body, bytes: 1_000, outputTokensMax: 100 });
}

function sent(protocol: ModelProtocol, body: Readonly<Record<string, unknown>>) {
  const decision = decide(protocol, body);
  if (decision.kind === "refuse") throw new Error(decision.message);
  return decision;
}

describe("a model request", () => {
  it("has as its bound every byte as a token, and the output that it asks for", () => {
    expect(sent("anthropic-messages", { max_tokens: 40 }).bound).toEqual({
      inputTokens: 1_000 + PROVIDER_OVERHEAD_TOKENS,
      outputTokens: 40,
      longCache: false,
    });
  });

  it.each([
    ["anthropic-messages", {}, { max_tokens: 100 }],
    ["anthropic-messages", { max_tokens: 500 }, { max_tokens: 100 }],
    ["anthropic-messages", { max_tokens: "no" }, { max_tokens: 100 }],
    [
      "anthropic-messages",
      { max_tokens: 500, thinking: { type: "enabled", budget_tokens: 400 } },
      { max_tokens: 100, thinking: { type: "enabled", budget_tokens: 99 } },
    ],
    ["anthropic-messages", { thinking: { budget_tokens: 9 } }, { thinking: { budget_tokens: 9 } }],
    ["openai-responses", { max_output_tokens: 7 }, { max_output_tokens: 7 }],
    ["openai-responses", {}, { max_output_tokens: 100 }],
    ["openai-chat-completions", {}, { max_completion_tokens: 100 }],
    ["openai-chat-completions", { max_tokens: 9_000 }, { max_tokens: 100 }],
  ] as const)("of %s with %j names its largest answer", (protocol, body, expected) => {
    expect(sent(protocol, body).body).toMatchObject(expected);
  });

  it("asks Chat Completions for the usage of a stream", () => {
    const body = { stream: true, stream_options: { other: 1 } };

    expect(sent("openai-chat-completions", body).body["stream_options"]).toEqual({ other: 1, include_usage: true });
    expect(sent("openai-chat-completions", {}).body).not.toHaveProperty("stream_options");
    expect(sent("openai-responses", { stream: true }).body).not.toHaveProperty("stream_options");
  });

  it("knows when the dearer cache may be written", () => {
    const system = [{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } }];

    expect(sent("anthropic-messages", { system }).bound.longCache).toBe(true);
  });

  it("loses the tools that run at the provider, and keeps those of the agent", () => {
    const anthropic = sent("anthropic-messages", {
      tools: [{ name: "Bash" }, { type: "bash_20250124" }, { type: "web_search_20250305" }, { type: "web_fetch_1" }],
    });
    const responses = sent("openai-responses", {
      tools: [{ type: "function", name: "x" }, { type: "web_search" }, { type: "mcp" }],
      input: [
        { type: "message", content: "x" },
        { type: "additional_tools", tools: [{ type: "custom", name: "exec" }, { type: "code_interpreter" }] },
      ],
    });

    expect(anthropic.body["tools"]).toEqual([{ name: "Bash" }, { type: "bash_20250124" }]);
    expect(anthropic.removedTools).toEqual(["web_search_20250305", "web_fetch_1"]);
    expect(JSON.stringify(responses.body)).not.toMatch(/web_search|mcp|code_interpreter/u);
    expect(JSON.stringify(responses.body)).toContain("exec");
  });

  it("loses what would make it dearer", () => {
    const body = { service_tier: "priority", speed: "fast", inference_geo: "us", web_search_options: {} };

    expect(sent("openai-responses", body).body).toEqual({ max_output_tokens: 100 });
    expect(sent("openai-responses", { service_tier: "flex" }).body).toMatchObject({ service_tier: "flex" });
  });

  it.each([
    ["openai-responses", { previous_response_id: "r" }, "previous_response_id"],
    ["openai-responses", { conversation: { id: "c" } }, "conversation"],
    ["openai-responses", { prompt: { id: "p" } }, "prompt"],
    ["openai-responses", { background: true }, "background"],
    ["anthropic-messages", { mcp_servers: [{ url: "x" }] }, "mcp_servers"],
    ["anthropic-messages", { container: "c" }, "container"],
    ["openai-chat-completions", { n: 2 }, "n:"],
    ["openai-responses", { input: [{ type: "item_reference", id: "i" }] }, "item_reference"],
    ["openai-responses", { input: [{ content: [{ type: "input_file", file_url: "https://x" }] }] }, "file_url"],
    ["openai-responses", { input: [{ content: [{ type: "input_file", file_id: "f" }] }] }, "file_id"],
    ["openai-responses", { input: [{ output: [{ type: "input_image", image_url: "https://x" }] }] }, "image_url"],
    ["openai-chat-completions", { messages: [{ content: [{ image_url: { url: "https://x" } }] }] }, "image_url"],
    ["openai-chat-completions", { messages: [{ content: [{ file: { file_id: "f" } }] }] }, "file_id"],
    ["anthropic-messages", { messages: [{ content: [{ source: { type: "url", url: "https://x" } }] }] }, "source.type"],
    [
      "anthropic-messages",
      { messages: [{ content: [{ type: "tool_result", content: [{ source: { type: "file" } }] }] }] },
      "source.type",
    ],
  ] as const)("of %s with %j is refused", (protocol, body, why) => {
    const decision = decide(protocol, body);

    expect(decision.kind === "refuse" ? decision.message : "").toContain(why);
  });

  it.each([
    ["openai-responses", { previous_response_id: null, background: false, store: true }],
    ["anthropic-messages", { mcp_servers: [] }],
    ["openai-chat-completions", { n: 1 }],
    ["anthropic-messages", { messages: [{ content: [{ source: { type: "base64", data: "x" } }] }] }],
    ["openai-responses", { input: [{ content: [{ image_url: "data:image/png;base64,x" }] }] }],
    // A tool whose own arguments are named like that is none of our business.
    ["anthropic-messages", { tools: [{ name: "f", input_schema: { properties: { file_url: {} } } }] }],
  ] as const)("of %s with %j is sent", (protocol, body) => {
    expect(decide(protocol, body).kind).toBe("send");
  });
});

// Claude Code: the command that starts a turn, and its events read line by line.
import { describe, expect, it } from "vitest";
import { CLAUDE_CODE } from "../../../src/agent/coding-agents/claude-code.ts";
import { agentTurn, readAll } from "../../support/agent-turns.ts";

describe("the command", () => {
  it("reaches the gateway, and holds neither prompt nor token", () => {
    const { argv, environment, files, stdin } = CLAUDE_CODE.plan(agentTurn({ binary: "/bin/claude" }));

    expect(argv.slice(0, 4)).toEqual(["/bin/claude", "-p", "--output-format", "stream-json"]);
    expect(argv.join(" ")).not.toMatch(/the-token|Sell hats|--mcp-config|--resume/);
    expect(environment).toMatchObject({
      ANTHROPIC_BASE_URL: "http://127.0.0.1:8080/model/anthropic",
      ANTHROPIC_API_KEY: "the-token",
      CLAUDE_CONFIG_DIR: "/state/claude",
    });
    expect(files).toEqual({ "/state/system-prompt.md": 'Be "exact".' });
    expect(stdin).toBe("Sell hats.");
  });

  it("resumes a session, and starts the allowed servers and no others", () => {
    const mcpServers = { docs: { command: "docs-mcp", args: ["--fast"], env: {} } };

    const { argv, files } = CLAUDE_CODE.plan(agentTurn({ sessionId: "session-1", mcpServers }));

    expect(argv.slice(-4)).toEqual(["--resume", "session-1", "--system-prompt-snapshot", "off"]);
    expect(argv).toContain("--strict-mcp-config");
    expect(JSON.parse(files["/state/mcp.json"] ?? "")).toEqual({
      mcpServers: { docs: { type: "stdio", command: "docs-mcp", args: ["--fast"], env: {} } },
    });
  });
});

const INIT = '{"type":"system","subtype":"init","session_id":"session-1"}';

function result(more: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ type: "result", subtype: "success", is_error: false, result: "Done.", usage: {}, ...more });
}

describe("the events", () => {
  it("of a turn that ends well: session, text, tools, usage", () => {
    const usage = {
      input_tokens: 10,
      cache_creation_input_tokens: 20,
      cache_read_input_tokens: 30,
      output_tokens: 4,
    };
    const { state, events } = readAll(CLAUDE_CODE, [
      INIT,
      '{"type":"system","subtype":"api_retry","attempt":1,"error_status":500}',
      '{"type":"system","subtype":"status"}',
      '{"type":"assistant","message":{"content":[{"type":"text","text":"I look."}]}}',
      '{"type":"assistant","message":{"content":[{"type":"tool_use","name":"Bash","input":{"command":"ls"}}]}}',
      '{"type":"user","message":{"content":[{"type":"tool_result","content":"no","is_error":true}]}}',
      '{"type":"user","message":{"content":"plain"}}',
      '{"type":"assistant","message":{"content":[{"type":"thinking","thinking":"hm"}]}}',
      '{"type":"stream_event"}',
      result({ usage }),
    ]);

    expect(state).toMatchObject({ sessionId: "session-1", ended: true, error: undefined, finalText: "Done." });
    expect(state.usage).toEqual({ input: 10, cacheWrite: 20, cacheRead: 30, output: 4 });
    expect(events.map((event) => event.kind)).toEqual(["session", "retry", "text", "tool", "tool-result"]);
    expect(events.at(-1)).toEqual({ kind: "tool-result", ok: false, output: "no" });
  });

  it.each([
    [{ is_error: true, api_error_status: 401, result: "Invalid API key" }, "auth"],
    [{ is_error: true, api_error_status: 402, result: "API Error: 402" }, "budget"],
    [{ is_error: true, result: "Prompt is too long" }, "context"],
    [{ is_error: true, api_error_status: 529, result: "Overloaded" }, "overloaded"],
    [{ subtype: "error_max_turns", result: undefined, errors: ["too many turns"] }, "turns"],
    [{ subtype: "error_max_budget_usd", result: undefined }, "budget"],
    [{ subtype: "error_during_execution", result: undefined, is_error: true, errors: ["it broke"] }, "unknown"],
  ])("of a turn that failed, also where its subtype says success: %j", (more, kind) => {
    const { state } = readAll(CLAUDE_CODE, [INIT, result(more)]);

    expect(state).toMatchObject({ ended: true, error: { kind } });
  });

  it("that stop in the middle leave the turn unended", () => {
    expect(readAll(CLAUDE_CODE, [INIT, '{"type":"assis']).state).toMatchObject({ ended: false });
  });
});

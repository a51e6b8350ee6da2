// Codex: the command that starts a turn, and its events read line by line.
import { describe, expect, it } from "vitest";
import { CODEX } from "../../../src/agent/coding-agents/codex.ts";
import { NO_USAGE, TURN_BEGUN } from "../../../src/agent/coding-agents/coding-agent.ts";
import { agentTurn, readAll } from "../../support/agent-turns.ts";

describe("the command", () => {
  it("names the gateway as provider, and holds neither prompt nor token", () => {
    const { argv, environment, stdin } = CODEX.plan(agentTurn());

    expect(argv.slice(0, 3)).toEqual(["/bin/codex", "exec", "--json"]);
    expect(argv.at(-1)).toBe("-");
    expect(argv.join(" ")).toContain('base_url="http://127.0.0.1:8080/model/openai/v1"');
    expect(argv.join(" ")).not.toMatch(/the-token|Sell hats/);
    expect(argv).toContain('developer_instructions="Be \\"exact\\"."');
    expect(environment).toEqual({ CODEX_HOME: "/state/codex", RUNYARD_MODEL_TOKEN: "the-token" });
    expect(stdin).toBe("Sell hats.");
  });

  it("resumes a session, and starts the allowed servers", () => {
    const mcpServers = { docs: { command: "docs-mcp", args: ["--fast"], env: { A: "1" } } };

    const { argv } = CODEX.plan(agentTurn({ sessionId: "thread-1", mcpServers }));

    expect(argv.slice(1, 3)).toEqual(["exec", "resume"]);
    expect(argv.slice(-2)).toEqual(["thread-1", "-"]);
    expect(argv).toContain('mcp_servers."docs"={command="docs-mcp",args=["--fast"],env={"A"="1"},required=true}');
  });
});

const STARTED = '{"type":"thread.started","thread_id":"thread-1"}';

describe("the events", () => {
  it("of a turn that ends well: session, text, tools, usage", () => {
    const { state, events } = readAll(CODEX, [
      STARTED,
      '{"type":"turn.started"}',
      '{"type":"item.completed","item":{"type":"reasoning","text":"hm"}}',
      '{"type":"item.started","item":{"type":"command_execution","command":"ls"}}',
      '{"type":"item.updated","item":{"type":"command_execution","command":"ls"}}',
      '{"type":"item.completed","item":{"type":"command_execution","aggregated_output":"a.js","status":"completed"}}',
      '{"type":"item.completed","item":{"type":"file_change","changes":[{"path":"a.js"}],"status":"failed"}}',
      '{"type":"item.completed","item":{"type":"agent_message","text":"Done."}}',
      "not json",
      '{"type":"turn.completed","usage":{"input_tokens":100,"cached_input_tokens":40,"cache_write_input_tokens":5,"output_tokens":7}}',
    ]);

    expect(state).toMatchObject({ sessionId: "thread-1", ended: true, error: undefined, finalText: "Done." });
    expect(state.usage).toEqual({ input: 60, cacheRead: 40, cacheWrite: 5, output: 7 });
    expect(events.map((event) => event.kind)).toEqual(["session", "tool", "tool-result", "tool-result", "text"]);
    expect(events[3]).toMatchObject({ ok: false });
  });

  it("that tell of reconnecting are no failure", () => {
    const { state, events } = readAll(CODEX, [
      STARTED,
      '{"type":"error","message":"Reconnecting... 1/4"}',
      '{"type":"error","message":"something odd"}',
      '{"type":"item.completed","item":{"type":"error","message":"model metadata missing"}}',
      '{"type":"turn.completed","usage":{}}',
    ]);

    expect(state).toMatchObject({ ended: true, error: undefined });
    expect(events.map((event) => event.kind)).toEqual(["session", "retry", "warning", "warning"]);
  });

  it("count on over a resumed session: only this turn's part is its usage", () => {
    const usageBefore = { input: 60, cacheRead: 40, cacheWrite: 0, output: 7 };
    const line = '{"type":"turn.completed","usage":{"input_tokens":250,"cached_input_tokens":140,"output_tokens":17}}';

    const { state } = CODEX.read(line, TURN_BEGUN, agentTurn({ sessionId: "thread-1", usageBefore }));

    expect(state.usage).toEqual({ input: 50, cacheRead: 100, cacheWrite: 0, output: 10 });
    expect(state.usageTotal).toEqual({ input: 110, cacheRead: 140, cacheWrite: 0, output: 17 });
    expect(CODEX.read(line, TURN_BEGUN, agentTurn({ usageBefore })).state.usage.output).toBe(17);
  });

  it.each([
    ["exceeded retry limit, last status: 402 Payment Required: BudgetExceeded", "budget", 402],
    ["exceeded retry limit, last status: 401 Unauthorized", "auth", 401],
    ["Your input exceeds the context window of this model", "context", undefined],
    ["exceeded retry limit, last status: 429 Too Many Requests", "rate-limit", 429],
    ["unexpected status 503 Service Unavailable", "overloaded", 503],
    ["unexpected status 500 Internal Server Error", "server", 500],
    ["unexpected status 400 Bad Request", "request", 400],
    ["stream disconnected before completion", "network", undefined],
    ["it went wrong", "unknown", undefined],
  ])("of a failed turn: %s", (message, kind, status) => {
    const { state } = readAll(CODEX, [STARTED, JSON.stringify({ type: "turn.failed", error: { message } })]);

    expect(state.ended).toBe(true);
    expect(state.error).toEqual({ kind, message, ...(status === undefined ? {} : { status }) });
    expect(state.usage).toEqual(NO_USAGE);
  });
});

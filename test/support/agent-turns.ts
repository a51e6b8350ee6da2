// A turn of a coding agent; a test changes the one thing it is about.
import {
  NO_USAGE,
  TURN_BEGUN,
  type AgentEvent,
  type AgentTurn,
  type CodingAgent,
  type TurnState,
} from "../../src/agent/coding-agents/coding-agent.ts";

export function agentTurn(change: Partial<AgentTurn> = {}): AgentTurn {
  return {
    binary: "/bin/codex",
    workingDirectory: "/workspace/repo",
    stateDirectory: "/state",
    prompt: "Sell hats.",
    systemPrompt: 'Be "exact".',
    model: "gpt-5.5",
    modelUrl: "http://127.0.0.1:8080/model",
    token: "the-token",
    mcpServers: {},
    sessionId: undefined,
    usageBefore: NO_USAGE,
    ...change,
  };
}

/** Reads the lines from the beginning of a turn. */
export function readAll(
  agent: CodingAgent,
  lines: readonly string[],
): { readonly state: TurnState; readonly events: readonly AgentEvent[] } {
  let state = TURN_BEGUN;
  const events: AgentEvent[] = [];
  for (const line of lines) {
    const read = agent.read(line, state, agentTurn());
    state = read.state;
    events.push(...read.events);
  }
  return { state, events };
}

// One turn of a coding agent: started by its adapter's plan, read line by line, ended by our own limits.
import type { ProcessResult } from "../platform/process-runner.ts";
import type { AgentEvent, AgentTurn, CodingAgent, TurnState } from "./coding-agents/coding-agent.ts";
import { TURN_BEGUN } from "./coding-agents/coding-agent.ts";
import type { StageContainer } from "./container.ts";

export interface TurnResult {
  /** AgentFinished, or why it did not: BudgetExceeded, UsageLimited, WallTimeExceeded, IdleTimeExceeded, AgentFailed, AgentMissing. */
  readonly reason: string;
  readonly message: string;
  readonly state: TurnState;
}

/** Runs a turn. An agent that fails is a result; only infrastructure throws. */
export async function runCodingAgent(
  agent: CodingAgent,
  turn: AgentTurn,
  container: StageContainer,
  { environment, wallMs }: { readonly environment: Readonly<Record<string, string>>; readonly wallMs: number },
): Promise<TurnResult> {
  const command = agent.plan(turn);
  for (const [path, content] of Object.entries(command.files)) await container.files.write(path, content, 0o600);
  let state = TURN_BEGUN;
  const { limits } = container.run;
  const result = await container.runner.run({
    argv: command.argv,
    directory: turn.workingDirectory,
    environment: { ...environment, ...command.environment },
    stdin: command.stdin,
    wallMs,
    idleMs: limits.stageIdleSeconds * 1000,
    onLine: (line) => {
      const read = agent.read(line, state, turn);
      state = read.state;
      for (const event of read.events) container.log.write("info", describeEvent(event), { agent: agent.name });
    },
  });
  return { ...judge(agent, result, state), state };
}

/** Success is a terminal event, no error in it, and exit code 0. */
function judge(
  agent: CodingAgent,
  result: ProcessResult,
  state: TurnState,
): { readonly reason: string; readonly message: string } {
  if (result.ending === "not-found") {
    return {
      reason: "AgentMissing",
      message: `the program of ${agent.name} is not in this container; install it or choose another cli`,
    };
  }
  if (result.ending === "wall-time")
    return { reason: "WallTimeExceeded", message: "the agent used all of limits.stageWallSeconds" };
  if (result.ending === "idle-time")
    return { reason: "IdleTimeExceeded", message: "the agent said nothing for limits.stageIdleSeconds" };
  if (state.error !== undefined) return { reason: errorReason(state.error.kind), message: state.error.message };
  if (!state.ended) {
    const end = result.signal ?? `exit code ${result.exitCode ?? "none"}`;
    return {
      reason: "AgentFailed",
      message: `${agent.name} ended (${end}) without finishing its turn: ${result.stderr.trim().slice(-500)}`,
    };
  }
  if (result.exitCode !== 0)
    return { reason: "AgentFailed", message: `${agent.name} ended with exit code ${result.exitCode ?? "none"}` };
  return { reason: "AgentFinished", message: "the agent finished its turn" };
}

function errorReason(kind: NonNullable<TurnState["error"]>["kind"]): string {
  if (kind === "budget") return "BudgetExceeded";
  return kind === "rate-limit" ? "UsageLimited" : "AgentFailed";
}

function describeEvent(event: AgentEvent): string {
  switch (event.kind) {
    case "session":
      return `session ${event.id}`;
    case "text":
      return event.text;
    case "tool":
      return `→ ${event.name} ${event.input}`;
    case "tool-result":
      return `${event.ok ? "✓" : "✗"} ${event.output}`;
    case "retry":
    case "warning":
      return `${event.kind}: ${event.message}`;
  }
}

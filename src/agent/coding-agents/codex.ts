// Codex (`codex exec --json`). Facts: the provider is named on the command line because OPENAI_BASE_URL is ignored; usage
// counts on over a resumed session; `error` events are also used for reconnecting, only `turn.failed` is final.
import {
  classifyError,
  NO_USAGE,
  parseLine,
  shown,
  type AgentCommand,
  type AgentEvent,
  type AgentTurn,
  type CodingAgent,
  type ReadLine,
  type TokenUsage,
  type TurnState,
} from "./coding-agent.ts";

/** The variable that carries the token; kept from the agent's tools. */
const TOKEN_VARIABLE = "RUNYARD_MODEL_TOKEN";
const RETRIES = 4;
const STREAM_IDLE_MS = 300_000;

export const CODEX: CodingAgent = { name: "codex", memoryFile: "codex/AGENTS.md", plan, read };

function plan(turn: AgentTurn): AgentCommand {
  const home = `${turn.stateDirectory}/codex`;
  const provider =
    `{name="runyard",base_url=${toml(`${turn.modelUrl}/openai/v1`)},wire_api="responses",env_key="${TOKEN_VARIABLE}",` +
    `request_max_retries=${RETRIES},stream_max_retries=${RETRIES},stream_idle_timeout_ms=${STREAM_IDLE_MS}}`;
  const settings = [
    `model_provider="runyard"`,
    `model_providers.runyard=${provider}`,
    `developer_instructions=${toml(turn.systemPrompt)}`,
    `shell_environment_policy.exclude=["${TOKEN_VARIABLE}"]`,
    "check_for_update_on_startup=false",
    "analytics.enabled=false",
    ...Object.entries(turn.mcpServers).map(([name, server]) => mcpSetting(name, server)),
  ];
  return {
    argv: [
      turn.binary,
      "exec",
      ...(turn.sessionId === undefined ? [] : ["resume"]),
      "--json",
      // The container is the sandbox; Codex' own would make .git read-only.
      "--dangerously-bypass-approvals-and-sandbox",
      "--strict-config",
      "--disable",
      "plugins",
      "-m",
      turn.model,
      ...settings.flatMap((setting) => ["-c", setting]),
      ...(turn.sessionId === undefined ? [] : [turn.sessionId]),
      "-",
    ],
    environment: { CODEX_HOME: home, [TOKEN_VARIABLE]: turn.token },
    // Codex wants its home to exist.
    files: { [`${home}/README`]: "State of a Runyard run.\n" },
    stdin: turn.prompt,
  };
}

/** TOML's basic strings are JSON's, but for DEL. */
function toml(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}

function mcpSetting(name: string, server: AgentTurn["mcpServers"][string]): string {
  const env = Object.entries(server.env).map(([key, value]) => `${toml(key)}=${toml(value)}`);
  const args = server.args.map((argument) => toml(argument));
  // Without `required` a broken server is silently left out.
  return `mcp_servers.${toml(name)}={command=${toml(server.command)},args=[${args.join(",")}],env={${env.join(",")}},required=true}`;
}

interface CodexItem {
  readonly type?: string;
  readonly text?: string;
  readonly command?: unknown;
  readonly changes?: unknown;
  readonly arguments?: unknown;
  readonly aggregated_output?: unknown;
  readonly result?: unknown;
  readonly status?: string;
  readonly message?: string;
}

interface CodexLine {
  readonly type?: string;
  readonly thread_id?: string;
  readonly message?: string;
  readonly error?: { readonly message?: string };
  readonly usage?: Readonly<Record<string, number>>;
  readonly item?: CodexItem;
}

function read(line: string, state: TurnState, turn: AgentTurn): ReadLine {
  const event = parseLine(line) as CodexLine | undefined;
  if (event === undefined) return { state, events: [] };
  switch (event.type) {
    case "thread.started":
      return {
        state: { ...state, sessionId: event.thread_id },
        events: [{ kind: "session", id: event.thread_id ?? "" }],
      };
    case "error":
      return { state, events: [notice(event.message ?? "")] };
    case "turn.failed":
      return {
        state: { ...state, ended: true, error: classifyError(event.error?.message ?? "turn failed", undefined) },
        events: [],
      };
    case "turn.completed":
      return { state: { ...state, ended: true, ...usageOf(event.usage ?? {}, turn) }, events: [] };
    default:
      return readItem(event, state);
  }
}

function notice(message: string): AgentEvent {
  return message.startsWith("Reconnecting") ? { kind: "retry", message } : { kind: "warning", message };
}

function readItem({ type, item }: CodexLine, state: TurnState): ReadLine {
  if (item === undefined) return { state, events: [] };
  switch (item.type) {
    case "reasoning":
      return { state, events: [] };
    case "error":
      return { state, events: [{ kind: "warning", message: item.message ?? "" }] };
    case "agent_message":
      return type === "item.completed" ? readMessage(item.text ?? "", state) : { state, events: [] };
    default:
      return { state, events: toolEvents(type, item) };
  }
}

function readMessage(text: string, state: TurnState): ReadLine {
  return { state: { ...state, finalText: text }, events: [{ kind: "text", text }] };
}

function toolEvents(type: string | undefined, item: CodexItem): readonly AgentEvent[] {
  if (type === "item.started") {
    return [{ kind: "tool", name: item.type ?? "tool", input: shown(item.command ?? item.changes ?? item.arguments) }];
  }
  if (type !== "item.completed") return [];
  const output = shown(item.aggregated_output ?? item.result ?? item.changes);
  return [{ kind: "tool-result", ok: item.status === "completed", output }];
}

/** Codex counts cached input within input, and counts on over a resumed session. */
function usageOf(usage: Readonly<Record<string, number>>, turn: AgentTurn): Pick<TurnState, "usage" | "usageTotal"> {
  const cacheRead = usage["cached_input_tokens"] ?? 0;
  const total: TokenUsage = {
    input: (usage["input_tokens"] ?? 0) - cacheRead,
    cacheRead,
    cacheWrite: usage["cache_write_input_tokens"] ?? 0,
    output: usage["output_tokens"] ?? 0,
  };
  const before = turn.sessionId === undefined ? NO_USAGE : turn.usageBefore;
  return { usageTotal: total, usage: difference(total, before) };
}

function difference(total: TokenUsage, before: TokenUsage): TokenUsage {
  const left = (key: keyof TokenUsage) => Math.max(0, total[key] - before[key]);
  return { input: left("input"), cacheRead: left("cacheRead"), cacheWrite: left("cacheWrite"), output: left("output") };
}

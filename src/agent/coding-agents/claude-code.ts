// Claude Code (`claude -p --output-format stream-json`). Facts: a failed call can end with subtype "success" and
// is_error true; system prompts of a resumed session are only taken anew with the snapshot off; usage is per turn.
import {
  classifyError,
  parseLine,
  shown,
  type AgentCommand,
  type AgentError,
  type AgentEvent,
  type AgentTurn,
  type CodingAgent,
  type ReadLine,
  type TurnState,
} from "./coding-agent.ts";

const RETRIES = "4";

export const CLAUDE_CODE: CodingAgent = { name: "claude", memoryFile: "claude/CLAUDE.md", plan, read };

function plan(turn: AgentTurn): AgentCommand {
  const home = `${turn.stateDirectory}/claude`;
  const systemPromptFile = `${turn.stateDirectory}/system-prompt.md`;
  const mcpFile = `${turn.stateDirectory}/mcp.json`;
  const servers = Object.entries(turn.mcpServers).map(
    ([name, server]) => [name, { type: "stdio", ...server }] as const,
  );
  const mcp = servers.length === 0 ? [] : ["--mcp-config", mcpFile, "--strict-mcp-config"];
  return {
    argv: [
      turn.binary,
      "-p",
      "--output-format",
      "stream-json",
      "--verbose",
      "--dangerously-skip-permissions",
      "--model",
      turn.model,
      "--append-system-prompt-file",
      systemPromptFile,
      ...mcp,
      ...(turn.sessionId === undefined ? [] : ["--resume", turn.sessionId, "--system-prompt-snapshot", "off"]),
    ],
    environment: {
      CLAUDE_CONFIG_DIR: home,
      ANTHROPIC_BASE_URL: `${turn.modelUrl}/anthropic`,
      ANTHROPIC_API_KEY: turn.token,
      // Without it, root is refused --dangerously-skip-permissions; the container is the sandbox.
      IS_SANDBOX: "1",
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
      DISABLE_AUTOUPDATER: "1",
      ENABLE_TOOL_SEARCH: "false",
      CLAUDE_CODE_MAX_RETRIES: RETRIES,
    },
    files: {
      [systemPromptFile]: turn.systemPrompt,
      ...(servers.length === 0 ? {} : { [mcpFile]: JSON.stringify({ mcpServers: Object.fromEntries(servers) }) }),
    },
    stdin: turn.prompt,
  };
}

interface ClaudeContent {
  readonly type?: string;
  readonly text?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly content?: unknown;
  readonly is_error?: boolean;
}

interface ClaudeLine {
  readonly type?: string;
  readonly subtype?: string;
  readonly session_id?: string;
  readonly attempt?: number;
  readonly error_status?: number | null;
  readonly message?: { readonly content?: readonly ClaudeContent[] | string };
  readonly result?: string;
  readonly errors?: readonly string[];
  readonly is_error?: boolean;
  readonly api_error_status?: number | null;
  readonly usage?: Readonly<Record<string, unknown>>;
}

function read(line: string, state: TurnState): ReadLine {
  const event = parseLine(line) as ClaudeLine | undefined;
  switch (event?.type) {
    case "system":
      return readSystem(event, state);
    case "assistant":
    case "user":
      return { state, events: contentOf(event).flatMap((content) => contentEvents(content)) };
    case "result":
      return { state: finish(event, state), events: [] };
    default:
      return { state, events: [] };
  }
}

function readSystem(event: ClaudeLine, state: TurnState): ReadLine {
  if (event.subtype === "init") {
    const id = event.session_id ?? "";
    return { state: { ...state, sessionId: id }, events: [{ kind: "session", id }] };
  }
  if (event.subtype !== "api_retry") return { state, events: [] };
  return {
    state,
    events: [{ kind: "retry", message: `attempt ${event.attempt ?? "?"}, status ${event.error_status ?? "none"}` }],
  };
}

function contentOf(event: ClaudeLine): readonly ClaudeContent[] {
  const content = event.message?.content;
  return Array.isArray(content) ? (content as readonly ClaudeContent[]) : [];
}

function contentEvents(content: ClaudeContent): readonly AgentEvent[] {
  if (content.type === "text") return [{ kind: "text", text: content.text ?? "" }];
  if (content.type === "tool_use") return [{ kind: "tool", name: content.name ?? "tool", input: shown(content.input) }];
  if (content.type !== "tool_result") return [];
  return [{ kind: "tool-result", ok: content.is_error !== true, output: shown(content.content) }];
}

function finish(event: ClaudeLine, state: TurnState): TurnState {
  const count = (name: string) => Number(event.usage?.[name] ?? 0);
  const usage = {
    input: count("input_tokens"),
    cacheRead: count("cache_read_input_tokens"),
    cacheWrite: count("cache_creation_input_tokens"),
    output: count("output_tokens"),
  };
  const error = errorOf(event);
  return { ...state, ended: true, finalText: event.result, usage, usageTotal: usage, error };
}

function errorOf(event: ClaudeLine): AgentError | undefined {
  const message = event.result ?? event.errors?.join("; ") ?? event.subtype ?? "";
  if (event.subtype === "error_max_turns") return { kind: "turns", message };
  if (event.subtype === "error_max_budget_usd") return { kind: "budget", message };
  if (event.is_error !== true && event.subtype === "success") return undefined;
  return classifyError(message, event.api_error_status ?? undefined);
}

// The contract of a coding-agent CLI: how to start it for one turn, and how to read what it prints. Pure on both sides;
// starting, limits and logs are run-coding-agent.ts. Success is a terminal event without an error, never an exit code alone.

export interface McpServer {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** One turn of an agent. */
export interface AgentTurn {
  readonly binary: string;
  readonly workingDirectory: string;
  /** Private to the run and kept for resuming: configuration, sessions. Not below /tmp. */
  readonly stateDirectory: string;
  readonly prompt: string;
  readonly systemPrompt: string;
  readonly model: string;
  /** Of the gateway's route for models, without a slash at the end: `<gateway>/model`. */
  readonly modelUrl: string;
  /** The run's token for the gateway; the only credential the CLI has. */
  readonly token: string;
  readonly mcpServers: Readonly<Record<string, McpServer>>;
  /** The session to resume, by its id. */
  readonly sessionId: string | undefined;
  /** What the session had used when its last turn ended, for CLIs that count on. */
  readonly usageBefore: TokenUsage;
}

export interface AgentCommand {
  /** Never holds the prompt or the token. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Files to write before the start, by absolute path. */
  readonly files: Readonly<Record<string, string>>;
  /** Closed after it was written: an open standard input makes some CLIs wait for ever. */
  readonly stdin: string;
}

/** Tokens, each counted once: input without what came from the cache. */
export interface TokenUsage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
}

export const NO_USAGE: TokenUsage = { input: 0, cacheRead: 0, cacheWrite: 0, output: 0 };

export type AgentErrorKind =
  | "auth"
  | "rate-limit"
  | "overloaded"
  | "budget"
  | "context"
  | "server"
  | "request"
  | "network"
  | "turns"
  | "unknown";

export interface AgentError {
  readonly kind: AgentErrorKind;
  readonly message: string;
  readonly status?: number;
}

/** What a person sees of the turn. */
export type AgentEvent =
  | { readonly kind: "session"; readonly id: string }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tool"; readonly name: string; readonly input: string }
  | { readonly kind: "tool-result"; readonly ok: boolean; readonly output: string }
  | { readonly kind: "retry"; readonly message: string }
  | { readonly kind: "warning"; readonly message: string };

/** What is known of the turn after the lines read so far. */
export interface TurnState {
  readonly sessionId: string | undefined;
  /** A terminal event was seen. */
  readonly ended: boolean;
  readonly error: AgentError | undefined;
  readonly finalText: string | undefined;
  /** Of this turn. */
  readonly usage: TokenUsage;
  /** As the CLI counts; kept for the next turn of the session. */
  readonly usageTotal: TokenUsage;
}

export const TURN_BEGUN: TurnState = {
  sessionId: undefined,
  ended: false,
  error: undefined,
  finalText: undefined,
  usage: NO_USAGE,
  usageTotal: NO_USAGE,
};

export interface ReadLine {
  readonly state: TurnState;
  readonly events: readonly AgentEvent[];
}

export interface CodingAgent {
  readonly name: "codex" | "claude";
  /** Its memory: the file below the state directory that it reads at every start, and may write for later runs. */
  readonly memoryFile: string;
  plan(turn: AgentTurn): AgentCommand;
  /** Reads one line of standard output. A line that is no JSON changes nothing. */
  read(line: string, state: TurnState, turn: AgentTurn): ReadLine;
}

const OUTPUT_SHOWN_MAX = 2000;

/** Text of an unknown JSON value, cut to what a log line should hold. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > OUTPUT_SHOWN_MAX ? `${text.slice(0, OUTPUT_SHOWN_MAX)}…` : text;
}

/** An object from a line of JSON, or undefined. */
export function parseLine(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** The kind of a failure, by HTTP status where the CLI tells it and by its words where it does not. */
export function classifyError(message: string, status: number | undefined): AgentError {
  const found = status ?? statusIn(message);
  const rule = ERROR_RULES.find((candidate) => candidate.matches(message, found));
  return {
    kind: rule?.kind ?? "unknown",
    message: message.slice(0, 500),
    ...(found === undefined ? {} : { status: found }),
  };
}

function statusIn(message: string): number | undefined {
  const match = /\b([45]\d\d)\b/.exec(message);
  return match === null ? undefined : Number(match[1]);
}

/** In order: the gateway's own words first, then the status, then the provider's words. */
const ERROR_RULES: readonly {
  readonly kind: AgentErrorKind;
  matches(message: string, status: number | undefined): boolean;
}[] = [
  { kind: "budget", matches: (message, status) => status === 402 || /BudgetExceeded/.test(message) },
  {
    kind: "auth",
    matches: (message, status) => status === 401 || status === 403 || /authenticat|unauthor|api key/i.test(message),
  },
  { kind: "context", matches: (message) => /context window|prompt is too long|context_length/i.test(message) },
  { kind: "rate-limit", matches: (message, status) => status === 429 || /rate.?limit|quota/i.test(message) },
  { kind: "overloaded", matches: (message, status) => status === 529 || status === 503 || /overloaded/i.test(message) },
  { kind: "server", matches: (_message, status) => (status ?? 0) >= 500 },
  { kind: "request", matches: (_message, status) => (status ?? 0) >= 400 },
  { kind: "network", matches: (message) => /ECONN|stream|connection|network|terminated/i.test(message) },
];

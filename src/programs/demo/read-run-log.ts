// Reads what an agent container did out of its log: the commands it ran, how they ended, the agent's turns. The log is
// what `runyard logs` shows; each line is JSON with a time and a message.
export interface RanCommand {
  readonly command: string;
  readonly passed: boolean;
  readonly durationMs: number;
  /** The line of its output that says most about a failure. */
  readonly tellingLine: string;
}

/** What is worth telling about a line. */
export interface LogNews {
  readonly text: string;
  readonly tone: "plain" | "good" | "bad";
}

const ENDED = /^= exit (\d+|none) after ([\d.]+) s$/;
const TURN_ENDED =
  /^(AgentFinished|BudgetExceeded|UsageLimited|WallTimeExceeded|IdleTimeExceeded|AgentFailed|AgentMissing): /;

export class RunLogReader {
  readonly commands: RanCommand[] = [];
  /** Of all turns of the coding agent. */
  agentMs = 0;
  turns = 0;
  /** When the agent's turn can have begun: at the log's beginning, or when the last command ended. */
  #since: number | undefined;
  #command: string | undefined;
  #lines: string[] = [];

  read(line: string): LogNews | undefined {
    const { message, time } = parseLine(line);
    this.#since ??= time;
    return this.#command === undefined
      ? this.#readBetween(message, time)
      : this.#readWithin(this.#command, message, time);
  }

  #readBetween(message: string, time: number | undefined): LogNews | undefined {
    if (message.startsWith("$ ")) {
      this.#command = message.slice(2);
      this.#lines = [];
      return undefined;
    }
    if (!TURN_ENDED.test(message)) {
      return message.startsWith("→ ") ? { text: `agent ${shorten(message)}`, tone: "plain" } : undefined;
    }
    this.turns += 1;
    this.agentMs += Math.max(0, (time ?? 0) - (this.#since ?? 0));
    this.#since = time;
    return { text: `agent: ${message}`, tone: message.startsWith("AgentFinished") ? "plain" : "bad" };
  }

  #readWithin(command: string, message: string, time: number | undefined): LogNews | undefined {
    const ended = ENDED.exec(message);
    if (ended === null) {
      if (message.trim() !== "") this.#lines.push(message.trim());
      return undefined;
    }
    const durationMs = Number(ended[2]) * 1000;
    const ran = { command, passed: ended[1] === "0", durationMs, tellingLine: findTellingLine(this.#lines) };
    this.commands.push(ran);
    this.#command = undefined;
    this.#since = time;
    return tellCommand(ran);
  }
}

/** What a tool was asked to do may be a whole file; how it begins tells which. */
function shorten(message: string): string {
  const line = message.replaceAll(/\s+/g, " ");
  return line.length > TOOL_SHOWN_MAX ? `${line.slice(0, TOOL_SHOWN_MAX)}…` : line;
}

const TOOL_SHOWN_MAX = 90;

/** A line that names an error or a place in a file, else the last one. */
function findTellingLine(lines: readonly string[]): string {
  return lines.find((line) => /Error: |^FAIL |^not ok |^\S+:\d+: |^docs: /.test(line)) ?? lines.at(-1) ?? "";
}

function tellCommand({ command, passed, durationMs, tellingLine }: RanCommand): LogNews {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  return passed
    ? { text: `passes: ${command} (${seconds})`, tone: "good" }
    : { text: `FAILS:  ${command} (${seconds}): ${tellingLine}`, tone: "bad" };
}

function parseLine(line: string): { readonly message: string; readonly time: number | undefined } {
  try {
    const { message, time } = JSON.parse(line) as { readonly message?: unknown; readonly time?: unknown };
    const at = typeof time === "string" ? Date.parse(time) : Number.NaN;
    return { message: typeof message === "string" ? message : line, time: Number.isNaN(at) ? undefined : at };
  } catch {
    return { message: line, time: undefined };
  }
}

// What happened, as it happens: one line per event, for people or as JSON.
export interface ProgressEvent {
  /** Milliseconds since the demonstration began. */
  readonly atMs: number;
  /** What it belongs to: a stage, github, engine, you. */
  readonly about: string;
  readonly text: string;
  readonly tone: "plain" | "good" | "bad";
}

export interface Progress {
  tell(about: string, text: string, tone?: ProgressEvent["tone"]): void;
  /** Since the demonstration began. */
  elapsedMs(): number;
}

export interface ProgressOptions {
  readonly write: (line: string) => void;
  readonly now: () => number;
  readonly json: boolean;
  readonly color: boolean;
  /** Columns of the terminal: longer texts go on below themselves. Absent: one line per event. */
  readonly columns?: number;
}

const COLORS = { plain: "", good: "\u001B[32m", bad: "\u001B[33m" } as const;
const RESET = "\u001B[0m";
const TEXT_MAX = 180;
/** Narrower texts would be harder to read than lines that the terminal breaks. */
const WIDTH_MIN = 40;

export function createProgress(options: ProgressOptions): Progress {
  const startedAt = options.now();
  const elapsedMs = () => options.now() - startedAt;
  return {
    elapsedMs,
    tell(about, text, tone = "plain") {
      const event = { atMs: elapsedMs(), about, text: oneLine(text), tone };
      options.write(options.json ? JSON.stringify({ type: "event", ...event }) : formatEvent(event, options));
    },
  };
}

export function formatEvent(
  { atMs, about, text, tone }: ProgressEvent,
  { color, columns }: Pick<ProgressOptions, "color" | "columns">,
): string {
  const head = `${(atMs / 1000).toFixed(1).padStart(6)} s  ${about.padEnd(17)} `;
  const width = columns === undefined ? TEXT_MAX + 1 : Math.max(WIDTH_MIN, columns - head.length);
  const lines = breakText(text, width).join(`\n${" ".repeat(head.length)}`);
  return color && tone !== "plain" ? `${COLORS[tone]}${head}${lines}${RESET}` : `${head}${lines}`;
}

/** Between words; a word that is longer than a line is broken. */
function breakText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const space = rest.lastIndexOf(" ", width);
    const end = space <= 0 ? width : space;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > TEXT_MAX ? `${line.slice(0, TEXT_MAX)}…` : line;
}

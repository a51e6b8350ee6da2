// The log as JSON lines on a stream. Secret values that are registered here, and whatever looks like a
// token of GitHub, come out as stars, wherever they stand.
import type { Log, LogLevel } from "../log.ts";
import { maskForms, secretForms } from "../secret-forms.ts";

export interface JsonLog extends Log {
  /** From now on this value is masked, in all its secretForms. Shared with every log made by `with`. */
  maskSecret(value: string): void;
}

export interface JsonLogOptions {
  readonly write: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Entries below it are dropped; default "info". */
  readonly level?: LogLevel;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

const LINE_LENGTH_MAX = 64 * 1024;
/** Of either form, of any length: a token of GitHub is never registered where it was not expected. */
const GITHUB_TOKEN = /\b(?:gh[pousr]_[A-Za-z0-9_.-]{16,}|github_pat_\w{16,})/g;

/** One line per entry: time, level, message, then the fields. */
export function jsonLog(options: JsonLogOptions): JsonLog {
  return logWith(options, {}, new Set());
}

function logWith(options: JsonLogOptions, shared: Readonly<Record<string, unknown>>, masked: Set<string>): JsonLog {
  const least = LEVELS.indexOf(options.level ?? "info");
  return {
    write: (level, message, fields) => {
      if (LEVELS.indexOf(level) < least) return;
      const time = new Date(options.now()).toISOString();
      options.write(`${lineOf({ time, level, message, ...shared, ...fields }, masked)}\n`);
    },
    with: (fields) => logWith(options, { ...shared, ...fields }, masked),
    maskSecret: (value) => {
      for (const form of secretForms(value)) masked.add(form);
    },
  };
}

function lineOf(entry: Readonly<Record<string, unknown>>, masked: ReadonlySet<string>): string {
  const line = stringify(entry, masked);
  if (line.length <= LINE_LENGTH_MAX) return line;
  const { time, level, message } = entry;
  const cut = String(message).slice(0, LINE_LENGTH_MAX / 2);
  return stringify({ time, level, message: cut, cutFromCharacters: line.length }, masked);
}

/** Masks before it encodes, so that a secret with quotes or line ends is found too. */
function stringify(entry: Readonly<Record<string, unknown>>, masked: ReadonlySet<string>): string {
  const mask = (text: string): string => maskForms(text, masked).replaceAll(GITHUB_TOKEN, "***");
  return JSON.stringify(plainValue(entry, mask, []));
}

/** The value as JSON can hold it: texts masked, errors described, circles cut. */
function plainValue(value: unknown, mask: (text: string) => string, ancestors: readonly unknown[]): unknown {
  if (typeof value === "string") return mask(value);
  if (typeof value === "bigint") return String(value);
  if (value instanceof Error) return mask(describe(value));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (typeof value !== "object" || value === null) return value;
  if (ancestors.includes(value)) return "(circular)";
  const within = [...ancestors, value];
  if (Array.isArray(value)) return value.map((item: unknown) => plainValue(item, mask, within));
  const entries = Object.entries(value).map(([key, field]) => [mask(key), plainValue(field, mask, within)]);
  return Object.fromEntries(entries) as unknown;
}

const CAUSES_MAX = 5;

/** The stack, and those of the errors that caused it. */
function describe(error: Error): string {
  const lines: string[] = [];
  let current: unknown = error;
  for (let depth = 0; current instanceof Error && depth <= CAUSES_MAX; depth += 1) {
    lines.push(current.stack ?? `${current.name}: ${current.message}`);
    current = current.cause;
  }
  return lines.join("\ncaused by ");
}

// A log that keeps its entries for the test to look at.
import type { Log, LogLevel } from "../../src/platform/log.ts";

export interface LogEntry {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export class RecordingLog implements Log {
  readonly entries: LogEntry[];
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(entries: LogEntry[] = [], fields: Readonly<Record<string, unknown>> = {}) {
    this.entries = entries;
    this.#fields = fields;
  }

  write(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.entries.push({ level, message, fields: { ...this.#fields, ...fields } });
  }

  with(fields: Readonly<Record<string, unknown>>): RecordingLog {
    return new RecordingLog(this.entries, { ...this.#fields, ...fields });
  }
}

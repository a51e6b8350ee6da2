// Structured logging. Fields are plain data; secrets are never passed in, and the implementation masks registered values.

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface Log {
  write(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** A log whose entries carry these fields too (run, repository, pr, stage). */
  with(fields: Readonly<Record<string, unknown>>): Log;
}

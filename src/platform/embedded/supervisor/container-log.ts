// The log of one container on disk, in the format of the CRI (time, stream, whole or partial line), bounded.
// Source of the format: Kubernetes, "CRI logging"; the sizes are the kubelet's defaults.
import { closeSync, existsSync, openSync, renameSync, writeSync } from "node:fs";

/** A log file is rotated when it has reached this size. */
export const LOG_FILE_BYTES_MAX = 10 * 1024 * 1024;
/** Rotated files kept besides the current one: `<name>.log.1` is the youngest. */
export const LOG_FILES_ROTATED_MAX = 4;
/** A longer line is cut into parts marked P. */
export const LOG_LINE_BYTES_MAX = 16 * 1024;

export type LogStream = "stdout" | "stderr";

export interface ContainerLog {
  write(stream: LogStream, chunk: Buffer): void;
  /** Writes what is left of unfinished lines. */
  close(): void;
}

/** Writes are synchronous: what a container printed is in the file before its exit is recorded. */
export function openContainerLog(
  path: string,
  now: () => Date,
  fileBytesMax: number = LOG_FILE_BYTES_MAX,
): ContainerLog {
  let file = openSync(path, "a", 0o600);
  let bytes = 0;
  const rest: Record<LogStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

  const append = (stream: LogStream, line: Buffer, tag: "F" | "P"): void => {
    const head = Buffer.from(`${now().toISOString()} ${stream} ${tag} `);
    const entry = Buffer.concat([head, line, Buffer.from("\n")]);
    if (bytes > 0 && bytes + entry.length > fileBytesMax) rotate();
    bytes += writeSync(file, entry);
  };
  const rotate = (): void => {
    closeSync(file);
    for (let index = LOG_FILES_ROTATED_MAX - 1; index >= 1; index -= 1) {
      if (existsSync(`${path}.${String(index)}`))
        renameSync(`${path}.${String(index)}`, `${path}.${String(index + 1)}`);
    }
    renameSync(path, `${path}.1`);
    file = openSync(path, "a", 0o600);
    bytes = 0;
  };
  return {
    write(stream, chunk) {
      let data = rest[stream].length === 0 ? chunk : Buffer.concat([rest[stream], chunk]);
      while (data.length > 0) {
        const end = data.indexOf(10);
        if (end >= 0 && end <= LOG_LINE_BYTES_MAX) {
          append(stream, data.subarray(0, end), "F");
          data = data.subarray(end + 1);
        } else if (data.length > LOG_LINE_BYTES_MAX) {
          append(stream, data.subarray(0, LOG_LINE_BYTES_MAX), "P");
          data = data.subarray(LOG_LINE_BYTES_MAX);
        } else break;
      }
      rest[stream] = Buffer.from(data);
    },
    close() {
      for (const stream of ["stdout", "stderr"] as const) {
        if (rest[stream].length > 0) append(stream, rest[stream], "F");
      }
      closeSync(file);
    },
  };
}

// A log file that survives a full disk: lines that cannot be written are lost, the program that writes them is not, and
// the file is opened again for the next line.
import { createWriteStream, type WriteStream } from "node:fs";

export interface LogFile {
  write(text: string): void;
  close(): Promise<void>;
}

/** Appends to the file, which only its owner may read. */
export function openLogFile(path: string): LogFile {
  let stream: WriteStream | undefined;
  const open = (): WriteStream => {
    const opened = createWriteStream(path, { flags: "a", mode: 0o600 });
    opened.on("error", () => {
      if (stream === opened) stream = undefined;
    });
    return opened;
  };
  return {
    write(text) {
      stream ??= open();
      stream.write(text);
    },
    async close() {
      const last = stream;
      stream = undefined;
      if (last === undefined || last.destroyed) return;
      await new Promise<void>((resolve) => {
        last.once("close", resolve);
        last.end();
      });
    },
  };
}

// Reads a container's log from disk, rotated files first, and goes on reading while the container runs.
import { open, stat, type FileHandle } from "node:fs/promises";
import type { LogOptions } from "../../pod-runner.ts";
import { LOG_FILES_ROTATED_MAX } from "../supervisor/container-log.ts";
import { isMissing } from "../supervisor/pod-directory.ts";

const CHUNK_BYTES = 64 * 1024;
/** How often a followed log is looked at. */
export const LOG_POLL_MS = 200;

/** `hasEnded` says whether the container can still write. Each yielded chunk is whole lines. */
export async function* readLog(
  path: string,
  options: LogOptions,
  hasEnded: () => Promise<boolean>,
): AsyncIterable<Uint8Array> {
  const format = lineFormatter(options.timestamps === true);
  for await (const entries of readEntries(path, options, hasEnded)) yield Buffer.from(entries.map(format).join(""));
}

async function* readEntries(
  path: string,
  options: LogOptions,
  hasEnded: () => Promise<boolean>,
): AsyncIterable<readonly string[]> {
  const follower = new LogFollower(path);
  try {
    if (options.tailLines !== undefined) yield await readTail(options.tailLines, follower);
    for (;;) {
      // Asked before the reading, so that what came until then is read.
      const isLast = options.follow !== true || (await hasEnded());
      yield* follower.read();
      if (isLast || options.signal?.aborted === true) return;
      await pause(options.signal);
    }
  } finally {
    await follower.close();
  }
}

/** The last lines of what is there now; the follower goes on behind them. */
async function readTail(lines: number, follower: LogFollower): Promise<readonly string[]> {
  const entries: string[] = [];
  for await (const chunk of follower.read()) entries.push(...chunk);
  return lines <= 0 ? [] : groupParts(entries).slice(-lines).flat();
}

/** Reads from the oldest file on, and goes on to the next younger one when it has come to the end of a rotated file. */
class LogFollower {
  readonly #path: string;
  #file: FileHandle | undefined;
  #inode: number | undefined;
  #rest = Buffer.alloc(0);

  constructor(path: string) {
    this.#path = path;
  }

  /** Everything that is there by now. */
  async *read(): AsyncIterable<readonly string[]> {
    for (;;) {
      // Looked up before reading to the end: what is not the youngest now gets no more lines.
      const younger = await this.#openYounger();
      yield* this.#readToEnd();
      if (younger === undefined) return;
      await this.close();
      this.#file = younger;
      this.#inode = (await younger.stat()).ino;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** The file after the current one, by inode: names move on with every rotation. */
  async #openYounger(): Promise<FileHandle | undefined> {
    const suffixes = Array.from(
      { length: LOG_FILES_ROTATED_MAX },
      (_, index) => `.${String(LOG_FILES_ROTATED_MAX - index)}`,
    );
    const names: string[] = [];
    for (const suffix of [...suffixes, ""]) {
      const inode = await inodeOf(`${this.#path}${suffix}`);
      if (inode === undefined) continue;
      if (inode === this.#inode) names.length = 0;
      else names.push(`${this.#path}${suffix}`);
    }
    const [next] = names;
    return next === undefined ? undefined : await openExisting(next);
  }

  async *#readToEnd(): AsyncIterable<readonly string[]> {
    if (this.#file === undefined) return;
    for (;;) {
      const lines = await this.#readSome(this.#file);
      if (lines === undefined) return;
      if (lines.length > 0) yield lines;
    }
  }

  /** Undefined at the end of the file. */
  async #readSome(file: FileHandle): Promise<readonly string[] | undefined> {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return undefined;
    const data = Buffer.concat([this.#rest, buffer.subarray(0, bytesRead)]);
    const end = data.lastIndexOf(10) + 1;
    this.#rest = Buffer.from(data.subarray(end));
    return end === 0
      ? []
      : data
          .subarray(0, end - 1)
          .toString("utf8")
          .split("\n");
  }
}

async function inodeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).ino;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Entries by line of the container: a long one stands in the file as several parts. */
function groupParts(entries: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let isPartial = false;
  for (const entry of entries) {
    if (isPartial) groups.at(-1)?.push(entry);
    else groups.push([entry]);
    isPartial = tagOf(entry) === "P";
  }
  return groups;
}

function tagOf(entry: string): string | undefined {
  return entry.split(" ", 3)[2];
}

/** From `time stream tag text` to what the container printed, with the time before each line if asked for. */
function lineFormatter(timestamps: boolean): (entry: string) => string {
  let isPartial = false;
  return (entry) => {
    const [time = "", stream = "", tag = ""] = entry.split(" ", 3);
    const text = entry.slice(time.length + stream.length + tag.length + 3);
    const head = timestamps && !isPartial ? `${time} ` : "";
    isPartial = tag === "P";
    return `${head}${text}${isPartial ? "" : "\n"}`;
  };
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, LOG_POLL_MS);
    signal?.addEventListener("abort", finish);
  });
}

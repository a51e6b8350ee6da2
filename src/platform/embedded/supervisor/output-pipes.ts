// Standard output and error of a container as named pipes. Node's own pipes are socket pairs, and a program cannot open
// a socket as /dev/stdout or /dev/stderr, as many scripts do. They belong to the container's user for the same reason.
import { execFile } from "node:child_process";
import { constants, openSync, unlinkSync } from "node:fs";
import { chown, unlink } from "node:fs/promises";
import { Socket } from "node:net";
import { promisify } from "node:util";
import type { Owner } from "../sandbox/open-beneath.ts";

/** Made at once: only a process can make them, and starting one costs as much as starting a small container. */
export const PIPES_PER_BATCH = 16;

const run = promisify(execFile);

export interface OutputPipe {
  readonly reader: Socket;
  /** A file descriptor; the caller closes it once the child has it. */
  readonly writer: number;
}

export interface OutputPipes {
  readonly stdout: OutputPipe;
  readonly stderr: OutputPipe;
}

/** A stock of pipes that nobody has opened yet, as files `<prefix><number>`. */
export class OutputPipeStock {
  readonly #prefix: string;
  readonly #names: string[] = [];
  #made = 0;
  #batch: Promise<void> | undefined;

  constructor(prefix: string) {
    this.#prefix = prefix;
    // A failure is met by whoever takes the first pipe.
    this.#restock().catch(() => undefined);
  }

  async take(owner: Owner | undefined): Promise<OutputPipes> {
    return { stdout: await this.#open(owner), stderr: await this.#open(owner) };
  }

  /** Removes what was not used. */
  async clear(): Promise<void> {
    await this.#batch?.catch(() => undefined);
    for (const name of this.#names.splice(0)) unlinkSync(name);
  }

  /** The name is gone when this returns; the pipe lives as long as somebody holds it. */
  async #open(owner: Owner | undefined): Promise<OutputPipe> {
    while (this.#names.length === 0) await this.#restock();
    const path = this.#names.pop() ?? "";
    if (this.#names.length < 2) this.#restock().catch(() => undefined);
    if (owner !== undefined) await chown(path, owner.uid, owner.gid);
    // The reader first and without waiting; then the writer finds somebody who reads.
    const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, constants.O_WRONLY);
    await unlink(path);
    return { reader: new Socket({ fd: read, readable: true, writable: false }), writer };
  }

  async #restock(): Promise<void> {
    this.#batch ??= this.#make().finally(() => {
      this.#batch = undefined;
    });
    await this.#batch;
  }

  async #make(): Promise<void> {
    const names = Array.from({ length: PIPES_PER_BATCH }, () => `${this.#prefix}${String((this.#made += 1))}`);
    await run("mkfifo", ["-m", "600", ...names]);
    this.#names.push(...names);
  }
}

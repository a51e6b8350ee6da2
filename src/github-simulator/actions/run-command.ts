// Runs a CI command with a time limit; whatever it started dies with it.

import { spawn } from "node:child_process";

const LOG_BYTES_MAX = 1024 * 1024;

export interface CommandOutcome {
  readonly ending: "succeeded" | "failed" | "timed-out" | "aborted";
  /** Standard output and error as they came, cut at a megabyte. */
  readonly log: string;
}

export interface Command {
  readonly argv: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export function runCommand(command: Command): Promise<CommandOutcome> {
  const [file = "", ...args] = command.argv;
  const log = new BoundedLog(LOG_BYTES_MAX);
  log.add(Buffer.from(`Run ${command.argv.join(" ")}\n`));
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: command.directory,
      env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin", ...command.environment },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // a process group of its own, which can be killed whole
    });
    let stopped: "timed-out" | "aborted" | undefined;
    const stop = (why: "timed-out" | "aborted"): void => {
      stopped ??= why;
      killGroup(child.pid);
    };
    const timer = setTimeout(() => stop("timed-out"), command.timeoutMs);
    const abort = (): void => stop("aborted");
    command.signal.addEventListener("abort", abort, { once: true });
    const end = (code: number | null): void => {
      clearTimeout(timer);
      command.signal.removeEventListener("abort", abort);
      killGroup(child.pid); // what the command left running in the background
      if (stopped === "timed-out") {
        log.add(Buffer.from(`The job has exceeded the maximum execution time of ${command.timeoutMs} ms\n`));
      } else if (code !== 0) {
        log.add(Buffer.from(`##[error]Process completed with exit code ${code ?? "none"}.\n`));
      }
      resolve({ ending: stopped ?? (code === 0 ? "succeeded" : "failed"), log: log.text() });
    };
    child.stdout.on("data", (chunk: Buffer) => log.add(chunk));
    child.stderr.on("data", (chunk: Buffer) => log.add(chunk));
    child.once("error", (error) => {
      log.add(Buffer.from(`##[error]${error.message}\n`));
      end(127);
    });
    child.once("exit", () => killGroup(child.pid)); // or its children would hold the pipes open
    child.once("close", end);
    if (command.signal.aborted) {
      abort();
    }
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) {
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // the group is gone already
  }
}

class BoundedLog {
  readonly #chunks: Buffer[] = [];
  #left: number;

  constructor(bytesMax: number) {
    this.#left = bytesMax;
  }

  add(chunk: Buffer): void {
    const kept = chunk.subarray(0, this.#left);
    this.#left -= kept.length;
    this.#chunks.push(kept);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

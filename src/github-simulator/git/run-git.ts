// Runs one git command with nothing of the host's configuration in it, so that results depend on the repository alone.

import { execFile } from "node:child_process";

const GIT_TIMEOUT_MS = 30_000;
const GIT_OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

export interface GitResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface GitCommand {
  readonly directory: string;
  readonly args: readonly string[];
  readonly input?: string | Buffer;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Environment of every git process of the simulator. */
export function gitEnvironment(): Record<string, string> {
  return {
    PATH: process.env["PATH"] ?? "/usr/bin:/bin",
    HOME: "/nonexistent",
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
  };
}

/** Resolves with the exit code, whatever it is; rejects when git cannot be started, hangs or floods. */
export function tryGit(command: GitCommand): Promise<GitResult> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      "git",
      [...command.args],
      {
        cwd: command.directory,
        env: { ...gitEnvironment(), ...command.environment },
        encoding: "buffer",
        timeout: GIT_TIMEOUT_MS,
        maxBuffer: GIT_OUTPUT_BYTES_MAX,
      },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== "number") {
          reject(new Error(`git ${command.args[0]} in ${command.directory} did not end by itself`, { cause: error }));
          return;
        }
        const exitCode = typeof error?.code === "number" ? error.code : 0;
        resolve({ exitCode, stdout, stderr: stderr.toString("utf8") });
      },
    );
    child.stdin?.on("error", () => undefined); // git may exit before it has read everything; its exit code says so
    child.stdin?.end(command.input ?? "");
  });
}

/** Standard output as text; rejects on a non-zero exit code with git's own words. */
export async function runGit(command: GitCommand): Promise<string> {
  const result = await tryGit(command);
  if (result.exitCode !== 0) {
    throw new Error(`git ${command.args.join(" ")} failed (${result.exitCode}): ${result.stderr.trim()}`);
  }
  return result.stdout.toString("utf8");
}

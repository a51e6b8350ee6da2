// Runs a repository's commands: setup, and the gates of a stage. What passes is decided by exit codes and by nothing else.
import type { ProcessRunner } from "../platform/process-runner.ts";
import type { Stage } from "../resources/run-identity.ts";
import type { GateResult } from "./prepared.ts";

export interface CommandSurroundings {
  readonly runner: ProcessRunner;
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly wallMs: number;
  readonly onLine?: (line: string) => void;
}

const OUTPUT_KEPT = 8_000;
/** Of a command's standard error, in the run's log. */
const ERROR_LINES_MAX = 100;

/** Runs the commands in order and stops at the first that fails. */
export async function runCommands(
  stage: Stage,
  commands: readonly string[],
  surroundings: CommandSurroundings,
): Promise<readonly GateResult[]> {
  const results: GateResult[] = [];
  for (const command of commands) {
    const result = await runCommand(stage, command, surroundings);
    results.push(result);
    if (!result.passed) break;
  }
  return results;
}

async function runCommand(stage: Stage, command: string, surroundings: CommandSurroundings): Promise<GateResult> {
  const { runner, directory, environment, wallMs, onLine } = surroundings;
  onLine?.(`$ ${command}`);
  const result = await runner.run({
    argv: ["/bin/sh", "-c", command],
    directory,
    environment,
    wallMs,
    ...(onLine === undefined ? {} : { onLine }),
  });
  // Errors come at the end, because only standard output is followed as it comes.
  for (const line of result.stderr.trim().split("\n").slice(-ERROR_LINES_MAX)) if (line !== "") onLine?.(line);
  // The log of a run must say how its commands ended: who reads it cannot know from their output.
  onLine?.(`= exit ${result.exitCode ?? "none"} after ${(result.durationMs / 1000).toFixed(1)} s`);
  const why = result.ending === "exited" ? "" : `\n(ended: ${result.ending})`;
  return {
    stage,
    command,
    passed: result.ending === "exited" && result.exitCode === 0,
    exitCode: result.exitCode,
    durationMs: result.durationMs,
    output: `${result.stdout}${result.stderr}${why}`.slice(-OUTPUT_KEPT),
  };
}

/** The first command that did not pass. */
export function firstFailure(results: readonly GateResult[]): GateResult | undefined {
  return results.find((result) => !result.passed);
}

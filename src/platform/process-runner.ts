// Runs a program inside a container, with limits of its own and over its whole process tree.

export interface ProcessRequest {
  readonly argv: readonly string[];
  readonly directory: string;
  /** All of it: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Written and closed; absent: standard input is empty. */
  readonly stdin?: string;
  readonly wallMs: number;
  /** Without any output for this long it is ended; absent: only the wall limit counts. */
  readonly idleMs?: number;
  /** Each whole line of standard output, as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface ProcessResult {
  readonly ending: "exited" | "wall-time" | "idle-time" | "not-found";
  /** Undefined when a signal or a limit ended it. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** The end of what it wrote; at most OUTPUT_BYTES_MAX each. */
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

export const OUTPUT_BYTES_MAX = 256 * 1024;

export interface ProcessRunner {
  /** Resolves when the program has ended and none of its process group is left. A program that is not there is a result, not an error. */
  run(request: ProcessRequest): Promise<ProcessResult>;
  /** Ends every process of this container but the caller: what a gate or an agent left behind must not outlive it. */
  endOthers(): Promise<void>;
}

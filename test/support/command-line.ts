// The command line as its user runs it, but for the process: real files, a real connection, captured output.
import type { CliDependencies, EngineOptions } from "../../src/cli/command.ts";
import { runCommandLine } from "../../src/cli/run-command-line.ts";
import { connectKubernetes } from "../../src/platform/kubernetes/connect-kubernetes.ts";
import { readAbout, USER_FILES } from "../../src/programs/cli.ts";
import { REAL_CLOCK } from "./real-clock.ts";

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CommandLineOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly isTerminal?: boolean;
  readonly input?: string;
  readonly signal?: AbortSignal;
  /** Called with all that was printed so far. */
  readonly onOutput?: (out: string) => void;
  readonly startEngine?: (options: EngineOptions) => Promise<Awaited<ReturnType<CliDependencies["startEngine"]>>>;
}

export async function runyard(words: readonly string[], options: CommandLineOptions = {}): Promise<Ended> {
  let out = "";
  let err = "";
  const { isTerminal = false, signal = new AbortController().signal } = options;
  const code = await runCommandLine(words, {
    out: {
      isTerminal,
      write: (text) => {
        out += text;
        options.onOutput?.(out);
      },
    },
    err: {
      isTerminal,
      write: (text) => {
        err += text;
      },
    },
    clock: REAL_CLOCK,
    files: { ...USER_FILES, readInput: async () => options.input ?? "" },
    environment: options.environment ?? {},
    about: readAbout(),
    connect: async (source) => await connectKubernetes({ kubeconfig: source }, { clock: REAL_CLOCK }),
    startEngine: options.startEngine ?? (async () => await Promise.reject(new Error("this test starts no engine"))),
    interruption: () => signal,
  });
  return { code, out, err };
}

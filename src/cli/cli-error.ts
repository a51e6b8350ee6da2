// Failures as a user reads them: what happened, what it means, what to do. Three lines on standard error, no stack.
import { PlatformError, type PlatformErrorCode } from "../platform/errors.ts";
import { EXIT_CODES, type ExitCode } from "./exit-code.ts";

export interface CliErrorOptions {
  readonly exitCode: ExitCode;
  /** One line each. */
  readonly happened: string;
  readonly means: string;
  readonly toDo: string;
  readonly cause?: unknown;
}

export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly means: string;
  readonly toDo: string;

  constructor(options: CliErrorOptions) {
    super(options.happened, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "CliError";
    this.exitCode = options.exitCode;
    this.means = options.means;
    this.toDo = options.toDo;
  }
}

/** A command line that cannot be carried out. */
export function usageError(happened: string, toDo: string): CliError {
  return new CliError({
    exitCode: EXIT_CODES.usage,
    happened,
    means: "the command line is not understood; nothing was done",
    toDo,
  });
}

/** Any failure as one of ours. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof PlatformError) return ofPlatform(error);
  return new CliError({
    exitCode: EXIT_CODES.failure,
    happened: error instanceof Error ? error.message : String(error),
    means: "this is a fault of runyard, or of something below it",
    toDo: "run it again with RUNYARD_DEBUG=1 to see where it comes from, and report it",
    cause: error,
  });
}

/** The three lines, and with `debug` where it happened. */
export function formatError(error: CliError, debug: boolean): string {
  const lines = [
    `runyard: ${oneLine(error.message)}`,
    `  This means: ${sentence(error.means)}`,
    `  What to do: ${sentence(error.toDo)}`,
  ];
  return `${[...lines, ...(debug ? stacksOf(error) : [])].join("\n")}\n`;
}

interface Explanation {
  readonly exitCode: ExitCode;
  readonly means: string;
  readonly toDo: string;
}

const { failure, notFound, refused, unreachable } = EXIT_CODES;

const EXPLANATIONS: Readonly<Record<PlatformErrorCode, Explanation>> = {
  NotFound: {
    exitCode: notFound,
    means: "no such object is on this server in this namespace",
    toDo: "look at what there is with `runyard get KIND -A`; choose the namespace with -n",
  },
  AlreadyExists: {
    exitCode: refused,
    means: "an object of this name is there already, and nothing was changed",
    toDo: "choose another name, or change the existing one with `runyard apply`",
  },
  Conflict: {
    exitCode: refused,
    means: "someone else changed the object at the same time, again and again",
    toDo: "run the command again",
  },
  Invalid: {
    exitCode: refused,
    means: "the server does not accept the object as it is; nothing was stored",
    toDo: "correct the fields named above",
  },
  Forbidden: {
    exitCode: refused,
    means: "the server knows you, but your roles do not allow this",
    toDo: "ask for a Role with this verb and resource, or use another kubeconfig",
  },
  Unauthorized: {
    exitCode: refused,
    means: "the server does not accept the credentials of the kubeconfig",
    toDo: "renew the kubeconfig (`runyard up` writes a fresh one), or give another with --kubeconfig",
  },
  Expired: { exitCode: failure, means: "the list took longer than the server keeps it", toDo: "run the command again" },
  TooManyRequests: {
    exitCode: failure,
    means: "the server has more to do than it takes on",
    toDo: "wait a little and run the command again",
  },
  Unavailable: {
    exitCode: unreachable,
    means: "no server answers at the address in the kubeconfig",
    toDo: "start it with `runyard up`, or give the kubeconfig of another with --kubeconfig",
  },
  Timeout: {
    exitCode: unreachable,
    means: "the server did not answer in time",
    toDo: "check that it runs and that the network leads to it, and run the command again",
  },
  Internal: {
    exitCode: failure,
    means: "the server failed at its side",
    toDo: "look into its log, and run the command again",
  },
};

const NOT_NOW: Explanation = {
  exitCode: failure,
  means: "the server answers, but it cannot do this now; nothing was changed",
  toDo: "mend what it says, and run the command again",
};

function ofPlatform(error: PlatformError): CliError {
  // A lost connection has a hint of the client's; an answer that says so has none.
  const isAnswer = error.code === "Unavailable" && error.hint === undefined;
  const { exitCode, means, toDo } = isAnswer ? NOT_NOW : EXPLANATIONS[error.code];
  const causes = error.causes.map(({ field, message }) => (field === "" ? message : `${field}: ${message}`));
  // A Status names its causes in the message already; one of our own clients does not.
  const missing = causes.filter((cause) => !error.message.includes(cause));
  return new CliError({
    exitCode,
    happened: [error.message, ...missing].join("; "),
    means,
    // The hint of a lost connection repeats what we say better here.
    toDo: exitCode === unreachable ? toDo : (error.hint ?? toDo),
    cause: error,
  });
}

/** Also takes what would move the cursor out of the text: messages may hold what strangers wrote. */
function oneLine(text: string): string {
  return text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/\p{Cc}/gu, "?")
    .trim()
    .replace(/[.;:]$/, "");
}

function sentence(text: string): string {
  const line = oneLine(text);
  return line.endsWith("?") ? line : `${line}.`;
}

const CAUSES_MAX = 10;

function stacksOf(error: Error): readonly string[] {
  const stacks: string[] = [];
  for (let at: unknown = error; at instanceof Error && stacks.length < CAUSES_MAX; at = at.cause) {
    stacks.push(at.stack ?? at.message);
  }
  return stacks;
}

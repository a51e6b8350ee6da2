// Which server a command speaks to: --kubeconfig, else KUBECONFIG, else the one that `runyard up` left on this machine.
import { join } from "node:path/posix";
import { hasCode } from "../platform/errors.ts";
import { CliError } from "./cli-error.ts";
import {
  type CliDependencies,
  type CommandInput,
  type OptionDefinition,
  type Server,
  type ServerSource,
  textOption,
} from "./command.ts";
import { EXIT_CODES } from "./exit-code.ts";

/** Options of every command that speaks to a server. */
export const SERVER_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: "--kubeconfig <file>",
    description: "kubeconfig of the server (default: $KUBECONFIG, else the data directory's)",
    completes: "files",
  },
  { flags: "--context <name>", description: "context of the kubeconfig (default: its current one)" },
  { flags: "--data-dir <dir>", description: "data directory of the engine on this machine", completes: "files" },
];

export const NAMESPACE_OPTION: OptionDefinition = {
  flags: "-n, --namespace <name>",
  description: "namespace (default: that of the kubeconfig's context)",
};

/** Does something with an open connection, and closes it. */
export async function withServer<T>(
  input: CommandInput,
  dependencies: CliDependencies,
  use: (server: Server, namespace: string) => Promise<T>,
): Promise<T> {
  const server = await connect(await sourceOf(input, dependencies), dependencies);
  try {
    return await use(server, textOption(input, "namespace") ?? server.namespace);
  } finally {
    await server.close();
  }
}

/** True for the engine on one machine, false for a cluster. */
export async function isEngine(server: Server): Promise<boolean> {
  return (await server.version()).includes("+runyard-");
}

/** --data-dir, else $RUNYARD_DATA_DIR, else `runyard` among the user's data (XDG Base Directory Specification). */
export function dataDirectory(input: CommandInput, { environment }: Pick<CliDependencies, "environment">): string {
  const { RUNYARD_DATA_DIR, XDG_DATA_HOME, HOME } = environment;
  const given = textOption(input, "dataDir") ?? filled(RUNYARD_DATA_DIR);
  if (given !== undefined) return given;
  const data = filled(XDG_DATA_HOME) ?? join(filled(HOME) ?? "/root", ".local", "share");
  return join(data, "runyard");
}

async function connect(source: ServerSource, dependencies: CliDependencies): Promise<Server> {
  try {
    return await dependencies.connect(source);
  } catch (error) {
    if (!hasCode(error, "Invalid")) throw error;
    throw new CliError({
      exitCode: EXIT_CODES.usage,
      happened: error.message,
      means: "it is not known where the server is; nothing was done",
      toDo: error.hint ?? "correct the kubeconfig",
      cause: error,
    });
  }
}

async function sourceOf(input: CommandInput, dependencies: CliDependencies): Promise<ServerSource> {
  const path = kubeconfigPath(input, dependencies);
  if ((await dependencies.files.kindOf(path)) !== "file") {
    throw new CliError({
      exitCode: EXIT_CODES.unreachable,
      happened: `there is no kubeconfig at ${path}`,
      means: "no server is known: none was started here, or the path is wrong",
      toDo: "start one with `runyard up`, or name the kubeconfig of another with --kubeconfig or KUBECONFIG",
    });
  }
  const context = textOption(input, "context");
  return { path, ...(context !== undefined && { context }) };
}

function kubeconfigPath(input: CommandInput, dependencies: CliDependencies): string {
  const given = textOption(input, "kubeconfig");
  if (given !== undefined) return given;
  // A data directory that is named is meant, whatever the environment says.
  if (textOption(input, "dataDir") === undefined) {
    // kubectl merges a list of files; here the first one counts.
    const first = (dependencies.environment["KUBECONFIG"] ?? "").split(":").find((path) => path !== "");
    if (first !== undefined) return first;
  }
  return join(dataDirectory(input, dependencies), "kubeconfig");
}

function filled(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

// `runyard version`: which versions work together here.
import { CliError, toCliError } from "../cli-error.ts";
import { type CliDependencies, type CommandDefinition, type CommandInput, hasOption, textOption } from "../command.ts";
import { EXIT_CODES } from "../exit-code.ts";
import { formatAsYaml, formatJson } from "../print-objects.ts";
import { SERVER_OPTIONS, withServer } from "../server.ts";

export const VERSION: CommandDefinition = {
  name: "version",
  summary: "Print the versions of client and server",
  description:
    "Prints the version of this program, of the server, and of the Node and SQLite that this program runs on. That no " +
    "server can be reached is said, and is no failure.",
  arguments: [],
  options: [
    { flags: "-o, --output <format>", description: "print for programs instead of people", choices: ["json", "yaml"] },
    { flags: "--client", description: "do not ask the server" },
    ...SERVER_OPTIONS,
  ],
  examples: [{ command: "runyard version -o json", explanation: "for a bug report or a script" }],
  run: async (input, dependencies) => {
    const { out, err, about } = dependencies;
    const server = hasOption(input, "client") ? undefined : await askServer(input, dependencies);
    const reached = server instanceof CliError ? undefined : server;
    const versions = {
      client: about.version,
      ...(reached !== undefined && { server: reached.version, address: reached.address }),
      node: about.node,
      // The store of one machine; a cluster has its own.
      ...((reached === undefined || reached.version.includes("runyard")) && { sqlite: about.sqlite }),
    };
    switch (textOption(input, "output")) {
      case "json":
        out.write(formatJson(versions));
        break;
      case "yaml":
        out.write(formatAsYaml(versions));
        break;
      default:
        for (const [name, value] of Object.entries(versions)) out.write(`${`${name}:`.padEnd(9)} ${value}\n`);
    }
    if (server instanceof CliError) err.write(`No server: ${server.message}.\n`);
    return EXIT_CODES.ok;
  },
};

async function askServer(
  input: CommandInput,
  dependencies: CliDependencies,
): Promise<{ readonly version: string; readonly address: string } | CliError> {
  try {
    return await withServer(input, dependencies, async (server) => ({
      version: await server.version(),
      address: server.server,
    }));
  } catch (error) {
    const failure = toCliError(error);
    if (failure.exitCode === EXIT_CODES.unreachable) return failure;
    throw error;
  }
}

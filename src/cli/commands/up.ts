// `runyard up`: the engine on this machine, until Ctrl-C.
import { PlatformError } from "../../platform/errors.ts";
import { namespaceNameProblem } from "../../resources/object-name.ts";
import { CliError, formatError, usageError } from "../cli-error.ts";
import {
  type CliDependencies,
  type CommandDefinition,
  type EngineOptions,
  hasOption,
  type RunningEngine,
  textOption,
} from "../command.ts";
import { EXIT_CODES } from "../exit-code.ts";
import { dataDirectory } from "../server.ts";

const PORT_DEFAULT = 7443;
const PORT_MAX = 65_535;
const NAMESPACE_DEFAULT = "default";

export const UP: CommandDefinition = {
  name: "up",
  summary: "Start the engine on this machine",
  description:
    "Starts everything on this machine and goes on until Ctrl-C. What was running when it ended, or was killed, goes on: " +
    "the containers of runs survive it.",
  arguments: [],
  options: [
    { flags: "--values <file>", description: "values.yaml: what differs from the chart's own", completes: "files" },
    {
      flags: "--data-dir <dir>",
      description: "where everything is kept (default: $RUNYARD_DATA_DIR, else ~/.local/share/runyard)",
      completes: "files",
    },
    { flags: "--port <number>", description: `port of the API on 127.0.0.1 (default: ${PORT_DEFAULT}; 0: any)` },
    { flags: "-n, --namespace <name>", description: `namespace of the installation (default: ${NAMESPACE_DEFAULT})` },
    {
      flags: "--unsafe-no-sandbox",
      description: "run agents without a sandbox: they can read and change everything that you can",
    },
  ],
  examples: [
    { command: "runyard up --values values.yaml", explanation: "with your repositories, models and Apps" },
    { command: "runyard up --data-dir ./data --port 0", explanation: "beside another engine" },
  ],
  run: async (input, dependencies) => {
    const values = textOption(input, "values");
    if (values !== undefined && (await dependencies.files.kindOf(values)) !== "file") {
      throw usageError(
        `--values: ${values} is no file`,
        "name a YAML file, or leave it out for the chart's own values",
      );
    }
    const stopped = dependencies.interruption();
    const { out, err } = dependencies;
    const engine = await start(dependencies, {
      ...(values !== undefined && { values }),
      dataDirectory: dataDirectory(input, dependencies),
      port: parsePort(textOption(input, "port")),
      namespace: parseNamespace(textOption(input, "namespace")),
      unsafeNoSandbox: hasOption(input, "unsafeNoSandbox"),
    });
    out.write(`Runyard is up.\n  API:        ${engine.apiUrl}\n  Webhooks:   ${engine.webhookUrl}\n`);
    out.write(`  Kubeconfig: ${engine.kubeconfigPath}\n${missingText(engine)}`);
    out.write("Stop it with Ctrl-C; running agents go on.\n");
    const problem = await engine.sandboxProblem;
    if (problem !== undefined) err.write(formatError(sandboxError(problem), false));
    await aborted(stopped);
    out.write("Stopping …\n");
    await engine.close();
    return EXIT_CODES.ok;
  },
};

function sandboxError(problem: PlatformError): CliError {
  return new CliError({
    exitCode: EXIT_CODES.failure,
    happened: problem.message,
    means:
      "the engine goes on, but refuses every run until this is mended: an agent must not have this machine open to it",
    toDo: problem.hint ?? "mend the cause; the engine need not be started again",
    cause: problem,
  });
}

function missingText({ missingSecrets }: RunningEngine): string {
  if (missingSecrets.length === 0) return "";
  const lines = missingSecrets.map(({ name, keys, use }) => `  ${name} (${keys.join(", ")}): without it ${use}\n`);
  return `Secrets that are not there yet (put them there with \`runyard apply -f -\`; the guide one-machine says how):\n${lines.join("")}`;
}

/** What keeps an engine from starting is on this machine; elsewhere the same codes speak of a server. */
async function start(dependencies: CliDependencies, options: EngineOptions): Promise<RunningEngine> {
  try {
    return await dependencies.startEngine(options);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const causes = error.causes.map(({ field, message }) => `${field}: ${message}`);
    throw new CliError({
      exitCode: error.code === "Invalid" ? EXIT_CODES.usage : EXIT_CODES.failure,
      happened: [error.message, ...causes.filter((cause) => !error.message.includes(cause))].join("; "),
      means: "the engine was not started; what it keeps is as it was",
      toDo: error.hint ?? `look into ${options.dataDirectory}/engine.log, and start it again`,
      cause: error,
    });
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => {
    signal.addEventListener("abort", resolve, { once: true });
  });
}

function parseNamespace(name = NAMESPACE_DEFAULT): string {
  const problem = namespaceNameProblem(name);
  if (problem === undefined) return name;
  throw usageError(`--namespace: "${name}" is no name of a namespace`, `it ${problem}`);
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return PORT_DEFAULT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= PORT_MAX) return port;
  throw usageError(`--port: "${text}" is no port`, `give a number from 0 to ${PORT_MAX}; 0 takes any free one`);
}

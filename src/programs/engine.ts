// The engine: everything that Kubernetes and Argo would have provided, in one process over one SQLite file.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Configuration } from "../configuration/configuration.ts";
import type { RequiredSecret } from "../configuration/required-secrets.ts";
import { toConfiguration } from "../configuration/to-configuration.ts";
import { runControllers } from "../controllers/loop/run-controllers.ts";
import { DatabaseThread } from "../platform/embedded/database-thread.ts";
import { jsonLog } from "../platform/node/json-log.ts";
import type { PlatformError } from "../platform/errors.ts";
import type { Log } from "../platform/log.ts";
import { openSqliteResourceStore } from "../platform/embedded/sqlite-resource-store.ts";
import { openLogFile } from "../platform/node/log-file.ts";
import { SYSTEM_CLOCK } from "../platform/node/system-clock.ts";
import type { ResourceReader } from "../platform/resource-store.ts";
import { KINDS } from "../resources/kinds.ts";
import { POD } from "../resources/pod.ts";
import type { GatewaySettings } from "./gateway.ts";
import { dataDirectory, makeDataDirectory, type DataDirectory } from "./engine/data-directory.ts";
import { prepareGateway, type GatewayProcess } from "./engine/gateway-process.ts";
import { keepGatewayToken } from "./engine/gateway-token.ts";
import { installAccess, installPipelines } from "./engine/install.ts";
import { missingSecrets } from "./engine/missing-secrets.ts";
import { loadValues } from "./engine/load-values.ts";
import type { Interception } from "./engine/interception.ts";
import { openPlatform, type EnginePlatform } from "./engine/open-platform.ts";

export interface EngineOptions {
  readonly dataDirectory: string;
  /** The operator's values over the chart's. */
  readonly values?: string;
  /** Of the API; 0 chooses one. */
  readonly port: number;
  /** Instead of github.webhook.port of the values. */
  readonly webhookPort?: number;
  readonly namespace: string;
  /** Runs agents without a sandbox. Every pod says so. */
  readonly unsafeNoSandbox: boolean;
  readonly environment: NodeJS.ProcessEnv;
  /** Instead of the packaged one. */
  readonly chartDirectory?: string;
  /** For tests that end the engine in the middle of a change. */
  readonly interception?: Interception;
}

export interface Engine {
  readonly kubeconfigPath: string;
  readonly apiUrl: string;
  /** Where GitHub's webhooks go. */
  readonly webhookUrl: string;
  /** Why every pod will be refused, with what mends it; undefined: sandboxes can be made here. */
  readonly sandboxProblem: Promise<PlatformError | undefined>;
  /** What the operator has not put there yet. */
  readonly missingSecrets: readonly RequiredSecret[];
  /** Ends the engine. Pods that run, and the gateway while one does, go on; the next start finds them. */
  close(): Promise<void>;
}

const CHART = fileURLToPath(new URL("../../charts/runyard", import.meta.url));

/**
 * Resolves when the API and the gateway answer and every controller runs. Rejects with a PlatformError that names what is
 * wrong and how to mend it; nothing is left open then.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { namespace, unsafeNoSandbox, environment, port } = options;
  const directory = dataDirectory(options.dataDirectory);
  const chartDirectory = options.chartDirectory ?? CHART;
  await using opened = new AsyncDisposableStack();
  // It starts while the values are read.
  const databases = new DatabaseThread();
  opened.defer(() => databases.close());
  const values = await loadValues(chartDirectory, options.values);
  const configuration = toConfiguration(values);
  await makeDataDirectory(directory);
  const output = openLogFile(directory.log);
  opened.defer(() => output.close());
  const clock = SYSTEM_CLOCK;
  const log = jsonLog({ write: (line) => output.write(line), now: () => clock.now() });
  // With it comes the lock of the data directory.
  const database = await openSqliteResourceStore({
    directory: directory.store,
    thread: databases,
    kinds: KINDS,
    clock,
    log,
  });
  opened.defer(() => database.close());
  const gateway = await prepareGateway(directory.gateway, environment);
  opened.defer(() => gateway.abandon());
  const store = options.interception?.store(database) ?? database;
  const shared = { directory, databases, store, namespace, clock, log, interception: options.interception };
  const { processesMax } = values.limits;
  const host = { unsafeNoSandbox, environment, processesMax };
  const platform = await openPlatform({ ...shared, ...host, port, version: readVersion() });
  opened.defer(() => platform.close());
  const stop = new AbortController();
  const { signal } = stop;
  opened.defer(() => stop.abort(new Error("the engine stops")));
  const chart = { store, chartDirectory, namespace, values, configuration };
  await installAccess(chart);
  const token = await keepGatewayToken({ ...shared, tokens: platform.tokens, directory: directory.gateway, signal });
  const gatewayStarts = gateway.start(gatewaySettings(directory, configuration, { platform, token, namespace }));
  opened.defer(() => leaveGateway(gatewayStarts, store));
  const [{ openControllers }] = await Promise.all([
    import("./engine/controllers.ts"),
    installPipelines(chart),
    gatewayStarts,
  ]);
  const webhookPort = options.webhookPort ?? values.github.webhook.port;
  const controllers = await openControllers({ ...shared, ...platform, configuration, values, webhookPort });
  opened.defer(() => controllers.close());
  const sandboxProblem = findSandboxProblem(platform, log);
  opened.defer(async () => void (await sandboxProblem));
  const missing = await missingSecrets(store, namespace, configuration);
  const loop = runControllers({ controllers: controllers.list, store, clock, log, signal });
  const parts = opened.move();
  return {
    kubeconfigPath: directory.kubeconfig,
    apiUrl: platform.api.url,
    webhookUrl: `http://127.0.0.1:${webhookPort}/github/webhook`,
    sandboxProblem,
    missingSecrets: missing,
    async close() {
      stop.abort(new Error("the engine stops"));
      await loop;
      await parts.disposeAsync();
    },
  };
}

async function findSandboxProblem(platform: EnginePlatform, log: Log): Promise<PlatformError | undefined> {
  try {
    const problem = await platform.isolationProblem();
    if (problem !== undefined) log.write("error", problem.message, { fix: problem.hint });
    return problem;
  } catch (error) {
    log.write("error", "whether sandboxes can be made was not found out; the first pod will show it", { error });
    return undefined;
  }
}

interface GatewayNeeds {
  readonly platform: EnginePlatform;
  readonly token: { readonly path: string };
  readonly namespace: string;
}

function gatewaySettings(directory: DataDirectory, configuration: Configuration, needs: GatewayNeeds): GatewaySettings {
  const { platform, token, namespace } = needs;
  return {
    configuration,
    namespace,
    dataDirectory: join(directory.gateway, "data"),
    socketPath: directory.gatewaySocket,
    api: {
      // Over the socket; the address only names what the certificate is for, so it may not change with the port.
      server: "https://127.0.0.1",
      socketPath: directory.apiSocket,
      certificateAuthority: platform.authority.certificate,
      tokenFile: token.path,
    },
  };
}

/** A turn that goes on needs its gateway; without one nothing of ours is left running. */
async function leaveGateway(gatewayStarts: Promise<GatewayProcess>, store: ResourceReader): Promise<void> {
  const gateway = await gatewayStarts.catch(() => undefined);
  const { items } = await store.list(POD);
  const goesOn = items.some((pod) => pod.status?.phase === "Running" || pod.status?.phase === "Pending");
  if (!goesOn) await gateway?.stop();
}

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

// Everything that runs while the demonstration does: the stand-ins for the outside world, and the real engine.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connectKubernetes, type Kubernetes } from "../../platform/kubernetes/connect-kubernetes.ts";
import { SYSTEM_CLOCK } from "../../platform/node/system-clock.ts";
import { namespacedStore } from "../../platform/namespaced-store.ts";
import { patientStore } from "../../platform/patient-resource-store.ts";
import { startEngine, type Engine, type EngineOptions } from "../engine.ts";
import { buildValues, type DemoModel } from "./demo-model.ts";
import { endRuns } from "./end-runs.ts";
import { HOOK_APP, REPOSITORY, startDemoGitHub, type DemoGitHub } from "./github-setup.ts";

import { createSecrets } from "./installation-secrets.ts";
import { listenOnLoopback } from "./loopback-server.ts";
import { packPackage } from "./pack-package.ts";
import { startPackageRegistry, type PackageRegistry } from "./package-registry.ts";
import { startPreviewHost, type PreviewHostOptions } from "./preview-host.ts";
import { readPackageFiles, readRepositoryFiles } from "./repository-files.ts";
import type { ModelStandIn, StandIns } from "./stand-ins.ts";
import { STAGE_SCRIPTS } from "./scripts/stage-scripts.ts";

export const NAMESPACE_NAME = "runyard";
const CHART_VALUES = fileURLToPath(new URL("../../../charts/runyard/values.yaml", import.meta.url));

/** What the demonstration has of the engine; everything else it asks the API. */
export interface DemoEngine extends Pick<Engine, "apiUrl" | "webhookUrl" | "kubeconfigPath" | "close"> {
  /** Of the Apps' and the model's Secrets, where that is another than the runs'. */
  readonly systemNamespace?: string;
}

export interface WorldOptions {
  /** Exists. */
  readonly directory: string;
  readonly model: DemoModel;
  readonly standIns: StandIns;
  readonly environment: NodeJS.ProcessEnv;
  readonly onDeployment: PreviewHostOptions["onDeployment"];
  /** Another way to run the engine than in this process, for a test that kills it. */
  readonly startEngine?: (options: EngineOptions) => Promise<DemoEngine>;
}

export interface DemoWorld {
  readonly directory: string;
  readonly dataDirectory: string;
  readonly github: DemoGitHub;
  readonly registry: PackageRegistry;
  readonly engine: DemoEngine;
  readonly kubernetes: Kubernetes;
  readonly webhookSecret: string;
  /** Ends what runs, then every part; the directory stays. */
  close(): Promise<void>;
}

/** Closes in the reverse order what was opened, also when opening fails in the middle. */
export async function startWorld(options: WorldOptions): Promise<DemoWorld> {
  const opened: (() => Promise<void>)[] = [];
  const keep = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    opened.push(() => part.close());
    return part;
  };
  const close = async () => {
    for (const end of opened.splice(0).toReversed()) await end().catch(() => undefined);
  };
  try {
    return { ...(await open(options, keep)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Keep = <Part extends { close(): Promise<void> }>(part: Part) => Part;

async function open(options: WorldOptions, keep: Keep): Promise<Omit<DemoWorld, "close">> {
  const { directory, model } = options;
  const packed = packPackage(await readPackageFiles());
  const registry = keep(await startPackageRegistry(packed));
  const github = await openGitHub(options, keep, { registryUrl: registry.url, integrity: packed.integrity });
  const simulator = await openModel(options.standIns, keep);
  const values = buildValues({
    chartValues: await readFile(CHART_VALUES, "utf8"),
    model,
    appIds: Object.fromEntries(github.apps.map((slug) => [slug, github.simulator.app(slug).id])),
    repository: REPOSITORY,
    apiUrl: github.simulator.apiUrl,
    webUrl: github.simulator.baseUrl,
    scriptedModelUrl: simulator.url,
    registryUrl: registry.url,
    webhookPort: await freePort(),
  });
  const valuesPath = join(directory, "values.yaml");
  await writeFile(valuesPath, values);
  const dataDirectory = join(directory, "data");
  const start: NonNullable<WorldOptions["startEngine"]> = options.startEngine ?? startEngine;
  const engine = keep(
    await start({
      dataDirectory,
      values: valuesPath,
      port: 0,
      namespace: NAMESPACE_NAME,
      unsafeNoSandbox: false,
      environment: options.environment,
    }),
  );
  const connection = keep(
    await connectKubernetes({ kubeconfig: { path: engine.kubeconfigPath } }, { clock: SYSTEM_CLOCK }),
  );
  const patient = patientStore(connection.store, { clock: SYSTEM_CLOCK });
  const kubernetes = { ...connection, store: namespacedStore(patient, NAMESPACE_NAME) };
  keep({ close: () => endRuns(kubernetes.store) });
  const { systemNamespace = NAMESPACE_NAME } = engine;
  const of = { store: kubernetes.store, namespace: NAMESPACE_NAME, systemNamespace };
  const webhookSecret = await createSecrets({ ...of, github, model });
  github.simulator.configureWebhook({ url: engine.webhookUrl, secret: webhookSecret, app: HOOK_APP });
  return { directory, dataDirectory, github, registry, engine, kubernetes, webhookSecret };
}

async function openGitHub(
  { directory, onDeployment, environment, standIns }: WorldOptions,
  keep: Keep,
  from: { readonly registryUrl: string; readonly integrity: string },
): Promise<DemoGitHub> {
  const { registryUrl } = from;
  const ciEnvironment: Record<string, string> = { npm_config_registry: `${registryUrl}/` };
  const [githubDirectory, previewDirectory] = [join(directory, "github"), join(directory, "previews")];
  for (const folder of [githubDirectory, previewDirectory]) await mkdir(folder, { recursive: true });
  const files = await readRepositoryFiles(from.integrity);
  const github = await startDemoGitHub(standIns.startGitHub, {
    directory: githubDirectory,
    files,
    chartValuesPath: CHART_VALUES,
    ciEnvironment,
  });
  const { simulator } = github;
  const preview = await startPreviewHost({
    directory: previewDirectory,
    registryUrl,
    deployer: github.deployer,
    cloneUrl: (repository) => `${simulator.baseUrl}/${repository}.git`,
    onDeployment,
  });
  ciEnvironment["PREVIEW_HOST"] = preview.url;
  keep(preview);
  // CI commands speak to the preview host, so GitHub ends first.
  keep({ close: () => simulator.close() });
  // The gateway takes its way out from the environment, as an operator would give it.
  environment["HTTP_PROXY"] = preview.proxyUrl;
  environment["NO_PROXY"] = ["127.0.0.1", "localhost", environment["NO_PROXY"] ?? ""].filter(Boolean).join(",");
  return github;
}

async function openModel(standIns: StandIns, keep: Keep): Promise<ModelStandIn> {
  const simulator = keep(await standIns.startModel());
  for (const [key, script] of Object.entries(STAGE_SCRIPTS)) simulator.setScript(key, script);
  return simulator;
}

async function freePort(): Promise<number> {
  const server = await listenOnLoopback(createServer());
  await server.close();
  return server.port;
}

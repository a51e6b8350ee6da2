// Runyard on a real cluster, in the place of the demonstration's engine: the chart is installed beside real Argo, GitHub's
// deliveries go to the EventSource's Service by way of the API server, and the stand-ins of this machine are reached from
// pods by a name that stands for it.
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { formatYaml, parseYaml, type JsonValue } from "../../src/languages/yaml.ts";
import { connectKubernetes, type Kubernetes } from "../../src/platform/kubernetes/connect-kubernetes.ts";
import type { DemoEngine } from "../../src/programs/demo/demo-world.ts";
import type { EngineOptions } from "../../src/programs/engine.ts";
import { NAMESPACE } from "../../src/resources/core.ts";
import { POD, type Pod } from "../../src/resources/pod.ts";
import { REAL_CLOCK } from "./real-clock.ts";
import { startServiceFront } from "./service-front.ts";

const run = promisify(execFile);
const CHART = process.env["RUNYARD_TEST_CHART"] ?? fileURLToPath(new URL("../../charts/runyard", import.meta.url));
const RELEASE = "runyard";
const READY_MS_MAX = 300_000;
const LOOK_EVERY_MS = 1_000;
/** EventSource and one for each Sensor of the chart, and the bus. */
const EVENT_PODS = ["eventsource-name", "sensor-name", "eventbus-name"];

/** How this machine's cluster is used; each is a variable of the environment, see docs/guides/cluster.md. */
export interface TestCluster {
  readonly kubeconfig: string;
  /** By which pods reach servers on this machine's loopback. */
  readonly host: string;
  /** Run once for each port that they must reach, with the port as its argument; empty: nothing need be done. */
  readonly reach: string;
  readonly helm: string;
}

/** Undefined, with the reason said, where there is no cluster to test on. */
export function findTestCluster(environment: NodeJS.ProcessEnv): TestCluster | undefined {
  const kubeconfig = environment["RUNYARD_TEST_KUBECONFIG"];
  if (kubeconfig === undefined || kubeconfig === "") {
    console.warn("SKIPPED: no cluster; RUNYARD_TEST_KUBECONFIG names the kubeconfig of one that may be changed");
    return undefined;
  }
  return {
    kubeconfig,
    host: environment["RUNYARD_TEST_HOST"] ?? "host.docker.internal",
    reach: environment["RUNYARD_TEST_REACH"] ?? "",
    helm: environment["RUNYARD_HELM"] ?? "helm",
  };
}

/** Of the API server, and of Argo by the images of its controllers. */
export async function readClusterVersions({ kubeconfig }: TestCluster): Promise<Readonly<Record<string, string>>> {
  const kubernetes = await connectKubernetes({ kubeconfig: { path: kubeconfig } }, { clock: REAL_CLOCK });
  try {
    const { items } = await kubernetes.store.list(POD);
    const images = items.flatMap(({ spec }) => spec.containers.map(({ image = "" }) => image));
    const versionOf = (pattern: RegExp) =>
      images.map((image) => pattern.exec(image)?.[1]).find((it) => it !== undefined);
    return {
      kubernetes: await kubernetes.version(),
      argoWorkflows: versionOf(/workflow-controller:(.+)$/) ?? "unknown",
      argoEvents: versionOf(/argo-events:(.+)$/) ?? "unknown",
    };
  } finally {
    await kubernetes.close();
  }
}

/** Installs the chart with the demonstration's values, and waits until Deployments are ready. */
export async function startClusterEngine(
  options: EngineOptions,
  cluster: TestCluster,
  settings: readonly string[] = [],
): Promise<DemoEngine> {
  const { namespace } = options;
  const systemNamespace = `${namespace}-system`;
  const kubernetes = await connectKubernetes({ kubeconfig: { path: cluster.kubeconfig } }, { clock: REAL_CLOCK });
  await removeNamespaces(kubernetes, [namespace, systemNamespace]);
  const values = await writeClusterValues(options, cluster);
  const helm = async (...args: readonly string[]) =>
    await run(cluster.helm, [...args, "--namespace", namespace, "--kubeconfig", cluster.kubeconfig]);
  await helm("upgrade", "--install", RELEASE, CHART, "--create-namespace", "--values", values, "--wait", ...settings);
  const ready = waitForEventPods(kubernetes, namespace);
  ready.catch(() => undefined);
  const service = { namespace, name: "github-eventsource-svc", port: 12_000, path: "/github/webhook" };
  const front = await startServiceFront({ kubeconfig: cluster.kubeconfig, service, ready, times: 2 });
  return {
    apiUrl: kubernetes.server,
    kubeconfigPath: cluster.kubeconfig,
    webhookUrl: front.url,
    systemNamespace,
    async close() {
      await front.close();
      await helm("uninstall", RELEASE, "--wait").catch((error: unknown) => console.warn(String(error)));
      await removeNamespaces(kubernetes, [namespace, systemNamespace]);
      await kubernetes.close();
    },
  };
}

/** The stand-ins' addresses as pods see them, and the way out that the engine takes from its environment. */
async function writeClusterValues(options: EngineOptions, { host, reach }: TestCluster): Promise<string> {
  const text = await readFile(options.values ?? "", "utf8");
  const proxy = options.environment["HTTP_PROXY"] ?? "";
  const ports = new Set([...`${text}\n${proxy}`.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => port ?? ""));
  if (reach !== "") for (const port of ports) await run("sh", ["-c", `${reach} ${port}`]);
  const seen = (address: string) => address.replaceAll("127.0.0.1:", `${host}:`);
  const values = parseYaml(seen(text)) as Readonly<Record<string, JsonValue>>;
  const storage = { enabled: false };
  const gateway = { proxy: { http: seen(proxy), noProxy: host }, storage };
  // A test's cluster may have one node and no storage.
  const eventBus = { replicas: 1, storage };
  const path = join(options.dataDirectory, "..", "cluster-values.yaml");
  await writeFile(path, formatYaml({ ...values, gateway, eventBus }));
  return path;
}

/** Ready, and listening: a Sensor hears only what is published after it has subscribed for the first time. */
async function waitForEventPods(kubernetes: Kubernetes, namespace: string): Promise<void> {
  const until = Date.now() + READY_MS_MAX;
  for (;;) {
    const { items } = await kubernetes.store.list(POD, { namespace });
    const waiting: string[] = [];
    for (const label of EVENT_PODS) {
      const pods = items.filter(({ metadata }) => metadata.labels?.[label] !== undefined);
      const states = await Promise.all(pods.map((pod) => isListening(kubernetes, pod, label)));
      if (pods.length === 0 || states.includes(false)) waiting.push(label);
    }
    if (waiting.length === 0) return;
    if (Date.now() > until) throw new Error(`pods with the labels ${waiting.join(", ")} are not ready`);
    await sleep(LOOK_EVERY_MS);
  }
}

async function isListening({ logs }: Kubernetes, pod: Pod, label: string): Promise<boolean> {
  const conditions = pod.status?.conditions ?? [];
  if (!conditions.some(({ type, status }) => type === "Ready" && status === "True")) return false;
  if (label !== "sensor-name") return true;
  const { namespace = "", name, uid = "" } = pod.metadata;
  const chunks: Uint8Array[] = [];
  const container = pod.spec.containers[0]?.name ?? "";
  for await (const chunk of logs.read({ pod: { namespace, name }, uid, container })) chunks.push(chunk);
  return Buffer.concat(chunks).includes("Subscribing to subject");
}

async function removeNamespaces({ store }: Kubernetes, names: readonly string[]): Promise<void> {
  const until = Date.now() + READY_MS_MAX;
  for (const name of names) {
    for (;;) {
      const found = await store.get(NAMESPACE, { namespace: "", name });
      if (found === undefined) break;
      if (found.metadata.deletionTimestamp === undefined) await store.delete(NAMESPACE, { namespace: "", name });
      if (Date.now() > until) throw new Error(`namespace ${name} does not end`);
      await sleep(LOOK_EVERY_MS);
    }
  }
}

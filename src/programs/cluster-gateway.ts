// The gateway of a cluster: a Deployment behind a Service. It shows a certificate of its own, asks the API who calls, and is
// the only program that the cluster's NetworkPolicies let out.
import { join } from "node:path";
import { toConfiguration } from "../configuration/to-configuration.ts";
import { startGateway, type Gateway } from "../gateway/gateway.ts";
import type { Kubernetes } from "../platform/kubernetes/connect-kubernetes.ts";
import { openCachedStore, type CachedKind } from "../platform/kubernetes/cached-resource-store.ts";
import { jsonLog } from "../platform/node/json-log.ts";
import { SYSTEM_CLOCK } from "../platform/node/system-clock.ts";
import { WORKFLOW } from "../resources/argo-kinds.ts";
import { CODE_RUN } from "../resources/code-run.ts";
import { DOCS_RUN } from "../resources/docs-run.ts";
import type { Kind } from "../resources/kind.ts";
import { POD } from "../resources/pod.ts";
import { connectCluster } from "./cluster/connect-cluster.ts";
import { keepGatewayCertificate } from "./cluster/gateway-certificate.ts";
import { readClusterOptions, readMountedValues, type ClusterOptions } from "./cluster/read-options.ts";
import { runProgram } from "./cluster/run-program.ts";
import { upstreamOf } from "./upstream-environment.ts";

/** What each request is checked against. Lanes are not among them: whether a run may still act is never answered from memory. */
const CALLERS_KINDS: readonly CachedKind[] = [POD, CODE_RUN, DOCS_RUN, WORKFLOW].map((kind: Kind) => {
  return { kind, asksForMissing: true };
});

/** The certificate is valid for months, and renewed when a third of that is left. */
const CERTIFICATE_CHECK_MS = 6 * 3_600_000;

const clock = SYSTEM_CLOCK;
const log = jsonLog({ write: (line) => process.stdout.write(line), now: () => clock.now() });

await runProgram(log, async (signal) => {
  const options = readClusterOptions("gateway", process.argv.slice(2));
  const configuration = toConfiguration(await readMountedValues(options.configuration));
  await using opened = new AsyncDisposableStack();
  const kubernetes = await connectCluster(options, process.env, clock);
  opened.defer(() => kubernetes.close());
  const certificate = await keepCertificate(options, kubernetes);
  const cache = openCachedStore({
    store: kubernetes.store,
    namespace: options.namespace,
    kinds: CALLERS_KINDS,
    clock,
    log,
    signal,
  });
  const gateway = await startGateway({
    store: cache.store,
    reviewer: kubernetes.tokens,
    configuration,
    clock,
    log,
    dataDirectory: join(options.dataDirectory, "gateway"),
    namespace: options.namespace,
    systemNamespace: options.systemNamespace,
    listen: { port: options.port, host: "0.0.0.0", certificate },
    upstream: await upstreamOf(process.env),
  });
  opened.defer(() => gateway.close());
  log.write("info", "the gateway listens", { port: options.port, namespace: options.namespace });
  await renewForEver({ options, kubernetes, gateway, signal });
});

async function keepCertificate({ namespace, systemNamespace, dataDirectory }: ClusterOptions, { store }: Kubernetes) {
  const directory = join(dataDirectory, "certificate");
  return await keepGatewayCertificate({ store, namespace, systemNamespace, directory, clock });
}

interface Renewal {
  readonly options: ClusterOptions;
  readonly kubernetes: Kubernetes;
  readonly gateway: Gateway;
  readonly signal: AbortSignal;
}

async function renewForEver({ options, kubernetes, gateway, signal }: Renewal): Promise<void> {
  while (!signal.aborted) {
    await clock.sleep(CERTIFICATE_CHECK_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    try {
      gateway.useCertificate(await keepCertificate(options, kubernetes));
    } catch (error) {
      log.write("error", "the certificate could not be looked after; it is tried again in six hours", { error });
    }
  }
}

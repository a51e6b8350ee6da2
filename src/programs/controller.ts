// The controller of a cluster: a Deployment that turns CodeRuns and DocsRuns into Jobs, beside Argo's own controllers. One replica
// leads; the others stand by. One that does not lead any more ends, and is started again by the kubelet.
import { randomUUID } from "node:crypto";
import { toConfiguration } from "../configuration/to-configuration.ts";
import type { Values } from "../configuration/values-schema.ts";
import { runControllers } from "../controllers/loop/run-controllers.ts";
import { PlatformError } from "../platform/errors.ts";
import { leaderStore, runLeaderElection } from "../platform/leadership/leader-election.ts";
import { openCachedStore, type CachedStore } from "../platform/kubernetes/cached-resource-store.ts";
import type { Kubernetes } from "../platform/kubernetes/connect-kubernetes.ts";
import type { Metrics } from "../platform/metrics.ts";
import { startHealthServer } from "../platform/node/health-server.ts";
import { jsonLog } from "../platform/node/json-log.ts";
import { createPrometheusMetrics } from "../platform/node/prometheus-metrics.ts";
import { SYSTEM_CLOCK } from "../platform/node/system-clock.ts";
import { connectCluster } from "./cluster/connect-cluster.ts";
import { CACHED_KINDS, clusterControllers } from "./cluster/controllers.ts";
import { readClusterOptions, readMountedValues, type ClusterOptions } from "./cluster/read-options.ts";
import { requireServedKinds } from "./cluster/required-kinds.ts";
import { runProgram } from "./cluster/run-program.ts";

const LEASE_NAME = "runyard-controller";

const clock = SYSTEM_CLOCK;
const log = jsonLog({ write: (line) => process.stdout.write(line), now: () => clock.now() });

await runProgram(log, async (signal) => {
  const { env } = process;
  const options = readClusterOptions("controller", process.argv.slice(2));
  const values = await readMountedValues(options.configuration);
  await using opened = new AsyncDisposableStack();
  const kubernetes = await connectCluster(options, env, clock);
  opened.defer(() => kubernetes.close());
  const metrics = createPrometheusMetrics();
  let cached: CachedStore["statistics"] = () => [];
  let problem: string | undefined = "it has not read what is in the cluster yet";
  const health = await startHealthServer({
    port: options.port,
    host: "0.0.0.0",
    live: () => undefined,
    ready: () => problem,
    metrics: async () => {
      for (const { resource, objects } of cached()) metrics.gauge("runyard_cached_objects", { resource }, objects);
      return await metrics.text();
    },
  });
  opened.defer(() => health.close());
  await requireServedKinds(kubernetes.store, options.namespace);
  const watching = new AbortController();
  const cache = openCachedStore({
    store: kubernetes.store,
    namespace: options.namespace,
    kinds: CACHED_KINDS,
    clock,
    log,
    signal: AbortSignal.any([signal, watching.signal]),
  });
  opened.defer(async () => {
    watching.abort(new Error("the program ends"));
    await cache.done;
  });
  cached = () => cache.statistics();
  await cache.synced;
  problem = undefined;
  await lead({ options, values, kubernetes, cache, metrics, environment: env, signal });
});

interface Parts {
  readonly options: ClusterOptions;
  readonly values: Values;
  readonly kubernetes: Kubernetes;
  readonly cache: CachedStore;
  readonly metrics: Metrics;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Stands by until this replica leads; then works until it is told to stop. Unavailable when it does not lead any more. */
async function lead({ options, values, kubernetes, cache, metrics, environment, signal }: Parts): Promise<void> {
  const { namespace, systemNamespace } = options;
  const key = { namespace: systemNamespace, name: LEASE_NAME };
  const identity = `${environment["POD_NAME"] ?? "controller"}_${randomUUID()}`;
  const election = runLeaderElection({ store: kubernetes.store, key, identity, clock, log, signal });
  try {
    await election.acquired;
    metrics.gauge("runyard_leader", {}, 1);
    const store = leaderStore(cache.store, election.isLeader);
    const configuration = toConfiguration(values);
    const image = values.images.agent;
    const controllers = clusterControllers({ store, namespace, configuration, image, environment });
    const led = new AbortController();
    const loop = runControllers({
      controllers,
      store,
      clock,
      log,
      metrics,
      signal: AbortSignal.any([signal, led.signal]),
    });
    await election.lost;
    led.abort(new Error("this process does not lead any more"));
    await loop;
  } finally {
    await election.release();
  }
  if (signal.aborted) return;
  throw new PlatformError({
    code: "Unavailable",
    message: `the Lease ${key.namespace}/${key.name} was lost: another replica leads, or the API server did not answer in time`,
    hint: "nothing: this replica is started again and stands by",
  });
}

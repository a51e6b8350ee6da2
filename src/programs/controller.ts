// The controller of a cluster: a Deployment that turns CodeRuns and DocsRuns into Jobs, beside Argo's own controllers. One replica
// leads; the others stand by. One that does not lead any more ends, and is started again by the kubelet.
import { randomUUID } from "node:crypto";
import { toConfiguration } from "../configuration/to-configuration.ts";
import { runControllers } from "../controllers/loop/run-controllers.ts";
import { PlatformError } from "../platform/errors.ts";
import { leaderStore, runLeaderElection } from "../platform/leadership/leader-election.ts";
import { namespacedStore } from "../platform/namespaced-store.ts";
import { startHealthServer } from "../platform/node/health-server.ts";
import { jsonLog } from "../platform/node/json-log.ts";
import { createPrometheusMetrics } from "../platform/node/prometheus-metrics.ts";
import { SYSTEM_CLOCK } from "../platform/node/system-clock.ts";
import { connectCluster } from "./cluster/connect-cluster.ts";
import { clusterControllers } from "./cluster/controllers.ts";
import { readClusterOptions, readMountedValues } from "./cluster/read-options.ts";
import { requireServedKinds } from "./cluster/required-kinds.ts";
import { runProgram } from "./cluster/run-program.ts";

const LEASE_NAME = "runyard-controller";

const clock = SYSTEM_CLOCK;
const log = jsonLog({ write: (line) => process.stdout.write(line), now: () => clock.now() });

await runProgram(log, async (signal) => {
  const { env } = process;
  const options = readClusterOptions("controller", process.argv.slice(2));
  const { namespace, systemNamespace } = options;
  const values = await readMountedValues(options.configuration);
  await using opened = new AsyncDisposableStack();
  const kubernetes = await connectCluster(options, env, clock);
  opened.defer(() => kubernetes.close());
  const metrics = createPrometheusMetrics();
  let problem: string | undefined = "it has not looked at the cluster yet";
  const { port } = options;
  const text = () => metrics.text();
  const health = await startHealthServer({
    port,
    host: "0.0.0.0",
    live: () => undefined,
    ready: () => problem,
    metrics: text,
  });
  opened.defer(() => health.close());
  const observed = namespacedStore(kubernetes.store, namespace);
  await requireServedKinds(observed, namespace);
  problem = undefined;
  const election = runLeaderElection({
    store: kubernetes.store,
    key: { namespace: systemNamespace, name: LEASE_NAME },
    identity: `${env["POD_NAME"] ?? "controller"}_${randomUUID()}`,
    clock,
    log,
    signal,
  });
  opened.defer(() => election.release());
  await election.acquired;
  metrics.gauge("runyard_leader", {}, 1);
  const store = leaderStore(observed, election.isLeader);
  const configuration = toConfiguration(values);
  const controllers = clusterControllers({
    store,
    namespace,
    configuration,
    image: values.images.agent,
    environment: env,
  });
  const leads = new AbortController();
  const running = AbortSignal.any([signal, leads.signal]);
  const loop = runControllers({ controllers, store, clock, log, metrics, signal: running });
  await election.lost;
  leads.abort(new Error("this process does not lead any more"));
  await loop;
  if (signal.aborted) return;
  throw new PlatformError({
    code: "Unavailable",
    message: `the Lease ${systemNamespace}/${LEASE_NAME} was lost: another replica leads, or the API server did not answer in time`,
    hint: "nothing: this replica is started again and stands by",
  });
});

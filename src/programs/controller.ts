// The controller of a cluster: a Deployment that turns CodeRuns and DocsRuns into Jobs, beside Argo's own controllers.
import { toConfiguration } from "../configuration/to-configuration.ts";
import { runControllers } from "../controllers/loop/run-controllers.ts";
import { namespacedStore } from "../platform/namespaced-store.ts";
import { jsonLog } from "../platform/node/json-log.ts";
import { SYSTEM_CLOCK } from "../platform/node/system-clock.ts";
import { connectCluster } from "./cluster/connect-cluster.ts";
import { clusterControllers } from "./cluster/controllers.ts";
import { readClusterOptions, readMountedValues } from "./cluster/read-options.ts";
import { requireServedKinds } from "./cluster/required-kinds.ts";
import { runProgram } from "./cluster/run-program.ts";

const clock = SYSTEM_CLOCK;
const log = jsonLog({ write: (line) => process.stdout.write(line), now: () => clock.now() });

await runProgram(log, async (signal) => {
  const options = readClusterOptions("controller", process.argv.slice(2));
  const { namespace } = options;
  const values = await readMountedValues(options.configuration);
  await using opened = new AsyncDisposableStack();
  const kubernetes = await connectCluster(options, process.env, clock);
  opened.defer(() => kubernetes.close());
  const store = namespacedStore(kubernetes.store, namespace);
  await requireServedKinds(store, namespace);
  const controllers = clusterControllers({
    store,
    namespace,
    configuration: toConfiguration(values),
    image: values.images.agent,
    environment: process.env,
  });
  log.write("info", "the controller works", { namespace });
  await runControllers({ controllers, store, clock, log, signal });
});

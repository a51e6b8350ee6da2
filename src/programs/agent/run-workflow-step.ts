// `agent admit` and `agent finish`: steps of the orchestrator workflows, which read and write resources themselves.
import { mkdirSync, writeFileSync } from "node:fs";
import { readConfiguration, runStep, type StepName } from "../../agent/steps.ts";
import { createGatewayGitHubApi } from "../../platform/github/gateway-github-api.ts";
import { tellStepFinished } from "../../platform/github/gateway-step.ts";
import { connectKubernetes } from "../../platform/kubernetes/connect-kubernetes.ts";
import { SYSTEM_CLOCK } from "../../platform/node/system-clock.ts";
import { patientStore } from "../../platform/patient-resource-store.ts";
import { GATEWAY, LOG, readToken } from "./surroundings.ts";

const { env } = process;

/** Leaves each output as a file. */
export async function runWorkflowStep(name: StepName): Promise<void> {
  readToken();
  const serviceAccount = env["RUNYARD_SERVICE_ACCOUNT"];
  const kubernetes = await connectKubernetes(
    {
      inCluster: {
        host: env["KUBERNETES_SERVICE_HOST"] ?? "kubernetes.default.svc",
        port: env["KUBERNETES_SERVICE_PORT"] ?? "443",
        ...(serviceAccount === undefined ? {} : { directory: serviceAccount }),
      },
    },
    { clock: SYSTEM_CLOCK },
  );
  try {
    const { namespace } = kubernetes;
    const store = patientStore(kubernetes.store, { clock: SYSTEM_CLOCK });
    const configuration = await readConfiguration(store, namespace);
    const api = createGatewayGitHubApi(GATEWAY);
    const to = { store, api, clock: SYSTEM_CLOCK, log: LOG, configuration, namespace };
    const outputs = await runStep(name, env, to);
    const directory = env["RUNYARD_OUTPUTS"] ?? "/tmp/outputs";
    mkdirSync(directory, { recursive: true });
    for (const [output, text] of Object.entries(outputs)) writeFileSync(`${directory}/${output}`, text);
  } finally {
    await kubernetes.close();
    await tellStepFinished(GATEWAY).catch((error: unknown) => LOG.write("warn", "the gateway was not told", { error }));
  }
}

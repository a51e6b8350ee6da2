// `agent admit` and `agent finish`: steps of the orchestrator workflows, which read and write resources themselves.
import { mkdirSync, writeFileSync } from "node:fs";
import { readConfiguration, runStep, type StepName } from "../../agent/steps.ts";
import { GATEWAY_CONFIG_MAP, readGatewayAddress } from "../../configuration/gateway-address.ts";
import type { GatewayAddress } from "../../configuration/run-file.ts";
import { createGatewayGitHubApi } from "../../platform/github/gateway-github-api.ts";
import { tellStepFinished } from "../../platform/github/gateway-step.ts";
import { connectKubernetes } from "../../platform/kubernetes/connect-kubernetes.ts";
import { SYSTEM_CLOCK } from "../../platform/node/system-clock.ts";
import { patientStore } from "../../platform/patient-resource-store.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { CONFIG_MAP } from "../../resources/core.ts";
import { reachGateway, withoutGateway } from "./reach-gateway.ts";
import { gatewayAt, LOG, readToken } from "./surroundings.ts";

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
  let gateway: ReturnType<typeof gatewayAt> | undefined;
  try {
    const { namespace } = kubernetes;
    const store = patientStore(kubernetes.store, { clock: SYSTEM_CLOCK });
    const configuration = await readConfiguration(store, namespace);
    gateway = gatewayAt(await reachGateway(() => findGateway(store, namespace)));
    const api = createGatewayGitHubApi(gateway);
    const to = { store, api, clock: SYSTEM_CLOCK, log: LOG, configuration, namespace };
    const outputs = await runStep(name, env, to);
    const directory = env["RUNYARD_OUTPUTS"] ?? "/tmp/outputs";
    mkdirSync(directory, { recursive: true });
    for (const [output, text] of Object.entries(outputs)) writeFileSync(`${directory}/${output}`, text);
  } finally {
    await kubernetes.close();
    if (gateway !== undefined) await tellFinished(gateway);
  }
}

async function tellFinished(gateway: ReturnType<typeof gatewayAt>): Promise<void> {
  await tellStepFinished(gateway).catch((error: unknown) => LOG.write("warn", "the gateway was not told", { error }));
}

async function findGateway(store: ResourceReader, namespace: string): Promise<GatewayAddress> {
  const found = await store.get(CONFIG_MAP, { namespace, name: GATEWAY_CONFIG_MAP });
  const gateway = found === undefined ? undefined : readGatewayAddress(found);
  if (gateway !== undefined) return gateway;
  throw withoutGateway(`ConfigMap ${namespace}/${GATEWAY_CONFIG_MAP} is not complete`);
}

// The controllers of a cluster: those that are ours on both engines.
import type { Configuration } from "../../configuration/configuration.ts";
import type { GatewayAddress } from "../../configuration/run-file.ts";
import { createCodeRunController, createDocsRunController } from "../../controllers/agent-run/agent-run-controller.ts";
import { createChildWorkflowController } from "../../controllers/child-workflow/child-workflow-controller.ts";
import { createLaneController } from "../../controllers/lane/lane-controller.ts";
import type { Controller } from "../../controllers/loop/controller.ts";
import { gatewayVerdictWriter } from "../../platform/github/gateway-verdict-writer.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { callGateway } from "../call-gateway.ts";
import { resolveGateway, wayToGateway } from "./gateway-client.ts";

export interface ClusterControllersOptions {
  readonly store: ResourceStore;
  /** Of the runs. */
  readonly namespace: string;
  readonly configuration: Configuration;
  /** Of agents' pods. */
  readonly image: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function clusterControllers(options: ClusterControllersOptions): readonly Controller[] {
  const { store, namespace, configuration, image, environment } = options;
  const gateway = (): Promise<GatewayAddress> => resolveGateway(store, namespace);
  const verdicts = gatewayVerdictWriter(callGateway(wayToGateway(gateway, environment)));
  const runs = { store, configuration, verdicts, image, gateway };
  return [
    createLaneController(store),
    createChildWorkflowController(store),
    createCodeRunController(runs),
    createDocsRunController(runs),
  ];
}

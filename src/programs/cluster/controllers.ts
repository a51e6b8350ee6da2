// The controllers of a cluster: those that are ours on both engines.
import type { Configuration } from "../../configuration/configuration.ts";
import type { GatewayAddress } from "../../configuration/run-file.ts";
import { createCodeRunController, createDocsRunController } from "../../controllers/agent-run/agent-run-controller.ts";
import { createChildWorkflowController } from "../../controllers/child-workflow/child-workflow-controller.ts";
import { createLaneController } from "../../controllers/lane/lane-controller.ts";
import type { Controller } from "../../controllers/loop/controller.ts";
import { gatewayVerdictWriter } from "../../platform/github/gateway-verdict-writer.ts";
import type { CachedKind } from "../../platform/kubernetes/cached-resource-store.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { CODE_RUN } from "../../resources/code-run.ts";
import { CONFIG_MAP, LEASE } from "../../resources/core.ts";
import { DOCS_RUN } from "../../resources/docs-run.ts";
import { JOB } from "../../resources/job.ts";
import { callGateway } from "../call-gateway.ts";
import { resolveGateway, wayToGateway } from "./gateway-client.ts";

/** What the controllers look at. Of ConfigMaps only those of the installation. Pods are asked for once, when their Job has ended. */
export const CACHED_KINDS: readonly CachedKind[] = [
  { kind: CODE_RUN },
  { kind: DOCS_RUN },
  { kind: WORKFLOW },
  { kind: LEASE },
  { kind: JOB },
  { kind: CONFIG_MAP, labelSelector: "app.kubernetes.io/part-of=runyard" },
];

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

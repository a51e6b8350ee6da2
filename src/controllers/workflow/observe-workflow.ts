// Reads what a decision about a workflow needs.
import { configMapKey, templateKey, type KnownFacts, type Need } from "../../argo/workflow/facts.ts";
import { podNameOf } from "../../argo/workflow/names.ts";
import { isFulfilled } from "../../argo/workflow/node-tree.ts";
import type { ParsedSpec } from "../../argo/workflow/parse-spec.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { WORKFLOW_TEMPLATE } from "../../resources/argo-kinds.ts";
import { CONFIG_MAP, SERVICE_ACCOUNT } from "../../resources/core.ts";
import { POD, type Pod } from "../../resources/pod.ts";
import type { NodeStatus, Workflow } from "../../resources/workflow.ts";
import type { ParsedSpecs } from "../loop/parsed-specs.ts";
import { readResource } from "./run-resource.ts";
import { summarizePod } from "./summarize-pod.ts";

export interface ObservationTools {
  readonly store: ResourceStore;
  storeFor(namespace: string, serviceAccount: string, updateVerb: "update" | "patch"): ResourceStore;
  readonly specs: ParsedSpecs<ParsedSpec>;
}

/** The pods of nodes that have not ended, by their names: a list would read the pods of every workflow. */
export async function observePods({ store }: ObservationTools, workflow: Workflow): Promise<KnownFacts> {
  const { namespace = "", uid } = workflow.metadata;
  const names = Object.values(workflow.status?.nodes ?? {}).flatMap((node) => podNameOfNode(workflow, node) ?? []);
  const pods = await Promise.all(names.map((name) => store.get(POD, { namespace, name })));
  const isOwn = (pod: Pod): boolean => pod.metadata.ownerReferences?.some((owner) => owner.uid === uid) === true;
  return {
    pods: pods.flatMap((pod) => (pod === undefined || !isOwn(pod) ? [] : (summarizePod(pod) ?? []))),
    workflowTemplates: new Map(),
    configMaps: new Map(),
    serviceAccounts: new Map(),
    resources: new Map(),
    refusedPods: new Map(),
  };
}

/** The facts with one more answer. */
export async function answerNeed(
  tools: ObservationTools,
  workflow: Workflow,
  facts: KnownFacts,
  need: Need,
): Promise<KnownFacts> {
  const { namespace = "" } = workflow.metadata;
  const { store, specs } = tools;
  switch (need.kind) {
    case "workflowTemplate": {
      // There are no ClusterWorkflowTemplates on one machine.
      const key = { namespace, name: need.name };
      const template = need.isClusterScoped ? undefined : await store.get(WORKFLOW_TEMPLATE, key);
      const fact = template === undefined ? null : { parsed: specs.parse(template) };
      const name = templateKey(need.name, need.isClusterScoped);
      return { ...facts, workflowTemplates: withEntry(facts.workflowTemplates, name, fact) };
    }
    case "configMap": {
      const configMap = await store.get(CONFIG_MAP, { namespace: need.namespace, name: need.name });
      const name = configMapKey(need.namespace, need.name);
      return { ...facts, configMaps: withEntry(facts.configMaps, name, configMap ?? null) };
    }
    case "serviceAccount": {
      const account = await store.get(SERVICE_ACCOUNT, { namespace, name: need.name });
      return { ...facts, serviceAccounts: withEntry(facts.serviceAccounts, need.name, account !== undefined) };
    }
    case "resource": {
      const actor = tools.storeFor(namespace, need.step.serviceAccountName, "update");
      const fact = await readResource(actor, workflow, need.step);
      return { ...facts, resources: withEntry(facts.resources, need.step.nodeId, fact) };
    }
  }
}

/** Undefined when the node needs no pod any more. */
function podNameOfNode({ metadata }: Workflow, node: NodeStatus): string | undefined {
  if (node.type !== "Pod" || isFulfilled(node.phase)) return undefined;
  return podNameOf(metadata.name, node.name, node.templateRef?.template ?? node.templateName ?? "");
}

export function withEntry<Value>(
  map: ReadonlyMap<string, Value>,
  key: string,
  value: Value,
): ReadonlyMap<string, Value> {
  return new Map(map).set(key, value);
}

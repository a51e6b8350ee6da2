// What the interpreter needs to know of a step's pod.
import type { PodFact, PodOutputParameter } from "../../argo/workflow/facts.ts";
import { COLLECT_OUTPUTS, POD_OUTPUTS, type CollectedOutputs } from "../../platform/pod-runner.ts";
import { definedFields } from "../../resources/defined-fields.ts";
import type { Pod } from "../../resources/pod.ts";
import { OUTPUT_PARAMETERS, WORKFLOW_LABELS } from "./pod-annotations.ts";

/** Undefined for a pod that belongs to no node. */
export function summarizePod(pod: Pod): PodFact | undefined {
  const { annotations = {}, labels = {}, name, uid = "", deletionTimestamp } = pod.metadata;
  const nodeId = annotations[WORKFLOW_LABELS.nodeId];
  if (nodeId === undefined) return undefined;
  const { phase = "Pending", reason, message, initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  return definedFields({
    name,
    uid,
    nodeId,
    isOnExit: labels[WORKFLOW_LABELS.onExit] === "true",
    isDeleting: deletionTimestamp !== undefined,
    phase,
    reason,
    message,
    nodeName: pod.spec.nodeName,
    unschedulable: whyUnschedulable(pod),
    initContainerStatuses,
    containerStatuses,
    outputParameters: readParameters(annotations[OUTPUT_PARAMETERS]),
    includesResult: asksForResult(annotations[COLLECT_OUTPUTS]),
    outputs: readOutputs(annotations[POD_OUTPUTS]),
  });
}

function whyUnschedulable({ status }: Pod): string | undefined {
  const condition = status?.conditions?.find(({ reason }) => reason === "Unschedulable");
  return condition === undefined ? undefined : `Unschedulable: ${condition.message}`;
}

function readOutputs(text: string | undefined): CollectedOutputs | undefined {
  if (text === undefined) return undefined;
  return (JSON.parse(text) as Readonly<Record<string, CollectedOutputs>>)["main"] ?? { files: {} };
}

function readParameters(text: string | undefined): readonly PodOutputParameter[] {
  return text === undefined ? [] : (JSON.parse(text) as readonly PodOutputParameter[]);
}

function asksForResult(text: string | undefined): boolean {
  if (text === undefined) return false;
  return (JSON.parse(text) as { readonly main?: { readonly result?: boolean } }).main?.result === true;
}

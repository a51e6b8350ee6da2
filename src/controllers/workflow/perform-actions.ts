// Takes the actions of a decision. Every one is repeatable; what the store refuses becomes a fact for the next decision.
import type { KnownFacts } from "../../argo/workflow/facts.ts";
import type { Action, PodStep } from "../../argo/workflow/actions.ts";
import { hasCode, type PlatformError } from "../../platform/errors.ts";
import { CONFIG_MAP } from "../../resources/core.ts";
import { POD } from "../../resources/pod.ts";
import type { Workflow, WorkflowSpec } from "../../resources/workflow.ts";
import { buildScriptFiles, buildStepPod } from "./build-step-pod.ts";
import { withEntry, type ObservationTools } from "./observe-workflow.ts";
import { runResource } from "./run-resource.ts";
import { summarizePod } from "./summarize-pod.ts";

/** Refusals of a pod that no repetition would change. */
const lastingRefusals = ["Invalid", "Forbidden", "AlreadyExists"] as const;

/** The facts with what came of it; the same object when the decision stays as it is. */
export async function performActions(
  tools: ObservationTools,
  workflow: Workflow,
  spec: WorkflowSpec,
  { actions, facts }: { readonly actions: readonly Action[]; readonly facts: KnownFacts },
): Promise<KnownFacts> {
  let next = facts;
  for (const action of actions) {
    switch (action.kind) {
      case "createPod":
        next = await createPod(tools, { workflow, spec, step: action.step }, next);
        break;
      case "deletePod":
        await deletePod(tools, workflow, action);
        break;
      case "runResource": {
        // kubectl replaces by PUT; it applies and patches by PATCH.
        const updateVerb = action.step.action === "replace" ? "update" : "patch";
        const { serviceAccountName } = action.step;
        const actor = tools.storeFor(workflow.metadata.namespace ?? "", serviceAccountName, updateVerb);
        const fact = await runResource(actor, workflow, action.step);
        next = { ...next, resources: withEntry(next.resources, action.step.nodeId, fact) };
      }
    }
  }
  return next;
}

interface PodCreation {
  readonly workflow: Workflow;
  readonly spec: WorkflowSpec;
  readonly step: PodStep;
}

/** A pod that was created is known at once; one that existed already is this step's own, or it is refused. */
async function createPod(
  { store }: ObservationTools,
  { workflow, spec, step }: PodCreation,
  facts: KnownFacts,
): Promise<KnownFacts> {
  const pod = buildStepPod(workflow, spec, step);
  try {
    const files = buildScriptFiles(workflow, step);
    if (files !== undefined) await store.create(CONFIG_MAP, files).catch(ignoreExisting);
    const created = await store.create(POD, pod);
    const fact = summarizePod(created);
    return fact === undefined ? facts : { ...facts, pods: [...facts.pods, fact] };
  } catch (error) {
    if (!hasCode(error, ...lastingRefusals)) throw error;
    const key = { namespace: workflow.metadata.namespace ?? "", name: step.podName };
    const existing = await store.get(POD, key);
    const isOwn = existing?.metadata.ownerReferences?.some(({ uid }) => uid === workflow.metadata.uid) === true;
    const fact = existing === undefined || !isOwn ? undefined : summarizePod(existing);
    if (fact !== undefined) return { ...facts, pods: [...facts.pods, fact] };
    return { ...facts, refusedPods: withEntry(facts.refusedPods, step.nodeId, refusalOf(error, step)) };
  }
}

async function deletePod(
  { store }: ObservationTools,
  workflow: Workflow,
  { name, uid }: { readonly name: string; readonly uid: string },
): Promise<void> {
  const key = { namespace: workflow.metadata.namespace ?? "", name };
  await store.delete(POD, key, { preconditions: { uid } }).catch((error: unknown) => {
    if (!hasCode(error, "NotFound", "Conflict")) throw error;
  });
}

function ignoreExisting(error: unknown): void {
  if (!hasCode(error, "AlreadyExists")) throw error;
}

function refusalOf(error: PlatformError, { podName }: PodStep): string {
  return error.message.includes(podName) ? error.message : `pods "${podName}": ${error.message}`;
}

// Container and script templates: the node waits for its pod, which is created when there is none.
import { definedFields } from "../../resources/defined-fields.ts";
import type { NodeStatus, Template } from "../../resources/workflow.ts";
import { createExecutableNode } from "./create-node.ts";
import { callNameOf, podNameOf } from "./names.ts";
import { activeDeadlineOf, type AttemptLimits } from "./step-deadline.ts";
import { isShutDown, type Pass, type TemplateRun } from "./pass.ts";
import { type PodStep } from "./actions.ts";
import { StepError } from "./step-error.ts";

/** Throws StepError when the pod cannot be created. */
export function executePod(pass: Pass, run: TemplateRun, limits: AttemptLimits): NodeStatus {
  const { execution } = run;
  const known = pass.nodes.named(execution.nodeName);
  const node = known ?? createExecutableNode(pass, run, "Pod", "Pending");
  if (node.phase !== "Pending" || pass.facts.podOf(node.id) !== undefined) return node;
  if (isShutDown(pass, execution.isOnExit)) {
    return pass.nodes.mark(node.id, "Failed", `workflow shutdown with strategy: ${String(pass.spec.shutdown)}`);
  }
  const refusal = pass.facts.refusalOfPod(node.id);
  if (refusal !== undefined) throw new StepError(refusal);
  const step = describePod(pass, run, node, limits);
  // Past the workflow's deadline no pod is made: the next pass fails the node.
  if (step.activeDeadlineSeconds !== undefined && step.activeDeadlineSeconds <= 0) return node;
  pass.agenda.startedNodes.add(node.id);
  pass.agenda.activePodCount += 1;
  pass.agenda.actions.push({ kind: "createPod", step });
  return node;
}

function describePod(pass: Pass, run: TemplateRun, node: NodeStatus, limits: AttemptLimits): PodStep {
  const { execution, template } = run;
  const podName = podNameOf(pass.workflow.name, node.name, template.name ?? "");
  return definedFields({
    nodeId: node.id,
    nodeName: node.name,
    podName,
    template,
    isOnExit: execution.isOnExit,
    includesResult: readsResult(execution.boundary?.template, callNameOf(node.name)),
    serviceAccountName: serviceAccountOf(pass, template, podName),
    activeDeadlineSeconds: activeDeadlineOf(pass, run, node, limits),
    automountServiceAccountToken: template.automountServiceAccountToken ?? pass.spec.automountServiceAccountToken,
  });
}

/** The account of the template, else of the workflow. As on a cluster one that does not exist is refused. */
export function serviceAccountOf(pass: Pass, template: Template, podName: string): string {
  const name = template.serviceAccountName ?? pass.spec.serviceAccountName ?? "default";
  if (name !== "default" && !pass.facts.hasServiceAccount(name)) {
    const account = `${pass.workflow.namespace}/${name}`;
    const reason = `error looking up service account ${account}: serviceaccount "${name}" not found`;
    throw new StepError(`pods "${podName}" is forbidden: ${reason}`);
  }
  return name;
}

const jsonOf = new WeakMap<Template, string>();

/** Standard output is kept only when the calling template mentions it. */
function readsResult(boundary: Template | undefined, name: string): boolean {
  if (boundary === undefined) return false;
  const known = jsonOf.get(boundary);
  const json = known ?? JSON.stringify(boundary);
  if (known === undefined) jsonOf.set(boundary, json);
  const prefix = boundary.dag === undefined ? "steps" : "tasks";
  const mentions = [`${prefix}.${name}.outputs.result`, `${prefix}['${name}'].outputs.result`];
  return [...mentions, `${prefix}[\\"${name}\\"].outputs.result`].some((mention) => json.includes(mention));
}

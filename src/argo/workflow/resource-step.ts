// Resource templates: the action is taken once, then the object is looked at until a condition holds. They are nodes of
// type Pod, as in Argo, and fail with its exit code 64.
import { renderJsonPath } from "../../languages/kubectl-jsonpath.ts";
import { evaluateResourceConditions, FailureConditionError } from "../../languages/resource-condition.ts";
import type { JsonValue } from "../../languages/yaml.ts";
import type { NodeOutputs, NodeStatus, Parameter, Template } from "../../resources/workflow.ts";
import { createExecutableNode } from "./create-node.ts";
import type { ResourceFact } from "./facts.ts";
import { podNameOf } from "./names.ts";
import { isShutDown, type Pass, type TemplateRun } from "./pass.ts";
import { type ResourceStep } from "./actions.ts";
import { serviceAccountOf } from "./pod-step.ts";
import { isPastEnd, type AttemptLimits } from "./step-deadline.ts";
import { messageOf } from "./step-error.ts";
import { exportOutputs } from "./template-outputs.ts";

export const deadlineMessage = "Pod was active on the node longer than the specified deadline";

export function executeResource(pass: Pass, run: TemplateRun, limits: AttemptLimits): NodeStatus {
  const { execution, template } = run;
  const node = pass.nodes.named(execution.nodeName) ?? createExecutableNode(pass, run, "Pod", "Pending");
  const isLate = isPastEnd(pass, run, node, limits);
  const fact = pass.facts.resource(node.id);
  const step = describeStep(pass, template, node);
  if (fact === undefined && node.phase === "Running") {
    pass.agenda.needs.push({ kind: "resource", step });
    return node;
  }
  if (fact === undefined) return startAction(pass, run, node, step);
  const started = node.phase === "Pending" ? pass.nodes.mark(node.id, "Running", "") : node;
  pass.agenda.startedNodes.add(node.id);
  if (isLate) return pass.nodes.mark(node.id, "Failed", deadlineMessage);
  return judge(pass, template, started, fact);
}

function startAction(pass: Pass, { execution }: TemplateRun, node: NodeStatus, step: ResourceStep): NodeStatus {
  if (isShutDown(pass, execution.isOnExit)) {
    return pass.nodes.mark(node.id, "Failed", `workflow shutdown with strategy: ${String(pass.spec.shutdown)}`);
  }
  pass.agenda.startedNodes.add(node.id);
  pass.agenda.activePodCount += 1;
  pass.agenda.actions.push({ kind: "runResource", step });
  return node;
}

function describeStep(pass: Pass, template: Template, node: NodeStatus): ResourceStep {
  const { resource = {} } = template;
  const { action = "", manifest = "", mergeStrategy = "strategic", flags = [], setOwnerReference = false } = resource;
  const podName = podNameOf(pass.workflow.name, node.name, template.name ?? "");
  return {
    nodeId: node.id,
    serviceAccountName: serviceAccountOf(pass, template, podName),
    action,
    manifest,
    mergeStrategy,
    flags,
    setOwnerReference,
  };
}

function judge(pass: Pass, template: Template, node: NodeStatus, fact: ResourceFact): NodeStatus {
  switch (fact.kind) {
    case "failed":
    case "gone":
      return fail(pass, node, fact.message);
    case "empty":
      return succeed(pass, node, defaultOutputs(template));
    case "present":
      return judgeObject(pass, template, node, fact.object);
  }
}

function judgeObject(
  pass: Pass,
  template: Template,
  node: NodeStatus,
  object: Readonly<Record<string, unknown>>,
): NodeStatus {
  try {
    const { resource: { successCondition, failureCondition } = {} } = template;
    const state = evaluateResourceConditions({ object: JSON.stringify(object), successCondition, failureCondition });
    return state === "waiting" ? node : succeed(pass, node, readOutputs(template, object));
  } catch (error) {
    return fail(pass, node, error instanceof FailureConditionError ? error.stepMessage : messageOf(error));
  }
}

function succeed(pass: Pass, node: NodeStatus, parameters: readonly Parameter[]): NodeStatus {
  const outputs: NodeOutputs = { ...(parameters.length === 0 ? {} : { parameters }), exitCode: "0" };
  pass.nodes.replace({ ...pass.nodes.expect(node.id), outputs });
  exportOutputs(pass, outputs);
  return pass.nodes.mark(node.id, "Succeeded");
}

function fail(pass: Pass, node: NodeStatus, message: string): NodeStatus {
  pass.nodes.replace({ ...pass.nodes.expect(node.id), outputs: { exitCode: "64" } });
  return pass.nodes.mark(node.id, "Failed", `main: Error (exit code 64): ${message}`);
}

/** An output with a value of its own needs no object. */
function defaultOutputs(template: Template): readonly Parameter[] {
  return (template.outputs?.parameters ?? []).map((output) =>
    output.valueFrom === undefined ? output : withValue(output, output.valueFrom.default ?? ""),
  );
}

function readOutputs(template: Template, object: Readonly<Record<string, unknown>>): readonly Parameter[] {
  return (template.outputs?.parameters ?? []).map((output) => {
    const path = output.valueFrom?.jsonPath;
    return path === undefined ? output : withValue(output, renderJsonPath(path, object as JsonValue));
  });
}

function withValue(output: Parameter, value: string): Parameter {
  return { ...output, value };
}

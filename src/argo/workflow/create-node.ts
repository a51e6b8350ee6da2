// New nodes: of templates that run, and of steps that never do.
import { definedFields } from "../../resources/defined-fields.ts";
import type { NodePhase, NodeStatus, NodeType, TemplateCall } from "../../resources/workflow.ts";
import type { HookContext } from "./hooks.ts";
import type { NewNode } from "./node-tree.ts";
import type { Pass, TemplateExecution, TemplateRun } from "./pass.ts";
import type { CallReference } from "./call-reference.ts";
import { templateScopeOf, type TemplateSource } from "./template-lookup.ts";

/** The node of a template that was found and got its inputs. */
export function createExecutableNode(
  pass: Pass,
  { execution, template }: TemplateRun,
  type: NodeType,
  phase: NodePhase,
): NodeStatus {
  const hasInputs = (template.inputs?.parameters ?? []).length > 0;
  return pass.nodes.create({
    ...describeExecution(execution),
    type,
    phase,
    ...(hasInputs && template.inputs !== undefined ? { inputs: template.inputs } : {}),
  });
}

/** The node carries the error: the known one, or a new one of type Skipped. */
export function markError(pass: Pass, execution: TemplateExecution, message: string): NodeStatus {
  const known = pass.nodes.named(execution.nodeName);
  if (known !== undefined) return pass.nodes.mark(known.id, "Error", message);
  return pass.nodes.create({ ...describeExecution(execution), type: "Skipped", phase: "Error", message });
}

function describeExecution({
  nodeName,
  call,
  source,
  boundary,
  nodeFlag,
}: TemplateExecution): Omit<NewNode, "type" | "phase"> {
  return { name: nodeName, ...describeCall(call, source), boundaryId: boundary?.id, ...definedFields({ nodeFlag }) };
}

export interface SkippedNode {
  readonly name: string;
  readonly call: TemplateCall;
  readonly phase: "Skipped" | "Omitted" | "Error";
  readonly message: string;
  readonly context: Pick<HookContext, "boundary" | "source">;
}

/** A step or task that does not run. */
export function createSkippedNode(pass: Pass, { name, call, phase, message, context }: SkippedNode): NodeStatus {
  return pass.nodes.create({
    name,
    type: "Skipped",
    phase,
    message,
    ...describeCall({ kind: "step", ...call }, context.source),
    boundaryId: context.boundary.id,
  });
}

export function describeCall(
  call: CallReference,
  source: TemplateSource,
): Pick<NodeStatus, "templateName" | "templateRef" | "templateScope"> {
  const { template, templateRef } = call;
  return definedFields({ templateName: template, templateRef, templateScope: templateScopeOf(source) });
}

// Suspend templates: a person, or the duration, lets the workflow go on.
import { parseArgoDuration } from "../../languages/duration.ts";
import type { NodeStatus, Parameter, Template } from "../../resources/workflow.ts";
import { createExecutableNode } from "./create-node.ts";
import { wakeAt, type Pass, type TemplateRun } from "./pass.ts";
import { StepError } from "./step-error.ts";

/** Throws StepError when an output that nobody supplied has no default. */
export function executeSuspend(pass: Pass, run: TemplateRun): NodeStatus {
  const known = pass.nodes.named(run.execution.nodeName);
  const node = known ?? createSuspendNode(pass, run);
  const duration = run.template.suspend?.duration;
  if (duration !== undefined) {
    const end = Date.parse(node.startedAt) + parseArgoDuration(duration);
    if (pass.now > end) {
      useDefaults(pass, node);
      return pass.nodes.mark(node.id, "Succeeded");
    }
    // Argo asks whether the time is past, so that the exact moment is still too early.
    wakeAt(pass, end + 1);
  }
  if (pass.deadline !== undefined) wakeAt(pass, pass.deadline + 1);
  return pass.nodes.mark(node.id, "Running");
}

function createSuspendNode(pass: Pass, run: TemplateRun): NodeStatus {
  const node = createExecutableNode(pass, run, "Suspend", "Pending");
  const outputs = suppliedOutputs(run.template);
  const parameters = node.inputs?.parameters?.map(readEnum);
  return pass.nodes.replace({
    ...node,
    ...(parameters === undefined ? {} : { inputs: { ...node.inputs, parameters } }),
    ...(outputs.length === 0 ? {} : { outputs: { parameters: outputs } }),
  });
}

/** Outputs to be supplied; a default may come from the input of the same name. */
function suppliedOutputs(template: Template): readonly Parameter[] {
  return (template.outputs?.parameters ?? []).flatMap((output) => {
    if (output.valueFrom?.supplied === undefined) return [];
    const input = template.inputs?.parameters?.find(({ name }) => name === output.name);
    if (output.valueFrom.default !== undefined || input?.default === undefined) return [output];
    return [{ ...output, valueFrom: { ...output.valueFrom, default: input.default } }];
  });
}

/** An input whose value is the JSON of a parameter with an enum shows that enum. */
function readEnum(parameter: Parameter): Parameter {
  const choices = enumOf(parameter.value);
  if (choices === undefined) return parameter;
  return { ...parameter, enum: choices, default: parameter.default ?? String(choices[0]) };
}

function enumOf(value: string | undefined): readonly string[] | undefined {
  if (value === undefined || !value.trimStart().startsWith("{")) return undefined;
  try {
    const choices = (JSON.parse(value) as { readonly enum?: unknown }).enum;
    return Array.isArray(choices) && choices.length > 0 ? choices.map(String) : undefined;
  } catch {
    return undefined;
  }
}

function useDefaults(pass: Pass, node: NodeStatus): void {
  const parameters = node.outputs?.parameters?.map((parameter) => {
    const { valueFrom, ...rest } = parameter;
    if (valueFrom?.supplied === undefined) return parameter;
    if (valueFrom.default === undefined) {
      throw new StepError(
        `raw output parameter '${parameter.name}' has not been set and does not have a default value`,
      );
    }
    return { ...rest, value: valueFrom.default };
  });
  if (parameters !== undefined) pass.nodes.replace({ ...node, outputs: { ...node.outputs, parameters } });
}

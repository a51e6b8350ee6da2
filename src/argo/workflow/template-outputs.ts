// Outputs of steps and DAG templates, read from their children; and parameters exported under a global name.
import type { NodeOutputs, Parameter, Template, ValueFrom } from "../../resources/workflow.ts";
import { evaluateToText } from "./condition-expression.ts";
import type { Pass } from "./pass.ts";
import type { Scope } from "./scope.ts";
import { messageOf, StepError } from "./step-error.ts";

/** Undefined when the template declares none. StepError or LanguageError when one has no value and no default. */
export function collectOutputs(pass: Pass, template: Template, scope: Scope): NodeOutputs | undefined {
  const declared = template.outputs?.parameters ?? [];
  if (declared.length === 0) return undefined;
  return { parameters: declared.map((parameter) => readOutput(pass, parameter, scope)) };
}

/** Exports every output that has a `globalName`; later exports overwrite. */
export function exportOutputs(pass: Pass, outputs: NodeOutputs | undefined): void {
  for (const { globalName, value } of outputs?.parameters ?? []) {
    if (globalName === undefined || value === undefined) continue;
    pass.globals.set(`workflow.outputs.parameters.${globalName}`, value);
    pass.outputs.set(globalName, { name: globalName, value });
  }
}

function readOutput(pass: Pass, parameter: Parameter, scope: Scope): Parameter {
  const { valueFrom, value: _, ...rest } = parameter;
  if (valueFrom === undefined) throw new StepError("output parameters must have a valueFrom specified");
  return { ...rest, value: attempt(() => readValue(pass, parameter.name, valueFrom, scope), valueFrom.default) };
}

function attempt(read: () => string, fallback: string | undefined): string {
  if (fallback === undefined) return read();
  try {
    return read();
  } catch (error) {
    messageOf(error);
    return fallback;
  }
}

function readValue(pass: Pass, name: string, valueFrom: ValueFrom, scope: Scope): string {
  if (valueFrom.expression !== undefined) {
    return evaluateToText(valueFrom.expression, scope.variables, pass.sources);
  }
  if (valueFrom.parameter === undefined) return "";
  const tag = valueFrom.parameter.replace(/^\{\{/, "").replace(/\}\}$/, "").trim();
  if (tag.startsWith("=")) return evaluateToText(tag.slice(1), scope.variables, pass.sources);
  const value = scope.variables.get(tag);
  if (value === undefined) throw new StepError(`Unable to resolve: "${tag}"`);
  if (value === null) {
    const reason = "is an absent optional (skipped/omitted node output with no default)";
    throw new StepError(`output parameter "${name}": "${valueFrom.parameter}" ${reason}`);
  }
  return value;
}

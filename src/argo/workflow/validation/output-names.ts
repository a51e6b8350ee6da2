// Which variables a step or task gives to others.
import type { Template, TemplateCall } from "../../../resources/workflow.ts";
import type { ScopePrefix } from "../scope.ts";
import { typeOf } from "../template-lookup.ts";
import { ANY_OUTPUT, PLACEHOLDER, type ValidationContext, type VariableNames } from "./validation-context.ts";

export interface NamedOutputs {
  readonly prefix: ScopePrefix;
  readonly name: string;
  /** Undefined when it is only known in a run. */
  readonly template: Template | undefined;
  readonly isLoop: boolean;
}

/** Adds the names; outputs with a global name become global ones too. */
export function addOutputNames(context: ValidationContext, names: VariableNames, outputs: NamedOutputs): void {
  const { template, isLoop } = outputs;
  const prefix = `${outputs.prefix}.${outputs.name}`;
  for (const field of ["id", "startedAt", "finishedAt", "hostNodeName"]) names.add(`${prefix}.${field}`);
  if (template === undefined) return;
  const type = typeOf(template);
  if (type === "container" || type === "script") {
    names.add(`${prefix}.outputs.result`).add(`${prefix}.exitCode`);
  }
  for (const { name, globalName } of template.outputs?.parameters ?? []) {
    names.add(`${prefix}.outputs.parameters.${name}`);
    if (globalName === undefined) continue;
    if (isTag(globalName)) {
      names.add(ANY_OUTPUT);
    } else {
      names.add(`workflow.outputs.parameters.${globalName}`);
      context.globals.set(`workflow.outputs.parameters.${globalName}`, PLACEHOLDER);
    }
  }
  if (isLoop) names.add(`${prefix}.outputs.parameters`);
}

/** Loops over a literal list or a parameter give lists of outputs; sequences do not count here, as in Argo. */
export function givesLists({ withItems = [], withParam }: TemplateCall): boolean {
  return withItems.length > 0 || withParam !== undefined;
}

export function isTag(text: string): boolean {
  return /\{\{[-a-zA-Z0-9]+(\.[-a-zA-Z0-9_]+)*\}\}/.test(text);
}

// Steps templates: each group sees what the groups before it give.
import type { Template, WorkflowStep } from "../../../resources/workflow.ts";
import { StepError } from "../step-error.ts";
import type { TemplateSource } from "../template-lookup.ts";
import { addItemNames } from "./item-names.ts";
import { addOutputNames, givesLists } from "./output-names.ts";
import { requireVariables } from "./resolve-variables.ts";
import { validateArguments } from "./validate-arguments.ts";
import { hasExitHook, namesInside, validateHooks } from "./validate-calls.ts";
import { fieldNameProblem } from "./validate-names.ts";
import { at, requireNoDeadline, type GroupTools } from "./validate-group.ts";
import type { ValidationContext } from "./validation-context.ts";
import type { CallReference } from "../call-reference.ts";

/** StepError for the first thing that is wrong. Adds what the steps give to the names. */
export function validateSteps(
  context: ValidationContext,
  source: TemplateSource,
  template: Template,
  tools: GroupTools,
): void {
  const path = `templates.${template.name ?? ""}`;
  requireNoDeadline(template);
  const seen = new Set<string>();
  template.steps?.forEach((group, index) => {
    for (const step of group) {
      requireStepName(`${path}.steps[${index}]`, step.name, seen);
      validateStep(context, source, step, { tools, path, where: `${path}.steps[${index}].${step.name}` });
    }
  });
}

function requireStepName(where: string, name: string | undefined, seen: Set<string>): void {
  if (name === undefined) throw new StepError(`${where}.name is required`);
  if (seen.has(name)) throw new StepError(`${where}.name '${name}' is not unique`);
  const problem = fieldNameProblem(name);
  if (problem !== undefined) throw new StepError(`${where}.name '${name}' is invalid: ${problem}`);
  seen.add(name);
}

interface StepPlace {
  readonly tools: GroupTools;
  readonly path: string;
  readonly where: string;
}

function validateStep(
  context: ValidationContext,
  source: TemplateSource,
  step: WorkflowStep,
  { tools, path, where }: StepPlace,
): void {
  const { names } = tools;
  const call: CallReference = { kind: "step", ...step };
  names.add(`steps.${step.name}.status`);
  at(where, () => addItemNames(step, names));
  validateArguments(`${where}.arguments.`, step.arguments ?? {}, false);
  const template = at(where, () => tools.validateCall(context, source, call, undefined));
  const outputs = { prefix: "steps", name: step.name, template, isLoop: false } as const;
  if (hasExitHook(step)) addOutputNames(context, names, outputs);
  validateHooks(step.hooks, where);
  at(`${path}.steps`, () => requireVariables(step, namesInside(step, names), context));
  addOutputNames(context, names, { ...outputs, isLoop: givesLists(step) });
  at(where, () => tools.validateCall(context, source, call, step.arguments ?? {}));
}

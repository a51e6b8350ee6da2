// One template, with the arguments that a caller gives or with unknown ones, and everything that it calls.
import type { Arguments, Template } from "../../../resources/workflow.ts";
import type { CallReference } from "../call-reference.ts";
import { processArguments } from "../process-arguments.ts";
import { messageOf, StepError } from "../step-error.ts";
import {
  TemplateNotFound,
  isPodType,
  templateScopeOf,
  templateTypes,
  typeOf,
  type TemplateSource,
  type TemplateType,
} from "../template-lookup.ts";
import type { VariableMap } from "../variables.ts";
import { validateDag } from "./validate-dag.ts";
import { validateLeaf } from "./validate-leaf.ts";
import type { ValidateCall, GivenArguments } from "./validate-group.ts";
import { validateNames } from "./validate-names.ts";
import { validateOutputs } from "./validate-outputs.ts";
import { validateSteps } from "./validate-steps.ts";
import { holdsPlaceholder, PLACEHOLDER, VALIDATION_SOURCES, type ValidationContext } from "./validation-context.ts";

const retryPolicies = new Set(["Always", "OnError", "OnFailure", "OnTransientError"]);
const retryNames = ["retries", "lastRetry.exitCode", "lastRetry.status", "lastRetry.duration", "lastRetry.message"];

/** StepError for the first thing that is wrong. */
export const validateCall: ValidateCall = (context, source, call, given) => {
  requireReference(context, source, call);
  if (call.templateRef !== undefined && JSON.stringify(call.templateRef).includes("{{")) return undefined;
  const resolved = resolve(context, source, call);
  if (resolved === undefined) return undefined;
  const policy = resolved.template.retryStrategy?.retryPolicy;
  if (policy !== undefined && !retryPolicies.has(policy)) throw new StepError(`${policy} is not a valid RetryPolicy`);
  validateTemplate(context, resolved.source, resolved.template, given);
  return resolved.template;
};

function requireReference(context: ValidationContext, source: TemplateSource, call: CallReference): void {
  const { template, templateRef } = call;
  if (templateRef === undefined) {
    if (template !== undefined && context.templates.named(source, template) === undefined) {
      throw new StepError(`template name '${template}' undefined`);
    }
    return;
  }
  if (template !== undefined) throw new StepError("template name cannot be specified with templateRef");
  if (templateRef.name === undefined) throw new StepError("resource name is required");
  if (templateRef.template === undefined) throw new StepError("template name is required");
}

function resolve(
  context: ValidationContext,
  source: TemplateSource,
  call: CallReference,
): ReturnType<ValidationContext["templates"]["resolvePlain"]> | undefined {
  try {
    return context.templates.resolvePlain(source, call);
  } catch (error) {
    const { templateRef } = call;
    if (!(error instanceof TemplateNotFound) || templateRef === undefined) throw error;
    if (holdsPlaceholder(templateRef.template)) return undefined;
    throw new StepError(`template reference ${String(templateRef.name)}.${String(templateRef.template)} not found`);
  }
}

function validateTemplate(
  context: ValidationContext,
  source: TemplateSource,
  template: Template,
  given: GivenArguments,
): void {
  const name = template.name ?? "";
  requireOneType(template);
  validateNames(template.inputs?.parameters ?? [], "parameter", `templates.${name}.inputs.parameters`);
  const locals = localNames(template);
  let processed: Template;
  try {
    processed = processArguments(template, given ?? unknownArguments(template), {
      facts: undefined,
      namespace: "",
      globals: context.globals,
      locals,
      substitution: { mode: "lenient", sources: VALIDATION_SOURCES },
    });
  } catch (error) {
    throw new StepError(`templates.${name} ${messageOf(error)}`);
  }
  requireTimeouts(processed);
  const key = `${templateScopeOf(source)}${name}`;
  if (context.visited.has(key)) return;
  context.visited.add(key);
  const names = new Set([...locals.keys(), ...inputNames(template), ...context.globals.keys()]);
  if (processed.steps !== undefined) validateSteps(context, source, processed, { names, validateCall });
  else if (processed.dag !== undefined) validateDag(context, source, processed, { names, validateCall });
  else validateLeaf(context, processed, names, source.spec);
  validateOutputs(context, processed, names);
}

function requireOneType(template: Template): void {
  if (templateTypes.filter((type) => template[type] !== undefined).length === 1) return;
  const choices = "container, containerSet, steps, script, resource, dag, suspend, template, template ref";
  throw new StepError(`templates.${template.name ?? ""} multiple template types specified. choose one of: ${choices}`);
}

function unknownArguments(template: Template): Arguments {
  return { parameters: (template.inputs?.parameters ?? []).map(({ name }) => ({ name, value: PLACEHOLDER })) };
}

function localNames(template: Template): VariableMap {
  const locals: VariableMap = new Map();
  if (isPodType(typeOf(template))) locals.set("pod.name", PLACEHOLDER);
  if (template.retryStrategy !== undefined) {
    for (const name of retryNames) locals.set(name, PLACEHOLDER);
  }
  return locals;
}

function inputNames(template: Template): readonly string[] {
  const inputs = (template.inputs?.parameters ?? []).map(({ name }) => `inputs.parameters.${name}`);
  const outputs = (template.outputs?.parameters ?? []).flatMap(({ name, valueFrom }) =>
    valueFrom?.path === undefined ? [] : [`outputs.parameters.${name}.path`],
  );
  return [...inputs, ...(inputs.length === 0 ? [] : ["inputs.parameters"]), ...outputs];
}

const titlesWithoutPod = new Map<TemplateType | undefined, string>([
  ["steps", "Steps"],
  ["dag", "DAG"],
  ["suspend", "Suspend"],
]);

/** Only templates that are pods have a time of their own. */
function requireTimeouts(template: Template): void {
  const title = titlesWithoutPod.get(typeOf(template));
  if (template.timeout !== undefined) {
    if (title !== undefined) throw new StepError(`${title} template doesn't support timeout field`);
    if (/^[+-]?[0-9]+$/.test(template.timeout)) {
      throw new StepError(`${template.name ?? ""} has invalid duration format in timeout`);
    }
  }
  if (template.pendingTimeout !== undefined && title !== undefined) {
    throw new StepError(`${title} template doesn't support pendingTimeout field`);
  }
}

// Gives a template its inputs: defaults, arguments of the caller, ConfigMap values; then replaces the tags in it.
import { definedFields } from "../../resources/defined-fields.ts";
import type { Arguments, Parameter, Template } from "../../resources/workflow.ts";
import { readConfigMapValue } from "./config-map-value.ts";
import type { Facts } from "./facts.ts";
import { goParametersJson } from "./parameters-json.ts";
import { StepError } from "./step-error.ts";
import { substituteIn, type Substitution } from "./substitution.ts";
import { mergeVariables, type Variables } from "./variables.ts";

/** Stands for an argument that is the output of a skipped step without a default, until an input default takes its place. */
export const ABSENT_ARGUMENT = "\u0000absent optional\u0000";

export interface ArgumentContext {
  /** Undefined while validating: values that stand elsewhere are not read. */
  readonly facts: Facts | undefined;
  readonly namespace: string;
  readonly globals: Variables;
  /** `pod.name`, `node.name`, `steps.name`, …. */
  readonly locals: Variables;
  readonly substitution: Substitution;
}

/** The template as it will run. StepError when an input has no value. */
export function processArguments(template: Template, given: Arguments, context: ArgumentContext): Template {
  const parameters = template.inputs?.parameters?.map((input) => resolveInput(input, given, context));
  const withInputs = parameters === undefined ? template : { ...template, inputs: { ...template.inputs, parameters } };
  return substituteTemplate(withInputs, context);
}

/** First global and local variables, then inputs, because globals may stand in inputs. Unknown tags stay. */
export function substituteTemplate(
  template: Template,
  context: Omit<ArgumentContext, "facts" | "namespace">,
): Template {
  const outer = mergeVariables(context.globals, context.locals);
  const first = substituteIn(template, outer, context.substitution);
  const inner = mergeVariables(outer, inputVariables(first));
  return substituteIn(first, inner, context.substitution);
}

function inputVariables(template: Template): Variables {
  const variables = new Map<string, string>();
  const inputs = template.inputs?.parameters ?? [];
  for (const { name, value } of inputs) {
    if (value !== undefined) variables.set(`inputs.parameters.${name}`, value);
  }
  variables.set("inputs.parameters", inputs.length === 0 ? "null" : goParametersJson(inputs));
  for (const { name, valueFrom } of template.outputs?.parameters ?? []) {
    if (valueFrom?.path !== undefined) variables.set(`outputs.parameters.${name}.path`, valueFrom.path);
  }
  return variables;
}

function resolveInput(input: Parameter, given: Arguments, context: ArgumentContext): Parameter {
  const withDefault =
    input.value === undefined && input.default !== undefined ? { ...input, value: input.default } : input;
  const argument = given.parameters?.find(({ name }) => name === input.name);
  if (argument?.value === ABSENT_ARGUMENT) {
    if (withDefault.value !== undefined || withDefault.valueFrom !== undefined) return readInput(withDefault, context);
    const reason = "argument references an absent optional (skipped/omitted node output with no default)";
    throw new StepError(`inputs.parameters.${input.name}: ${reason}`);
  }
  return readInput(argument === undefined ? withDefault : overwrite(withDefault, argument), context);
}

function overwrite(input: Parameter, { value, valueFrom }: Parameter): Parameter {
  return definedFields({ ...input, value, valueFrom: value === undefined ? valueFrom : undefined });
}

function readInput(input: Parameter, context: ArgumentContext): Parameter {
  const reference = input.valueFrom?.configMapKeyRef;
  if (reference === undefined) {
    if (input.value === undefined) throw new StepError(`inputs.parameters.${input.name} was not supplied`);
    return input;
  }
  if (context.facts === undefined) return input;
  const { name, key } = substituteIn(reference, context.globals, { ...context.substitution, mode: "strict" });
  const read = readConfigMapValue(context.facts, context.namespace, { name, key });
  if (read.value !== undefined) return { ...input, value: read.value };
  const fallback = input.valueFrom?.default;
  if (fallback === undefined || !read.isMissing) {
    throw new StepError(`unable to retrieve inputs.parameters.${input.name} from ConfigMap: ${read.reason}`);
  }
  return { ...input, value: fallback };
}

// Arguments of a workflow, step or task.
import type { Arguments, Parameter } from "../../../resources/workflow.ts";
import { StepError } from "../step-error.ts";
import { validateNames } from "./validate-names.ts";

/** `prefix` ends with a dot, such as `spec.arguments.`. StepError for the first that is wrong. */
export function validateArguments(prefix: string, given: Arguments, mayBeEmpty: boolean): void {
  const parameters = given.parameters ?? [];
  validateNames(parameters, "parameter", `${prefix}parameters`);
  for (const parameter of parameters) {
    const path = prefix + parameter.name;
    if (parameter.valueFrom === undefined && parameter.value === undefined && !mayBeEmpty) {
      throw new StepError(`${path}.value or ${path}.valueFrom is required`);
    }
    validateSource(path, parameter);
    if (parameter.enum !== undefined && !validateEnum(path, parameter, mayBeEmpty)) return;
  }
}

function validateSource(path: string, { valueFrom }: Parameter): void {
  if (valueFrom === undefined) return;
  const { configMapKeyRef, supplied, path: file, jsonPath, parameter, expression } = valueFrom;
  const hasSource = configMapKeyRef !== undefined || supplied !== undefined;
  const hasOther = [file, jsonPath, parameter, expression].some((value) => value !== undefined);
  if (!hasSource || hasOther) {
    throw new StepError(`${path}.valueFrom only allows: default, configMapKeyRef and supplied`);
  }
}

/** False: the value is not there yet, and need not be. */
function validateEnum(path: string, { enum: choices = [], value }: Parameter, mayBeEmpty: boolean): boolean {
  if (choices.length === 0) throw new StepError(`${path}.enum should contain at least one value`);
  if (value === undefined) {
    if (mayBeEmpty) return false;
    throw new StepError(`${path}.value is required`);
  }
  if (!choices.includes(value)) throw new StepError(`${path}.value should be present in ${path}.enum list`);
  return true;
}

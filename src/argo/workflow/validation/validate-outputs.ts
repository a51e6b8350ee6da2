// Output parameters of templates.
import type { Parameter, Template, ValueFrom } from "../../../resources/workflow.ts";
import { StepError } from "../step-error.ts";
import { typeOf } from "../template-lookup.ts";
import { isTag } from "./output-names.ts";
import { requireVariables } from "./resolve-variables.ts";
import { parameterNameProblem, validateNames } from "./validate-names.ts";
import type { ValidationContext, VariableNames } from "./validation-context.ts";
import { messageOf } from "../step-error.ts";

/** StepError for the first that is wrong. */
export function validateOutputs(context: ValidationContext, template: Template, names: VariableNames): void {
  const { name: templateName = "", outputs = {} } = template;
  const parameters = outputs.parameters ?? [];
  validateNames(parameters, "parameter", `templates.${templateName}.outputs.parameters `);
  try {
    requireVariables(outputs, names, context);
  } catch (error) {
    throw new StepError(`templates.${templateName}.outputs ${messageOf(error)}`);
  }
  for (const parameter of parameters) {
    const path = `templates.${templateName}.outputs.parameters.${parameter.name}`;
    validateParameter(path, parameter);
    if (parameter.valueFrom !== undefined) validateSource(path, template, parameter.valueFrom);
    const { globalName } = parameter;
    const problem = globalName === undefined || isTag(globalName) ? undefined : parameterNameProblem(globalName);
    if (problem !== undefined) throw new StepError(`${path}.globalName: ${problem}`);
  }
}

function validateParameter(path: string, { value, valueFrom }: Parameter): void {
  if (value !== undefined && valueFrom !== undefined) {
    throw new StepError(`${path} has both valueFrom and value specified, choose one`);
  }
  if (value !== undefined) return;
  if (valueFrom === undefined) throw new StepError(`${path} does not have valueFrom or value specified`);
  const { path: file, jsonPath, parameter, expression, supplied } = valueFrom;
  const count = [file, jsonPath, parameter, expression, supplied].filter((source) => source !== undefined).length;
  if (count === 0) {
    const choices = "path, jqFilter, jsonPath, parameter, raw, expression";
    throw new StepError(`valueFrom type unspecified. choose one of: ${choices}`);
  }
  if (count > 1) {
    const choices = "path, jqFilter, jsonPath, parameter, raw";
    throw new StepError(`multiple valueFrom types specified. choose one of: ${choices}`);
  }
}

/** Each type of template reads its outputs from somewhere else. */
function validateSource(path: string, template: Template, valueFrom: ValueFrom): void {
  switch (typeOf(template)) {
    case "container":
      if (valueFrom.path === undefined) throw new StepError(`${path}.path must be specified for Container templates`);
      return;
    case "script":
      if (valueFrom.path === undefined) throw new StepError(`${path}.path must be specified for Script templates`);
      return;
    case "resource":
      if (valueFrom.jsonPath === undefined) {
        throw new StepError(`${path} .jqFilter or jsonPath must be specified for Resource templates`);
      }
      return;
    case "dag":
      requireChildSource(path, "DAG", valueFrom);
      return;
    case "steps":
      requireChildSource(path, "Steps", valueFrom);
      return;
    case "suspend":
    case undefined:
  }
}

function requireChildSource(path: string, type: string, { parameter, expression }: ValueFrom): void {
  if (parameter === undefined && expression === undefined) {
    throw new StepError(`${path}.parameter or expression must be specified for ${type} templates`);
  }
}

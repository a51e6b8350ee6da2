// Container, script, resource and suspend templates.
import { parseYaml } from "../../../languages/yaml.ts";
import type { ResourceTemplate, Template, WorkflowSpec } from "../../../resources/workflow.ts";
import { messageOf, StepError } from "../step-error.ts";
import { requireVariables } from "./resolve-variables.ts";
import { holdsPlaceholder, PLACEHOLDER, type ValidationContext, type VariableNames } from "./validation-context.ts";

const actions = new Set(["get", "create", "apply", "delete", "replace", "patch"]);

/** `spec` holds the defaults that apply to the template. StepError for the first that is wrong. */
export function validateLeaf(
  context: ValidationContext,
  template: Template,
  names: VariableNames,
  spec: WorkflowSpec,
): void {
  const path = `templates.${template.name ?? ""}`;
  try {
    requireVariables(template, names, context);
  } catch (error) {
    throw new StepError(`${path}: ${messageOf(error)}`);
  }
  for (const type of ["container", "script"] as const) {
    const container = template[type];
    if (
      container !== undefined &&
      container.image === undefined &&
      spec.templateDefaults?.[type]?.image === undefined
    ) {
      throw new StepError(`${path}.${type}.image may not be empty`);
    }
  }
  if (template.resource !== undefined) validateResource(path, template.resource);
  validateDeadline(path, template.activeDeadlineSeconds);
  if (template.parallelism !== undefined) {
    throw new StepError(`${path}.parallelism is only valid for steps and dag templates`);
  }
}

function validateResource(path: string, resource: ResourceTemplate): void {
  const { action = "", manifest } = resource;
  if (!holdsPlaceholder(action) && !actions.has(action)) {
    throw new StepError(`${path}.resource.action must be one of: get, create, apply, delete, replace, patch`);
  }
  if (action === "delete" || action === "get") return;
  if (manifest === undefined) {
    throw new StepError(`either ${path}.resource.manifest or ${path}.resource.manifestFrom must be specified`);
  }
  if (manifest.startsWith(PLACEHOLDER.slice(0, -1))) return;
  try {
    parseYaml(manifest.replaceAll(/\{\{\s*=\s*(.+?)\s*\}\}/g, PLACEHOLDER));
  } catch (error) {
    messageOf(error);
    throw new StepError(`${path}.resource.manifest must be a valid yaml`);
  }
}

function validateDeadline(path: string, seconds: string | undefined): void {
  if (seconds === undefined || holdsPlaceholder(seconds) || seconds.startsWith("{{")) return;
  if (!/^[0-9]+$/.test(seconds)) {
    throw new StepError(`${path}.activeDeadlineSeconds must be a positive integer > 0 or an argo variable`);
  }
}

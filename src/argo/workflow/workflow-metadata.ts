// Labels and annotations that a workflow gets when it starts, from `workflowMetadata`.
import type { LanguageSources } from "../../languages/go-value.ts";
import type { WorkflowMetadata } from "../../resources/workflow.ts";
import { evaluateAny } from "./condition-expression.ts";
import { StepError } from "./step-error.ts";
import type { VariableMap } from "./variables.ts";

export interface AddedMetadata {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Labels computed from an expression become variables too. StepError for a label that Kubernetes would refuse. */
export function startMetadata(
  metadata: WorkflowMetadata,
  globals: VariableMap,
  sources: LanguageSources,
): AddedMetadata {
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata.labels ?? {})) {
    checkLabel(value, `invalid label value "${value}" for label "${name}"`);
    labels[name] = value;
    globals.set(`workflow.labels.${name}`, value);
  }
  for (const [name, value] of Object.entries(metadata.annotations ?? {})) {
    globals.set(`workflow.annotations.${name}`, value);
  }
  for (const [name, { expression }] of Object.entries(metadata.labelsFrom ?? {})) {
    const value = evaluateAny(expression, globals, sources);
    if (typeof value !== "string") {
      throw new StepError(`failed to evaluate label "${name}" expression "${expression}": it must give a string`);
    }
    checkLabel(value, `invalid label value "${value}" for label "${name}" and expression "${expression}"`);
    labels[name] = value;
    globals.set(`workflow.labels.${name}`, value);
  }
  return { labels, annotations: { ...metadata.annotations } };
}

function checkLabel(value: string, problem: string): void {
  if (value !== "" && !/^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(value)) {
    const rule = "at most 63 alphanumeric characters, '-', '_' or '.', with an alphanumeric first and last one";
    throw new StepError(`${problem}: a valid label is ${rule}`);
  }
}

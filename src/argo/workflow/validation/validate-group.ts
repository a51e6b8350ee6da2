// What steps and DAG templates share when they are validated.
import type { Arguments, Template } from "../../../resources/workflow.ts";
import type { CallReference } from "../call-reference.ts";
import { messageOf, StepError } from "../step-error.ts";
import type { TemplateSource } from "../template-lookup.ts";
import type { ValidationContext, VariableNames } from "./validation-context.ts";

/** Undefined: whatever the callee asks for, it gets a value that only a run has. */
export type GivenArguments = Arguments | undefined;

/** Validates what a step, task or entry point calls. Undefined when it is only known in a run. */
export type ValidateCall = (
  context: ValidationContext,
  source: TemplateSource,
  call: CallReference,
  given: GivenArguments,
) => Template | undefined;

export interface GroupTools {
  readonly names: VariableNames;
  readonly validateCall: ValidateCall;
}

/** Groups of steps and DAGs have no time of their own. */
export function requireNoDeadline(template: Template): void {
  if (template.activeDeadlineSeconds !== undefined) {
    throw new StepError(`templates.${template.name ?? ""}.activeDeadlineSeconds is only valid for leaf templates`);
  }
}

/** What is wrong, with where it is in front. */
export function at<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new StepError(`${where} ${messageOf(error)}`);
  }
}

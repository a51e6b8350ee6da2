// What steps and tasks have in common when they are validated.
import type { LifecycleHooks, TemplateCall } from "../../../resources/workflow.ts";
import { StepError } from "../step-error.ts";
import type { VariableNames } from "./validation-context.ts";

/** Every hook but `exit` says when it runs. */
export function validateHooks(hooks: LifecycleHooks | undefined, where: string): void {
  for (const [name, hook] of Object.entries(hooks ?? {})) {
    if (name !== "exit" && hook.expression === undefined) throw new StepError(`${where}.${name} Expression required`);
  }
}

export function hasExitHook(call: TemplateCall): boolean {
  return call.onExit !== undefined || call.hooks?.["exit"] !== undefined;
}

/** Inputs of an inline template are known inside of the call. */
export function namesInside(call: TemplateCall, names: VariableNames): VariableNames {
  const inside = new Set(names);
  for (const { name } of call.inline?.inputs?.parameters ?? []) inside.add(`inputs.parameters.${name}`);
  return inside;
}

// Whether every simple tag of a text can be replaced in a run. Expression tags are not looked at, as in Argo.
import { splitTags } from "../../../languages/template/substitute.ts";
import { StepError } from "../step-error.ts";
import { ANY_ITEM, ANY_OUTPUT, type ValidationContext, type VariableNames } from "./validation-context.ts";

/** Tags that start otherwise are not ours: they stay in the text. */
const knownPrefixes = ["item.", "steps.", "inputs.", "outputs.", "pod.", "workflow.", "tasks."];

/** Only a run has these, or nobody needs them to exist. */
const runtimePrefixes = [
  "outputs.",
  "workflow.creationTimestamp",
  "workflow.scheduledTime",
  "workflow.duration",
  "tasks.name",
  "steps.name",
  "node.name",
];

/** StepError with the first tag that nothing will replace. */
export function requireVariables(value: unknown, names: VariableNames, context: ValidationContext): void {
  const json = typeof value === "string" ? value : JSON.stringify(value);
  if (!json.includes("{{")) return;
  for (const part of splitTags(json)) {
    if (typeof part === "string" || part.tag.startsWith("=")) continue;
    if (!isKnown(part.tag.trim(), names, context)) throw new StepError(`failed to resolve {{${part.tag}}}`);
  }
}

function isKnown(name: string, names: VariableNames, context: ValidationContext): boolean {
  if (!knownPrefixes.some((prefix) => name.startsWith(prefix))) return true;
  if (names.has(name) || context.globals.has(name)) return true;
  if (name.startsWith("item.")) return names.has(ANY_ITEM);
  if (name.startsWith("workflow.outputs.parameters.")) return names.has(ANY_OUTPUT);
  if (runtimePrefixes.some((prefix) => name.startsWith(prefix))) return true;
  return context.isTemplate && name.startsWith("workflow.parameters");
}

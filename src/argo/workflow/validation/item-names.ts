// `item` and `item.<key>`: the loop variables that a step or task may use.
import type { TemplateCall } from "../../../resources/workflow.ts";
import { StepError } from "../step-error.ts";
import { ANY_ITEM, type VariableNames } from "./validation-context.ts";

/** StepError when more than one kind of loop is asked for. */
export function addItemNames(call: TemplateCall, names: VariableNames): void {
  const { withItems = [], withParam, withSequence } = call;
  const kinds = [withItems.length > 0, withParam !== undefined, withSequence !== undefined];
  if (kinds.filter(Boolean).length > 1) {
    throw new StepError("only one of withItems, withParam, withSequence can be specified");
  }
  for (const item of withItems) {
    for (const name of namesOf(item)) names.add(name);
  }
  if (withItems.length === 0 && withParam !== undefined) names.add("item").add(ANY_ITEM);
  if (withSequence !== undefined) {
    if (withSequence.count !== undefined && withSequence.end !== undefined) {
      throw new StepError("only one of count or end can be defined in withSequence");
    }
    names.add("item");
  }
}

function namesOf(item: unknown): readonly string[] {
  if (typeof item !== "object" || item === null) return ["item"];
  if (Array.isArray(item)) return item.map((_, index) => `item.[${index}]`);
  return Object.keys(item).map((key) => `item.${key}`);
}

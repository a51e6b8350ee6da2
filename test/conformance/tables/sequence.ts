import { expandSequence } from "../../../src/argo/workflow/sequence.ts";
import type { Sequence } from "../../../src/resources/workflow.ts";
import { describeItems } from "./items.ts";

export const comparesMessages = true;

export function evaluate(input: unknown): unknown {
  return describeItems(expandSequence(input as Sequence));
}

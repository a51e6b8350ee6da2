import { evaluateWhen } from "../../../src/languages/when/when.ts";

/** They become the messages of nodes. */
export const comparesMessages = true;

export function evaluate(input: unknown): unknown {
  return evaluateWhen(String(input));
}

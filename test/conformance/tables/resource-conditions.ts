import { evaluateResourceConditions } from "../../../src/languages/resource-condition.ts";

/** They become the messages of nodes. */
export const comparesMessages = true;

interface Input {
  readonly doc: string;
  readonly successCondition?: string;
  readonly failureCondition?: string;
}

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const { doc, successCondition, failureCondition } = input as Input;
  return evaluateResourceConditions({ object: documents?.[doc] ?? "", successCondition, failureCondition });
}

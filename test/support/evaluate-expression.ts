// An expression evaluated as a workflow's are, at a known time.
import { argoEnvironment } from "../../src/languages/expr/environment.ts";
import { evaluateExpression } from "../../src/languages/expr/expr.ts";
import type { GoValue } from "../../src/languages/go-value.ts";

const sources = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5), random: () => 0.5 };

export function evaluate(text: string, variables: Readonly<Record<string, GoValue>> = {}): GoValue {
  return evaluateExpression(text, argoEnvironment(variables, sources), sources);
}

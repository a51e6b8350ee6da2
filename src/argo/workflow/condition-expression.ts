// Expressions in fields: of hooks, retries, outputs, labels, and of `depends`.
import { argoEnvironment } from "../../languages/expr/environment.ts";
import { evaluateBoolean, evaluateExpression } from "../../languages/expr/expr.ts";
import { writeJson } from "../../languages/go-json.ts";
import type { GoMap, GoValue, LanguageSources } from "../../languages/go-value.ts";
import { StepError } from "./step-error.ts";
import type { Variables } from "./variables.ts";

/** LanguageError when the expression is wrong or no boolean. */
export function evaluateCondition(expression: string, variables: Variables, sources: LanguageSources): boolean {
  return evaluateBoolean(expression, argoEnvironment(Object.fromEntries(variables), sources), sources);
}

/** As `evaluateCondition`, with the environment as it is: `depends` knows no functions of Argo. */
export function evaluateDepends(expression: string, environment: GoMap, sources: LanguageSources): boolean {
  return evaluateBoolean(expression, environment, sources);
}

/** The text of an expression's value: a string as it is, anything else as JSON. StepError when it is nil. */
export function evaluateToText(expression: string, variables: Variables, sources: LanguageSources): string {
  const value = evaluateAny(expression, variables, sources);
  if (value === null) throw new StepError(`failed to evaluate expression ${JSON.stringify(expression)}`);
  return typeof value === "string" ? value : writeJson(value);
}

export function evaluateAny(expression: string, variables: Variables, sources: LanguageSources): GoValue {
  return evaluateExpression(expression, argoEnvironment(Object.fromEntries(variables), sources), sources);
}

// `filter.expression` of an EventSource: the older expr-lang of Argo Events, where unknown names are nil.
import type { GoMap, LanguageSources } from "../go-value.ts";
import { LanguageError, recover } from "../language-error.ts";
import { printGoValue } from "../go-format.ts";
import { checkExpression } from "./checker.ts";
import { argoEnvironment } from "./environment.ts";
import { evaluateNode } from "./evaluator.ts";
import { optimize } from "./optimizer.ts";
import { parseExpression } from "./parser.ts";

/** Whether an event with this data passes. LanguageError when the expression fails or is no boolean: it does not. */
export function evaluateEventFilter(expression: string, data: GoMap, sources: LanguageSources): boolean {
  const names = Object.entries(data).map(([name, value]) => [name.replaceAll("-", "_"), value] as const);
  const variables = argoEnvironment(Object.fromEntries(names), sources);
  const value = attempt(expression, () => {
    const tree = parseExpression(expression, { dialect: "events" });
    // Without an environment at compile time, every variable is unknown to the checker.
    const natures = checkExpression(tree, { variables: {}, isStrict: false });
    return evaluateNode(optimize(tree, natures), { variables, sources, dialect: "events" });
  });
  if (typeof value !== "boolean") {
    throw new LanguageError(`unable to cast expression result '${printGoValue(value)}' to bool`);
  }
  return value;
}

/** Whether the expression can be evaluated at all. LanguageError when it cannot. */
export function checkEventFilter(expression: string): void {
  const tree = parseExpression(expression, { dialect: "events" });
  optimize(tree, checkExpression(tree, { variables: {}, isStrict: false }));
}

function attempt<T>(expression: string, action: () => T): T {
  return recover(action, (error) => {
    throw new LanguageError(`unable to evaluate expression '${expression}': ${error.message}`, { cause: error });
  });
}

// Argo's expressions: `{{=…}}` tags, `expression` fields and `depends` values, in the language expr-lang.
import { writeJson } from "../go-json.ts";
import type { GoMap, GoValue, LanguageSources } from "../go-value.ts";
import { LanguageError, recover } from "../language-error.ts";
import { checkExpression } from "./checker.ts";
import { evaluateNode } from "./evaluator.ts";
import { optimize } from "./optimizer.ts";
import { parseExpression } from "./parser.ts";
import { withoutGoTypes } from "./typed-values.ts";

/** The value of an expression as plain data. LanguageError when it does not compile or fails. */
export function evaluateExpression(text: string, environment: GoMap, sources: LanguageSources): GoValue {
  return withoutGoTypes(compileExpression(text, environment)(sources));
}

/** The value of an expression that must be a boolean. */
export function evaluateBoolean(text: string, environment: GoMap, sources: LanguageSources): boolean {
  const value = attempt(text, () => evaluateExpression(text, environment, sources));
  if (typeof value !== "boolean") {
    throw new LanguageError(`unable to cast expression result '${writeJson(value)}' to bool`);
  }
  return value;
}

/** Parses and checks an expression; the result evaluates it, with Go's types. */
export function compileExpression(text: string, environment: GoMap): (sources: LanguageSources) => GoValue {
  const tree = parseExpression(text, { isVariable: (name) => Object.hasOwn(environment, name) });
  const natures = checkExpression(tree, { variables: environment, isStrict: true });
  const optimized = optimize(tree, natures);
  return (sources) => evaluateNode(optimized, { variables: environment, sources });
}

function attempt<T>(text: string, action: () => T): T {
  return recover(action, (error) => {
    throw new LanguageError(`unable to evaluate expression '${text}': ${error.message}`, { cause: error });
  });
}

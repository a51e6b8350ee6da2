// What the real expr-lang was asked for: the type of an expression's value beside the value.
import { compileExpression } from "../../src/languages/expr/expr.ts";
import { goTypeName } from "../../src/languages/go-format.ts";
import { writeJson } from "../../src/languages/go-json.ts";
import type { GoMap, LanguageSources } from "../../src/languages/go-value.ts";

/** The Go type of an expression's value, and its JSON text. LanguageError for values without JSON. */
export function describeExpression(
  text: string,
  environment: GoMap,
  sources: LanguageSources,
): { readonly type: string; readonly json: string } {
  const value = compileExpression(text, environment)(sources);
  return { type: value === null ? "nil" : goTypeName(value), json: writeJson(value) };
}

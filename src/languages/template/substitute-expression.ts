// One `{{=expression}}` tag: what is evaluated now, what is left for a later pass, and what is an error.
import { quoteGo } from "../go-format.ts";
import { writeJson } from "../go-json.ts";
import { type GoMap, type GoValue, isGoList, isGoMap, type LanguageSources } from "../go-value.ts";
import { LanguageError, recover } from "../language-error.ts";
import { compileExpression } from "../expr/expr.ts";
import { missingNames } from "./missing-names.ts";

export interface ExpressionTag {
  readonly environment: GoMap;
  readonly sources: LanguageSources;
  /** Whether everything that fails is left for a later pass. */
  readonly isLenient: boolean;
  /** Whether a variable of that name must exist. */
  isRequired(name: string): boolean;
}

/** Argo puts such texts in place of values that it does not know yet. */
const placeholderPrefix = "__argo__internal__placeholder-";

/** Variables that only exist later: an expression with one of them is not evaluated before. */
const lateNames: ReadonlySet<string> = new Set([
  "item",
  "retries",
  "lastRetry.exitCode",
  "lastRetry.status",
  "lastRetry.duration",
  "lastRetry.message",
  "workflow.status",
  "workflow.failures",
]);

/** The text for the tag's place inside of a JSON string. */
export function substituteExpression(expression: string, tag: ExpressionTag): string {
  const text = unescapeJson(expression);
  if (text === undefined) {
    throw new LanguageError("failed to unmarshall JSON expression");
  }
  const missing = findMissing(text, tag);
  if (missing === undefined) return evaluate(expression, text, { ...tag, mayStay: false });
  const required = missing.find((name) => !tag.isLenient && tag.isRequired(name));
  if (required !== undefined) {
    throw new LanguageError(`failed to evaluate expression: ${required} is missing`);
  }
  const mayStay = missing.length > 0 || tag.isLenient;
  if (mayStay && missing.some((name) => lateNames.has(name))) return keep(expression);
  return evaluate(expression, text, { ...tag, mayStay });
}

function unescapeJson(text: string): string | undefined {
  try {
    return (JSON.parse(`"${text}"`) as string).toWellFormed();
  } catch {
    return undefined;
  }
}

/** None when the expression does not parse: the evaluation then says why. */
function findMissing(text: string, { environment }: ExpressionTag): readonly string[] | undefined {
  return recover<readonly string[] | undefined>(
    () => missingNames(text, environment),
    () => undefined,
  );
}

function evaluate(expression: string, text: string, tag: ExpressionTag & { readonly mayStay: boolean }): string {
  const mayFail = tag.mayStay || hasPlaceholder(tag.environment);
  const value = recover<GoValue>(
    () => compileExpression(text, tag.environment)(tag.sources),
    (error) => {
      if (mayFail) return null;
      throw new LanguageError(`failed to evaluate expression: ${error.message}`, { cause: error });
    },
  );
  if (value !== null) return write(expression, value, tag.mayStay);
  if (mayFail) return keep(expression);
  throw new LanguageError(`failed to evaluate expression ${quoteGo(expression)}`);
}

function write(expression: string, value: GoValue, mayStay: boolean): string {
  return recover(
    () => {
      const json = writeJson(value);
      // The tag stands inside of a string already.
      return /^".*"$/s.test(json) ? json.slice(1, -1) : quoteGo(json).slice(1, -1);
    },
    (error) => {
      if (mayStay) return keep(expression);
      throw new LanguageError(`failed to marshal evaluated expression: ${error.message}`, { cause: error });
    },
  );
}

function keep(expression: string): string {
  return `{{=${expression}}}`;
}

function hasPlaceholder(value: GoValue): boolean {
  if (typeof value === "string") return value.startsWith(placeholderPrefix);
  if (isGoList(value)) return value.some(hasPlaceholder);
  return isGoMap(value) && Object.values(value).some(hasPlaceholder);
}

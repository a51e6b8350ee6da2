// How the entries of one group of filters are combined.
import { LanguageError } from "../../languages/language-error.ts";
import type { LogicalOperator } from "../../resources/sensor.ts";

/** What one group of filters says; the reason tells an operator what was wanted. */
export interface GroupVerdict {
  readonly passes: boolean;
  readonly reason: string;
}

/**
 * With `or` the first entry that passes decides, and an error counts only when none passes. Otherwise every entry must
 * pass, and the first that does not, or fails, decides.
 */
export function combineVerdicts<T>(
  entries: readonly T[],
  operator: LogicalOperator,
  evaluate: (entry: T) => GroupVerdict,
): GroupVerdict {
  const reasons: string[] = [];
  const errors: LanguageError[] = [];
  for (const entry of entries) {
    const verdict = attempt(evaluate, entry, errors);
    if (operator === "or") {
      if (verdict?.passes === true) return verdict;
    } else if (verdict?.passes !== true) {
      if (verdict === undefined) break;
      return verdict;
    }
    if (verdict !== undefined) reasons.push(verdict.reason);
  }
  if (errors.length > 0) throw new LanguageError(errors.map((error) => error.message).join("; "));
  return { passes: operator !== "or", reason: reasons.join("; ") };
}

function attempt<T>(evaluate: (entry: T) => GroupVerdict, entry: T, errors: LanguageError[]): GroupVerdict | undefined {
  try {
    return evaluate(entry);
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    errors.push(error);
    return undefined;
  }
}

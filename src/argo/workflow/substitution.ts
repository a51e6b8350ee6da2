// Replaces tags in plain data, by way of its JSON text as Argo does it.
import type { LanguageSources } from "../../languages/go-value.ts";
import { LanguageError } from "../../languages/language-error.ts";
import { isMissingVariable, substituteValue } from "../../languages/template/substitute.ts";
import type { Variables } from "./variables.ts";

export interface Substitution {
  /**
   * `lenient`: unknown tags stay. `strict`: they are an error. `stepsAndTasks`: an error where they name an output of
   * another step, which may be there later; others stay.
   */
  readonly mode: "lenient" | "strict" | "stepsAndTasks";
  readonly sources: LanguageSources;
}

/** An output of another step is not there yet: look again later. */
export class MissingVariable extends LanguageError {}

const stepsAndTasks = ["tasks", "steps"];

/**
 * The value with its tags replaced; the same object when it has none. LanguageError for what cannot be replaced,
 * MissingVariable for what may be later.
 */
export function substituteIn<Value>(value: Value, variables: Variables, { mode, sources }: Substitution): Value {
  const json = JSON.stringify(value);
  if (!json.includes("{{")) return value;
  const known = Object.fromEntries(variables);
  try {
    const options =
      mode === "stepsAndTasks"
        ? ({ mode: "prefixes", prefixes: stepsAndTasks, sources } as const)
        : ({ mode, sources } as const);
    return substituteValue(json, known, options) as Value;
  } catch (error) {
    const isMissing = mode === "stepsAndTasks" && error instanceof LanguageError && isMissingVariable(error);
    if (isMissing) throw new MissingVariable(error.message, { cause: error });
    throw error;
  }
}

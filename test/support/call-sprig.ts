// A function of sprig, called as expressions call it.
import { argoEnvironment } from "../../src/languages/expr/environment.ts";
import { compileExpression } from "../../src/languages/expr/expr.ts";
import { writeJson } from "../../src/languages/go-json.ts";
import type { GoValue } from "../../src/languages/go-value.ts";

/** The time that every call sees: 2024-05-06T07:08:09Z. */
const now = Date.UTC(2024, 4, 6, 7, 8, 9);
const sources = { now: () => now, random: () => 0.5 };

/** The result of the function as expressions call it, with Go's types. */
export function valueOfSprig(name: string, ...args: readonly GoValue[]): GoValue {
  const variables = Object.fromEntries(args.map((value, index) => [`a${index}`, value]));
  const text = `sprig.${name}(${Object.keys(variables).join(", ")})`;
  return compileExpression(text, argoEnvironment(variables, sources))(sources);
}

/** The same result as JSON. */
export function callSprig(name: string, ...args: readonly GoValue[]): string {
  return writeJson(valueOfSprig(name, ...args));
}

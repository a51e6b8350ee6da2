// The functions that every expression has, unless a variable hides them.
import type { Dialect } from "./dialect.ts";

const builtinNames: ReadonlySet<string> = new Set(
  [
    "all none any one filter map find findIndex findLast findLastIndex count sum groupBy sortBy reduce",
    "len type abs ceil floor round int float string trim trimPrefix trimSuffix upper lower split splitAfter replace",
    "repeat join indexOf lastIndexOf hasPrefix hasSuffix max min mean median toJSON fromJSON toBase64 fromBase64",
    "now duration date timezone first last get take keys values toPairs fromPairs reverse uniq concat flatten sort",
    "bitand bitor bitxor bitnand bitshl bitshr bitushr bitnot",
  ].flatMap((line) => line.split(" ")),
);

/** Of them, those that the version of Argo Events does not have. */
const newNames: ReadonlySet<string> = new Set(
  "timezone reverse uniq concat flatten bitand bitor bitxor bitnand bitshl bitshr bitushr bitnot".split(" "),
);

export function isBuiltin(name: string, dialect: Dialect = "workflows"): boolean {
  return builtinNames.has(name) && (dialect === "workflows" || !newNames.has(name));
}

// Whether a value satisfies the comparison of a query such as `#(age>45)`.
import { compareCodePoints } from "../go-json.ts";
import type { Query } from "./gjson-path.ts";
import { floatOrZero, resultOf, type GjsonResult } from "./gjson-result.ts";
import { matchesWildcard } from "./wildcard.ts";

export function satisfiesQuery({ operator, value }: Query, found: GjsonResult): boolean {
  const kind = value.startsWith("~") ? value.slice(1) : undefined;
  if (kind !== undefined) {
    const isOfKind = KINDS[kind]?.(found);
    if (isOfKind === undefined) return false;
    return compare({ operator, wanted: "true", found: resultOf(isOfKind ? "True" : "False", String(isOfKind), -1) });
  }
  if (!found.exists) return false;
  return operator === "" || compare({ operator, wanted: value, found });
}

const KINDS: Readonly<Record<string, (found: GjsonResult) => boolean>> = {
  "*": (found) => found.exists,
  null: (found) => found.type === "Null",
  true: (found) => found.boolean,
  false: isFalse,
};

function isFalse(found: GjsonResult): boolean {
  if (found.type === "String") return /^(0|f|false)$/i.test(found.text);
  return found.type === "Null" || found.type === "False" || (found.type === "Number" && found.number === 0);
}

interface Comparison {
  readonly operator: string;
  readonly wanted: string;
  readonly found: GjsonResult;
}

function compare({ operator, wanted, found }: Comparison): boolean {
  switch (found.type) {
    case "String":
      if (operator === "%") return matchesWildcard(found.text, wanted);
      if (operator === "!%") return !matchesWildcard(found.text, wanted);
      return holds(operator, compareCodePoints(found.text, wanted));
    case "Number": {
      const number = floatOrZero(wanted);
      if (found.number === number) return holds(operator, 0);
      return holds(operator, found.number < number ? -1 : 1);
    }
    case "True":
    case "False":
      return holdsForBoolean(operator, found.boolean, wanted);
    case "Null":
    case "JSON":
    default:
      return false;
  }
}

/** False is less than true; a text that is neither is unlike both and never less. */
function holdsForBoolean(operator: string, given: boolean, wanted: string): boolean {
  if (wanted === String(given)) return holds(operator, 0);
  if (wanted === String(!given)) return holds(operator, given ? 1 : -1);
  return operator === "!=" || operator === (given ? ">=" : "<=");
}

function holds(operator: string, order: number): boolean {
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    default:
      return false;
  }
}

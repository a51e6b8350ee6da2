// Comparisons in the filters of kubectl's JSONPath: as in Go templates, both sides must be of one basic kind.
import { compareCodePoints } from "../go-json.ts";
import type { GoValue } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";

export function compareValues(operator: string, left: GoValue, right: GoValue): boolean {
  switch (operator) {
    case "==":
      return isEqual(left, right);
    case "!=":
      return !isEqual(left, right);
    case "<":
      return isLess(left, right);
    case "<=":
      return isLess(left, right) || isEqual(left, right);
    case ">":
      return !isLess(left, right) && !isEqual(left, right);
    case ">=":
      return !isLess(left, right);
    default:
      throw new LanguageError(`unrecognized filter operator ${operator}`);
  }
}

function kindOf(value: GoValue): string {
  if (value === null || typeof value === "object") throw new LanguageError("invalid type for comparison");
  return typeof value;
}

function checkKinds(left: GoValue, right: GoValue): void {
  if (kindOf(left) !== kindOf(right)) throw new LanguageError("incompatible types for comparison");
}

function isEqual(left: GoValue, right: GoValue): boolean {
  checkKinds(left, right);
  return left === right;
}

function isLess(left: GoValue, right: GoValue): boolean {
  checkKinds(left, right);
  if (typeof left === "boolean" || left === null || right === null) {
    throw new LanguageError("invalid type for comparison");
  }
  return typeof left === "string" && typeof right === "string" ? compareCodePoints(left, right) < 0 : left < right;
}

// The conversions that sprig's functions share: texts, numbers and lists out of any value.
import { printGoValue } from "../go-format.ts";
import { GoDuration } from "../go-duration.ts";
import { parseGoFloat, parseGoInt } from "../go-number.ts";
import { isGoList, isGoMap, GoObject, type GoMap, type GoValue } from "../go-value.ts";
import { LanguageError, recover } from "../language-error.ts";

/** Texts, lists and ranges that a function may build, so that a spec cannot fill the memory. */
export const RESULT_LENGTH_MAX = 1_000_000;

export function textOf(value: GoValue | undefined): string {
  return value === undefined ? "" : printGoValue(value);
}

/** cast.ToInt64: what cannot be converted is 0. */
export function intOf(value: GoValue | undefined): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return value ? 1n : 0n;
  if (typeof value === "number") return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n;
  if (value instanceof GoDuration) return value.nanoseconds;
  if (typeof value !== "string") return 0n;
  return recover(
    () => parseGoInt(value.replace(/\.0*$/, ""), 0),
    () => 0n,
  );
}

/** cast.ToFloat64: what cannot be converted is 0. */
export function floatOf(value: GoValue | undefined): number {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value !== "string") return 0;
  return recover(
    () => parseGoFloat(value),
    () => 0,
  );
}

/** A small int argument as a JavaScript number. */
export function countOf(value: GoValue | undefined): number {
  return Number(intOf(value));
}

/** The items of a list; LanguageError naming the function for anything else. */
export function listOf(value: GoValue | undefined, name: string): readonly GoValue[] {
  if (value !== undefined && isGoList(value)) return value;
  throw new LanguageError(`cannot ${name} on type ${kindOf(value ?? null)}`);
}

export function mapOf(value: GoValue | undefined): GoMap {
  return value !== undefined && isGoMap(value) ? value : {};
}

/** Every item but nil as a text; a single value is a list of one. */
export function textsOf(value: GoValue | undefined): readonly string[] {
  if (value === null || value === undefined) return [];
  return isGoList(value) ? value.filter((item) => item !== null).map(textOf) : [textOf(value)];
}

/** A map whose keys cannot touch a prototype. */
export function newMap(entries: Iterable<readonly [string, GoValue]> = []): Record<string, GoValue> {
  return Object.assign(Object.create(null) as Record<string, GoValue>, Object.fromEntries(entries));
}

/** Go's zero values, empty containers and nil. */
export function isEmpty(value: GoValue | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  if (value === 0n || value === 0) return true;
  if (value instanceof GoDuration) return value.nanoseconds === 0n;
  if (value instanceof GoObject || typeof value !== "object") return false;
  return isGoList(value) ? value.length === 0 : Object.keys(value).length === 0;
}

/** reflect.Kind of a value. */
export function kindOf(value: GoValue): string {
  if (value === null) return "invalid";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float64";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "string") return "string";
  if (value instanceof GoDuration) return "int64";
  if (value instanceof GoObject) return value.goType.startsWith("*") ? "ptr" : "struct";
  return isGoList(value) ? "slice" : "map";
}

/** reflect.DeepEqual. */
export function isDeepEqual(left: GoValue, right: GoValue): boolean {
  if (left instanceof GoObject && right instanceof GoObject) {
    return left.goType === right.goType && left.toString() === right.toString();
  }
  if (isGoList(left) && isGoList(right)) {
    return left.length === right.length && left.every((item, at) => isDeepEqual(item, right[at] ?? null));
  }
  if (isGoMap(left) && isGoMap(right)) {
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key) && isDeepEqual(left[key] ?? null, right[key] ?? null))
    );
  }
  return left === right;
}

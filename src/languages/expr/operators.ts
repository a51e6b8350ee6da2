// What the operators of expr-lang do with values, at run time.
import { goTypeName } from "../go-format.ts";
import { GoDuration } from "../go-duration.ts";
import { compareCodePoints } from "../go-json.ts";
import { GoTime } from "../go-time.ts";
import { GoObject, type GoValue, isGoList, isGoMap } from "../go-value.ts";
import { power } from "../go-power.ts";
import { LanguageError } from "../language-error.ts";
import type { Dialect } from "./dialect.ts";
import { FunctionValue, integerOf, isNil, itemsOf, numberOf, TypedInteger, TypedMap } from "./typed-values.ts";

export function wrapInteger(value: bigint): bigint {
  return BigInt.asIntN(64, value);
}

/** Integers and floats are equal by value; lists by their elements (in Argo Events only if the types are the same). */
export function isEqual(left: GoValue, right: GoValue, dialect: Dialect = "workflows"): boolean {
  if (isNil(left) && isNil(right)) return true;
  const leftInteger = integerOf(left);
  const rightInteger = integerOf(right);
  if (leftInteger !== undefined && rightInteger !== undefined) return leftInteger === rightInteger;
  const leftNumber = numberOf(left);
  if (leftNumber !== undefined) return leftNumber === numberOf(right);
  const leftItems = itemsOf(left);
  const rightItems = itemsOf(right);
  if (dialect === "workflows" && leftItems !== undefined && rightItems !== undefined) {
    return (
      leftItems.length === rightItems.length && leftItems.every((item, at) => isEqual(item, rightItems[at] ?? null))
    );
  }
  return isDeeplyEqual(left, right);
}

/** As reflect.DeepEqual: inside of maps, types must be the same too. */
function isDeeplyEqual(left: GoValue, right: GoValue): boolean {
  if (left instanceof GoObject && right instanceof GoObject) return isSameObject(left, right);
  if (isGoList(left) && isGoList(right)) {
    return left.length === right.length && left.every((item, at) => isDeeplyEqual(item, right[at] ?? null));
  }
  if (!isGoMap(left) || !isGoMap(right)) return left === right;
  const keys = Object.keys(left);
  const isSame = (key: string): boolean =>
    Object.hasOwn(right, key) && isDeeplyEqual(left[key] ?? null, right[key] ?? null);
  return keys.length === Object.keys(right).length && keys.every(isSame);
}

function isSameObject(left: GoObject, right: GoObject): boolean {
  if (left instanceof GoTime && right instanceof GoTime) return left.nanoseconds === right.nanoseconds;
  // Go's functions are equal to nothing.
  return !(left instanceof FunctionValue) && left.goType === right.goType && left.toString() === right.toString();
}

/** Negative, zero or positive; NaN where a not-a-number takes part. */
export function compare(operator: string, left: GoValue, right: GoValue): number {
  const leftInteger = integerOf(left);
  const rightInteger = integerOf(right);
  if (leftInteger !== undefined && rightInteger !== undefined) return compareSizes(leftInteger, rightInteger);
  const leftNumber = numberOf(left);
  const rightNumber = numberOf(right);
  if (leftNumber !== undefined && rightNumber !== undefined) return compareSizes(leftNumber, rightNumber);
  if (typeof left === "string" && typeof right === "string") return compareCodePoints(left, right);
  if (left instanceof GoTime && right instanceof GoTime) return compareSizes(left.nanoseconds, right.nanoseconds);
  if (left instanceof GoDuration && right instanceof GoDuration) {
    return compareSizes(left.nanoseconds, right.nanoseconds);
  }
  throw mismatch(operator, left, right);
}

function compareSizes(left: bigint | number, right: bigint | number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return left === right ? 0 : Number.NaN;
}

export function isLess(left: GoValue, right: GoValue): boolean {
  return compare("<", left, right) < 0;
}

type Arithmetic = (left: GoValue, right: GoValue) => GoValue;

const arithmetics: ReadonlyMap<string, Arithmetic> = new Map<string, Arithmetic>([
  ["+", add],
  ["-", subtract],
  ["*", multiply],
  ["/", (left, right) => requireNumber("/", left, left, right) / requireNumber("/", right, left, right)],
  ["%", modulo],
  ["**", raise],
  ["^", raise],
]);

export function calculate(operator: string, left: GoValue, right: GoValue): GoValue {
  const arithmetic = arithmetics.get(operator);
  if (arithmetic === undefined) throw new LanguageError(`unknown operator (${operator})`);
  return arithmetic(left, right);
}

interface NumberOperation {
  ofIntegers(left: bigint, right: bigint): bigint;
  ofFloats(left: number, right: number): number;
}

function onNumbers(left: GoValue, right: GoValue, operation: NumberOperation): GoValue | undefined {
  const leftInteger = integerOf(left);
  const rightInteger = integerOf(right);
  if (leftInteger !== undefined && rightInteger !== undefined) {
    return wrapInteger(operation.ofIntegers(leftInteger, rightInteger));
  }
  const leftNumber = numberOf(left);
  const rightNumber = numberOf(right);
  if (leftNumber === undefined || rightNumber === undefined) return undefined;
  return operation.ofFloats(leftNumber, rightNumber);
}

function add(left: GoValue, right: GoValue): GoValue {
  const sum = onNumbers(left, right, { ofIntegers: (a, b) => a + b, ofFloats: (a, b) => a + b });
  if (sum !== undefined) return sum;
  if (typeof left === "string" && typeof right === "string") return left + right;
  if (left instanceof GoTime && right instanceof GoDuration) return left.add(right.nanoseconds);
  if (left instanceof GoDuration && right instanceof GoTime) return right.add(left.nanoseconds);
  if (left instanceof GoDuration && right instanceof GoDuration) {
    return new GoDuration(wrapInteger(left.nanoseconds + right.nanoseconds));
  }
  throw mismatch("+", left, right);
}

function subtract(left: GoValue, right: GoValue): GoValue {
  const difference = onNumbers(left, right, { ofIntegers: (a, b) => a - b, ofFloats: (a, b) => a - b });
  if (difference !== undefined) return difference;
  if (left instanceof GoTime && right instanceof GoTime) {
    return new GoDuration(wrapInteger(left.nanoseconds - right.nanoseconds));
  }
  if (left instanceof GoTime && right instanceof GoDuration) return left.add(-right.nanoseconds);
  if (left instanceof GoDuration && right instanceof GoDuration) {
    return new GoDuration(wrapInteger(left.nanoseconds - right.nanoseconds));
  }
  throw mismatch("-", left, right);
}

function multiply(left: GoValue, right: GoValue): GoValue {
  const product = onNumbers(left, right, { ofIntegers: (a, b) => a * b, ofFloats: (a, b) => a * b });
  if (product !== undefined) return product;
  const factors = [left, right].map((value) => (value instanceof GoDuration ? value.nanoseconds : value));
  const [leftFactor = null, rightFactor = null] = factors;
  const scaled = onNumbers(leftFactor, rightFactor, { ofIntegers: (a, b) => a * b, ofFloats: (a, b) => a * b });
  if (scaled === undefined) throw mismatch("*", left, right);
  return typeof scaled === "bigint" ? new GoDuration(scaled) : scaled;
}

function modulo(left: GoValue, right: GoValue): GoValue {
  const leftInteger = integerOf(left);
  const rightInteger = integerOf(right);
  if (leftInteger === undefined || rightInteger === undefined) throw mismatch("%", left, right);
  if (rightInteger === 0n) throw new LanguageError("integer divide by zero");
  return leftInteger % rightInteger;
}

function raise(left: GoValue, right: GoValue): GoValue {
  return power(requireNumber("**", left, left, right), requireNumber("**", right, left, right));
}

function requireNumber(operator: string, value: GoValue, ...operands: readonly [GoValue, GoValue]): number {
  const number = numberOf(value);
  if (number === undefined) throw mismatch(operator, ...operands);
  return number;
}

function mismatch(operator: string, left: GoValue, right: GoValue): LanguageError {
  return new LanguageError(`invalid operation: ${goTypeName(left)} ${operator} ${goTypeName(right)}`);
}

/** The `in` operator on lists and maps; nothing is in nil. */
export function isIn(needle: GoValue, haystack: GoValue, dialect: Dialect = "workflows"): boolean {
  if (haystack === null) return false;
  const items = itemsOf(haystack);
  if (items !== undefined) return items.some((item) => isEqual(item, needle, dialect));
  if (haystack instanceof TypedMap && !haystack.goType.startsWith("map[string]")) {
    return haystack.get(needle) !== undefined;
  }
  // A struct has its fields; a time has none that are visible.
  if (haystack instanceof GoTime && typeof needle === "string") return false;
  if (haystack instanceof TypedMap) return haystack.get(stringKey(needle)) !== undefined;
  if (!isGoMap(haystack)) throw new LanguageError(`operator "in" not defined on ${goTypeName(haystack)}`);
  return Object.hasOwn(haystack, stringKey(needle));
}

/** The key that reflection looks up in a map of strings: nil is the empty string. */
export function stringKey(key: GoValue): string {
  if (key === null) return "";
  if (typeof key === "string") return key;
  throw new LanguageError(`reflect.Value.MapIndex: value of type ${goTypeName(key)} is not assignable to type string`);
}

export function negate(value: GoValue): GoValue {
  if (typeof value === "bigint") return wrapInteger(-value);
  if (typeof value === "number") return -value;
  if (value instanceof TypedInteger) return new TypedInteger(value.goType, wrapInteger(-value.value));
  throw new LanguageError(`invalid operation: - ${goTypeName(value)}`);
}

// Builtins about numbers and about the types of values.
import { goTypeName } from "../go-format.ts";
import { parseGoFloat, parseGoInt } from "../go-number.ts";
import { GoObject, type GoValue, isGoMap } from "../go-value.ts";
import { GoDuration } from "../go-duration.ts";
import { LanguageError } from "../language-error.ts";
import { type Builtin, integerAt } from "./builtin.ts";
import { isLess, wrapInteger } from "./operators.ts";
import { entriesOf, integerOf, itemsOf, numberOf, TypedInteger } from "./typed-values.ts";

export const numberBuiltins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ["len", ([value = null]) => lengthOf(value)],
  ["type", ([value = null]) => typeOf(value)],
  ["abs", ([value = null]) => absolute(value)],
  ["ceil", ([value = null]) => Math.ceil(requireNumber("ceil", value))],
  ["floor", ([value = null]) => Math.floor(requireNumber("floor", value))],
  ["round", ([value = null]) => round(requireNumber("round", value))],
  ["int", ([value = null]) => toInteger(value)],
  ["float", ([value = null]) => toFloat(value)],
  ["max", (args) => extreme("max", args, isLess)],
  ["min", (args) => extreme("min", args, (best, item) => isLess(item, best))],
  ["mean", (args) => mean(numbersIn("mean", args.map(withoutUnit)))],
  ["median", (args) => median(numbersIn("median", args.map(withoutUnit)))],
  ...bits("bitand", (left, right) => left & right),
  ...bits("bitor", (left, right) => left | right),
  ...bits("bitxor", (left, right) => left ^ right),
  ...bits("bitnand", (left, right) => left & ~right),
  ...bits("bitshl", (left, right) => (shiftOf(right) >= 64n ? 0n : left << right)),
  ...bits("bitshr", (left, right) => left >> (shiftOf(right) > 63n ? 63n : right)),
  ...bits("bitushr", (left, right) => BigInt.asUintN(64, left) >> shiftOf(right)),
  ["bitnot", (args) => ~integerAt(args, 0, "bitnot")],
]);

function lengthOf(value: GoValue): bigint {
  if (typeof value === "string") return BigInt(Array.from(value).length);
  const members = itemsOf(value) ?? entriesOf(value);
  if (members === undefined) throw new LanguageError(`invalid argument for len (type ${goTypeName(value)})`);
  return BigInt(members.length);
}

function typeOf(value: GoValue): string {
  if (value === null) return "nil";
  if (integerOf(value) !== undefined) return goTypeName(value).startsWith("u") ? "uint" : "int";
  if (itemsOf(value) !== undefined) return "array";
  if (entriesOf(value) !== undefined || isGoMap(value)) return "map";
  if (value instanceof GoObject) return value.goType.startsWith("func") ? "func" : value.goType;
  return typeof value === "number" ? "float" : goTypeName(value);
}

function absolute(value: GoValue): GoValue {
  if (typeof value === "number") return Math.abs(value);
  const integer = integerOf(value);
  if (integer === undefined) throw new LanguageError(`invalid argument for abs (type ${goTypeName(value)})`);
  const size = wrapInteger(integer < 0n ? -integer : integer);
  return value instanceof TypedInteger ? new TypedInteger(value.goType, size) : size;
}

function requireNumber(name: string, value: GoValue): number {
  const number = numberOf(value);
  if (number === undefined) throw new LanguageError(`invalid argument for ${name} (type ${goTypeName(value)})`);
  return number;
}

/** Halves are rounded away from zero. */
function round(value: number): number {
  const size = Math.abs(value);
  const rounded = size - Math.floor(size) >= 0.5 ? Math.ceil(size) : Math.floor(size);
  return value < 0 ? -rounded : rounded;
}

/** As the function `int`: also reads decimal text. */
export function toInteger(value: GoValue): bigint {
  const integer = integerOf(value) ?? (value instanceof GoDuration ? value.nanoseconds : undefined);
  if (integer !== undefined) return wrapInteger(integer);
  if (typeof value === "number") return truncate(value);
  if (typeof value !== "string") throw new LanguageError(`invalid operation: int(${goTypeName(value)})`);
  try {
    return parseGoInt(value);
  } catch (cause) {
    throw new LanguageError(`invalid operation: int(${value})`, { cause });
  }
}

/** As Go on amd64: what does not fit becomes the smallest integer. */
function truncate(value: number): bigint {
  const isFit = Number.isFinite(value) && Math.abs(value) < 2 ** 63;
  return isFit ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}

/** As the function `float`: also reads text. */
export function toFloat(value: GoValue): number {
  const number = numberOf(value);
  if (number !== undefined) return number;
  if (typeof value !== "string") throw new LanguageError(`invalid operation: float(${goTypeName(value)})`);
  try {
    return parseGoFloat(value);
  } catch (cause) {
    throw new LanguageError(`invalid operation: float(${value})`, { cause });
  }
}

/** The best of all numbers, those in lists included; nil when there is none. */
function extreme(name: string, args: readonly GoValue[], isBetter: (best: GoValue, item: GoValue) => boolean): GoValue {
  const [only = null] = args;
  if (args.length === 1 && itemsOf(only) === undefined) return only;
  return numbersIn(name, args).reduce<GoValue>(
    (best, item) => (best === null || isBetter(best, item) ? item : best),
    null,
  );
}

function numbersIn(name: string, args: readonly GoValue[]): GoValue[] {
  return args.flatMap((argument) => {
    const items = itemsOf(argument);
    if (items !== undefined) return numbersIn(name, items);
    if (numberOf(argument) !== undefined) return [argument];
    throw new LanguageError(`invalid argument for ${name} (type ${goTypeName(argument)})`);
  });
}

/** Durations count as their nanoseconds. */
function withoutUnit(value: GoValue): GoValue {
  if (value instanceof GoDuration) return value.nanoseconds;
  return itemsOf(value)?.map(withoutUnit) ?? value;
}

function mean(values: readonly GoValue[]): number {
  if (values.length === 0) return 0;
  return values.reduce<number>((sum, value) => sum + Number(numberOf(value)), 0) / values.length;
}

function median(values: readonly GoValue[]): number {
  const sorted = values.map((value) => Number(numberOf(value))).sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const [upper = 0] = sorted.slice(middle);
  const [lower = 0] = sorted.slice(middle - 1);
  return sorted.length % 2 === 1 || sorted.length === 0 ? upper : (lower + upper) / 2;
}

function bits(name: string, combine: (left: bigint, right: bigint) => bigint): [string, Builtin][] {
  return [[name, (args) => wrapInteger(combine(integerAt(args, 0, name), integerAt(args, 1, name)))]];
}

function shiftOf(count: bigint): bigint {
  if (count < 0n) throw new LanguageError(`invalid operation: negative shift count ${count} (type int)`);
  return count;
}

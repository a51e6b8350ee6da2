// Evaluates the stages of a `when` condition with govaluate's types and messages.
import { printGoValue } from "../go-format.ts";
import { compareCodePoints } from "../go-json.ts";
import { power } from "../go-power.ts";
import { compileRegexp } from "../go-regexp.ts";
import { GoTime } from "../go-time.ts";
import { LanguageError } from "../language-error.ts";
import type { Stage } from "./plan-stages.ts";

/** Numbers are float64; a list comes from commas. */
export type WhenValue = null | boolean | number | string | readonly WhenValue[];

export function evaluateStage(stage: Stage): WhenValue {
  const left = stage.left === undefined ? null : evaluateStage(stage.left);
  const shortcut = shortCircuit(stage, left);
  if (shortcut !== undefined) return shortcut.value;
  if (stage.symbol === "literal") return literalOf(stage);
  const isSkipped = (stage.symbol === "?" && left === false) || (stage.symbol === ":" && left !== null);
  const right = isSkipped || stage.right === undefined ? null : evaluateStage(stage.right);
  return stage.isPrefix === true ? applyPrefix(stage.symbol, right) : apply(stage, left, right);
}

function shortCircuit({ symbol }: Stage, left: WhenValue): { value: WhenValue } | undefined {
  if (symbol === "&&" && left === false) return { value: false };
  if (symbol === "||" && left === true) return { value: true };
  return symbol === "??" && left !== null ? { value: left } : undefined;
}

function literalOf({ literal }: Stage): WhenValue {
  const value = literal?.value ?? null;
  if (literal?.kind === "VARIABLE") throw new LanguageError(`No parameter '${printGoValue(value)}' found.`);
  return value instanceof GoTime ? Number(value.seconds) : value;
}

function applyPrefix(symbol: string, right: WhenValue): WhenValue {
  const isFit = symbol === "!" ? typeof right === "boolean" : typeof right === "number";
  if (!isFit) {
    throw new LanguageError(`Value '${printGoValue(right)}' cannot be used with the prefix '${symbol}'`);
  }
  if (symbol === "!") return right === false;
  return symbol === "-" ? -Number(right) : Number(~toInt64(Number(right)));
}

type Operation = (left: WhenValue, right: WhenValue) => WhenValue;

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["group", (_left, right) => right],
  ["==", isSame],
  ["!=", (left, right) => !isSame(left, right)],
  [",", (left, right) => (Array.isArray(left) ? [...(left as WhenValue[]), right] : [left, right])],
  ["?", chooseRight],
  [":", (left, right) => left ?? right],
  ["??", (left, right) => left ?? right],
  ["in", isIn],
  ["&&", (left, right) => requireBooleans("&&", left, right).every(Boolean)],
  ["||", (left, right) => requireBooleans("||", left, right).some(Boolean)],
  ["=~", (left, right) => matches("=~", left, right)],
  ["!~", (left, right) => !matches("!~", left, right)],
  ["+", add],
]);

function apply(stage: Stage, left: WhenValue, right: WhenValue): WhenValue {
  const { symbol } = stage;
  if (symbol === "access") throw new LanguageError(`No parameter '${accessedName(stage)}' found.`);
  const operation = operations.get(symbol);
  if (operation !== undefined) return operation(left, right);
  if (/^[<>]=?$/.test(symbol)) return compare(symbol, left, right);
  return calculate(symbol, requireNumber(symbol, left), requireNumber(symbol, right));
}

function chooseRight(left: WhenValue, right: WhenValue): WhenValue {
  if (typeof left !== "boolean") throw misuse(left, "ternary operator", "?");
  return left ? right : null;
}

function requireBooleans(symbol: string, left: WhenValue, right: WhenValue): WhenValue[] {
  const wrong = [left, right].find((value) => typeof value !== "boolean");
  if (wrong !== undefined) throw misuse(wrong, "logical operator", symbol);
  return [left, right];
}

function requireNumber(symbol: string, value: WhenValue): number {
  if (typeof value !== "number") throw misuse(value, "modifier", symbol);
  return value;
}

function misuse(value: WhenValue, role: string, symbol: string): LanguageError {
  const wanted = role === "logical operator" || role === "ternary operator" ? "a bool" : "a number";
  return new LanguageError(
    `Value '${printGoValue(value)}' cannot be used with the ${role} '${symbol}', it is not ${wanted}`,
  );
}

function accessedName({ literal }: Stage): string {
  const [name] = [literal?.value].flat();
  return String(name);
}

/** Lists are compared element by element; a not-a-number equals nothing. */
function isSame(left: WhenValue, right: WhenValue): boolean {
  if (!Array.isArray(left) || !Array.isArray(right)) return left === right;
  return left.length === right.length && left.every((item: WhenValue, at) => isSame(item, right[at] as WhenValue));
}

function isIn(left: WhenValue, right: WhenValue): boolean {
  if (!Array.isArray(right)) throw misuse(right, "comparator", "in");
  return right.some((item) => item === left);
}

function compare(symbol: string, left: WhenValue, right: WhenValue): boolean {
  if (typeof left === "number" && typeof right === "number") {
    return { "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right }[symbol] === true;
  }
  if (typeof left !== "string" || typeof right !== "string") throw misuse(left, "comparator", symbol);
  return compare(symbol, compareCodePoints(left, right), 0);
}

function matches(symbol: string, left: WhenValue, right: WhenValue): boolean {
  for (const value of [left, right]) {
    if (typeof value !== "string") throw misuse(value, "comparator", symbol);
  }
  try {
    return compileRegexp(String(right)).test(String(left));
  } catch (cause) {
    const { message } = cause as Error;
    throw new LanguageError(`Unable to compile regexp pattern '${String(right)}': ${message}`, { cause });
  }
}

function add(left: WhenValue, right: WhenValue): WhenValue {
  if (typeof left === "number" && typeof right === "number") return left + right;
  if (typeof left !== "string" && typeof right !== "string") throw misuse(left, "modifier", "+");
  return printGoValue(left) + printGoValue(right);
}

function calculate(symbol: string, left: number, right: number): number {
  switch (symbol) {
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    case "**":
      return power(left, right);
    default:
      return Number(calculateBits(symbol, toInt64(left), toInt64(right)));
  }
}

function calculateBits(symbol: string, left: bigint, right: bigint): bigint {
  switch (symbol) {
    case "&":
      return left & right;
    case "|":
      return left | right;
    case "^":
      return left ^ right;
    default: {
      // Shifts work on unsigned 64 bits; a larger count leaves nothing.
      const value = BigInt.asUintN(64, left);
      const count = BigInt.asUintN(64, right);
      if (count >= 64n) return 0n;
      return symbol === "<<" ? BigInt.asUintN(64, value << count) : value >> count;
    }
  }
}

/** As Go on amd64: what does not fit becomes the smallest integer. */
function toInt64(value: number): bigint {
  const isFit = Number.isFinite(value) && Math.abs(value) < 2 ** 63;
  return isFit ? BigInt(Math.trunc(value)) : -(2n ** 63n);
}

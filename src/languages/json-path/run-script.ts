// Evaluates the expressions inside of a JSONPath: `[?(@.price < 10 && @.name == 'x')]`.
import { printGoValue } from "../go-format.ts";
import { parseGoFloat } from "../go-number.ts";
import { compileRegexp } from "../go-regexp.ts";
import { type GoValue, isGoList, isGoMap } from "../go-value.ts";
import { LanguageError, recover } from "../language-error.ts";
import type { Operand, Operation, Operator, Script, Step } from "./steps.ts";

export interface ScriptScope {
  readonly root: GoValue;
  readonly current: GoValue;
  select(steps: readonly Step[], root: GoValue, current: GoValue): GoValue;
}

export function runScript({ text, operation }: Script, scope: ScriptScope): GoValue {
  if (operation !== undefined) return runOperation(operation, scope);
  if (text === "nil" || text === "null") return null;
  return readNumber(text) ?? readBoolean(text) ?? text;
}

function runOperation(operation: Operation, scope: ScriptScope): GoValue {
  if (operation.kind === "selector") {
    const value = scope.select(operation.steps, scope.root, scope.current);
    // Strings are quoted, so that they are no names and no numbers.
    return typeof value === "string" && !isQuoted(value) ? `'${value}'` : value;
  }
  return CALCULATIONS[operation.operator](operation.left, operation.right, scope);
}

type Calculation = (left: Operand, right: Operand, scope: ScriptScope) => GoValue;

/** Both sides are evaluated, whatever the first one is. */
const CALCULATIONS: Readonly<Record<Operator, Calculation>> = {
  "!": (_left, right, scope) => !booleanOf(right, scope),
  "&&": (left, right, scope) => [left, right].map((operand) => booleanOf(operand, scope)).every(Boolean),
  "||": (left, right, scope) => [left, right].map((operand) => booleanOf(operand, scope)).some(Boolean),
  "==": (left, right, scope) => isEqual(left, right, scope),
  "!=": (left, right, scope) => !isEqual(left, right, scope),
  in: (left, right, scope) => isIn(left, right, scope),
  "not in": (left, right, scope) => !isIn(left, right, scope),
  "=~": (left, right, scope) => compileRegexp(unquote(textOf(right, scope))).test(unquote(textOf(left, scope))),
  "<": numeric((left, right) => left < right),
  "<=": numeric((left, right) => left <= right),
  ">": numeric((left, right) => left > right),
  ">=": numeric((left, right) => left >= right),
  "+": numeric((left, right) => left + right),
  "-": numeric((left, right) => left - right),
  "*": numeric((left, right) => left * right),
  "/": numeric((left, right) => left / right),
  "%": numeric((left, right) => left % right),
  "**": numeric((left, right) => left ** right),
};

function numeric(calculate: (left: number, right: number) => GoValue): Calculation {
  return (left, right, scope) => calculate(numberOf(left, scope), numberOf(right, scope));
}

function valueOf(operand: Operand, scope: ScriptScope): GoValue {
  const value = operand.kind === "value" ? operand.value : runOperation(operand, scope);
  return value === "null" || value === "nil" ? null : value;
}

function readNumber(text: string): number | undefined {
  return recover(
    () => parseGoFloat(text),
    () => undefined,
  );
}

function readBoolean(text: string): boolean | undefined {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  return ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? false : undefined;
}

function numberOf(operand: Operand, scope: ScriptScope): number {
  const number = readNumber(printGoValue(valueOf(operand, scope)));
  if (number === undefined) throw new LanguageError("invalid argument. expected number");
  return number;
}

function booleanOf(operand: Operand, scope: ScriptScope): boolean {
  const value = valueOf(operand, scope);
  const boolean = value === null ? false : readBoolean(printGoValue(value));
  if (boolean === undefined) throw new LanguageError("invalid argument. expected boolean");
  return boolean;
}

/** Strings in double quotes get single ones; others are printed. */
function textOf(operand: Operand, scope: ScriptScope): string {
  const value = valueOf(operand, scope);
  if (typeof value !== "string" || !/^".*"$/s.test(value)) return printGoValue(value);
  return `'${value.slice(1, -1)}'`;
}

function isQuoted(text: string): boolean {
  return text.length > 1 && text.startsWith("'") && text.endsWith("'");
}

function unquote(text: string): string {
  return isQuoted(text) ? text.slice(1, -1) : text;
}

function isEqual(left: Operand, right: Operand, scope: ScriptScope): boolean {
  const numbers = [left, right].map((operand) => readNumber(printGoValue(valueOf(operand, scope))));
  if (numbers.every((number) => number !== undefined)) return numbers[0] === numbers[1];
  return textOf(left, scope) === textOf(right, scope);
}

/** What cannot be evaluated is in no collection. */
function isIn(left: Operand, right: Operand, scope: ScriptScope): boolean {
  const item = recover<GoValue | undefined>(
    () => readNumber(printGoValue(valueOf(left, scope))) ?? textOf(left, scope),
    () => undefined,
  );
  const collection = valueOf(right, scope);
  if (!isGoList(collection) && !isGoMap(collection)) {
    throw new LanguageError("invalid argument. expected array, map, or slice");
  }
  return Object.values(collection).some((element) => element === item);
}

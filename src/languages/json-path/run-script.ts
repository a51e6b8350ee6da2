// Evaluates the expressions inside of a JSONPath: `[?(@.price < 10 && @.name == 'x')]`.
import { printGoValue } from "../go-format.ts";
import { parseGoFloat } from "../go-number.ts";
import { compileRegexp } from "../go-regexp.ts";
import { type GoValue, isGoList, isGoMap } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import type { Operand, Operation, Script, Step } from "./steps.ts";

export interface ScriptScope {
  readonly root: GoValue;
  readonly current: GoValue;
  select(steps: readonly Step[], root: GoValue, current: GoValue): GoValue;
}

export function runScript({ text, operation }: Script, scope: ScriptScope): GoValue {
  if (text === "") throw new LanguageError("invalid expression. is empty");
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
  const { operator, left, right } = operation;
  const logic = logics[operator];
  if (logic !== undefined) return logic(left, right, scope);
  return calculate(operator, numberOf(left, scope), numberOf(right, scope));
}

type Logic = (left: Operand, right: Operand, scope: ScriptScope) => boolean;

/** Both sides are evaluated, whatever the first one is. */
const logics: Readonly<Record<string, Logic>> = {
  "!": (_left, right, scope) => !booleanOf(right, scope),
  "&&": (left, right, scope) => [left, right].map((operand) => booleanOf(operand, scope)).every(Boolean),
  "||": (left, right, scope) => [left, right].map((operand) => booleanOf(operand, scope)).some(Boolean),
  "==": (left, right, scope) => isEqual(left, right, scope),
  "!=": (left, right, scope) => !isEqual(left, right, scope),
  in: (left, right, scope) => isIn(left, right, scope),
  "not in": (left, right, scope) => !isIn(left, right, scope),
  "=~": (left, right, scope) => compileRegexp(unquote(textOf(right, scope))).test(unquote(textOf(left, scope))),
};

function calculate(operator: string, left: number, right: number): GoValue {
  const results: Readonly<Record<string, () => GoValue>> = {
    "<": () => left < right,
    "<=": () => left <= right,
    ">": () => left > right,
    ">=": () => left >= right,
    "+": () => left + right,
    "-": () => left - right,
    "*": () => left * right,
    "/": () => left / right,
    "%": () => left % right,
    "**": () => left ** right,
  };
  const result = results[operator];
  if (result === undefined) throw new LanguageError("unsupported operator");
  return result();
}

function valueOf(operand: Operand, scope: ScriptScope): GoValue {
  if (operand === undefined) throw new LanguageError("invalid argument. is nil");
  const value = operand.kind === "value" ? operand.value : runOperation(operand, scope);
  return value === "null" || value === "nil" ? null : value;
}

function readNumber(text: string): number | undefined {
  try {
    return parseGoFloat(text);
  } catch {
    return undefined;
  }
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
  const value = operand === undefined ? null : valueOf(operand, scope);
  const boolean = value === null ? false : readBoolean(printGoValue(value));
  if (boolean === undefined) throw new LanguageError("invalid argument. expected boolean");
  return boolean;
}

/** Strings in double quotes get single ones; others are printed. */
function textOf(operand: Operand, scope: ScriptScope): string {
  const value = valueOf(operand, scope);
  if (typeof value !== "string" || !/^".+"$/s.test(value)) return printGoValue(value);
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

function isIn(left: Operand, right: Operand, scope: ScriptScope): boolean {
  const item = readNumber(printGoValue(valueOf(left, scope))) ?? textOf(left, scope);
  const collection = valueOf(right, scope);
  if (isGoList(collection)) return collection.includes(item);
  if (isGoMap(collection)) return Object.values(collection).includes(item);
  throw new LanguageError("invalid argument. expected array, map, or slice");
}

// Reads the text of a JSONPath, and of the expressions in it, into steps.
import { LanguageError } from "../language-error.ts";
import { readJson } from "../go-json.ts";
import type { GoValue } from "../go-value.ts";
import { findOperator } from "./find-operator.ts";
import { splitPath } from "./split-path.ts";
import type { Operand, Operation, Script, Step } from "./steps.ts";

/** LanguageError for a path that is not one. */
export function readSteps(path: string): readonly Step[] {
  return splitPath(path).map((part) => readStep(part.trim()));
}

const words: ReadonlyMap<string, Step> = new Map<string, Step>([
  ["$", { kind: "root" }],
  ["@", { kind: "current" }],
  ["*", { kind: "wildcard" }],
  ["..", { kind: "recursive" }],
  ["length", { kind: "length" }],
]);

function readStep(text: string): Step {
  if (text === "") throw new LanguageError("invalid token. token string is empty");
  if (!text.startsWith("[")) return words.get(text) ?? { kind: "key", key: text };
  const inner = text.slice(1, -1).trim();
  if (!text.endsWith("]") || inner === "") throw invalid(text);
  if (inner === "*") return { kind: "wildcard" };
  if (inner.startsWith("?")) {
    if (!/^\?\(.*\)$/s.test(inner)) throw invalid(text);
    return { kind: "filter", script: compileScript(inner.slice(2, -1).trim()) };
  }
  return readSubscript(splitSubscript(inner, text), text);
}

function invalid(text: string): LanguageError {
  return new LanguageError(`invalid token. '${text}' does not match any token format`);
}

type Part = number | string;

/** The arguments of a subscript with `:` and `,` between them; quotes and parentheses keep theirs together. */
function splitSubscript(inner: string, text: string): readonly Part[] {
  const part =
    /\s*(?:('(?:\\'|[^'])*'|"(?:\\"|[^"])*")|(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))|([:,])|([^:,'"()]+))\s*/y;
  const parts: Part[] = [];
  while (part.lastIndex < inner.length) {
    const match = part.exec(inner);
    if (match === null) throw invalid(text);
    const [, quoted, script, separator, plain] = match;
    if (quoted !== undefined) parts.push(quoted.replaceAll(`\\${quoted[0] ?? ""}`, quoted[0] ?? ""));
    else parts.push(script ?? separator ?? readPlain(plain ?? ""));
  }
  return parts;
}

function readPlain(text: string): Part {
  const plain = text.trim();
  return /^[+-]?\d+$/.test(plain) ? Number(plain) : plain;
}

function isQuoted(part: Part | undefined): part is `'${string}'` {
  return typeof part === "string" && part.length > 1 && /^(?:'.*'|".*")$/s.test(part);
}

function isScript(part: Part | undefined): part is `(${string})` {
  return typeof part === "string" && part.length > 2 && part.startsWith("(") && part.endsWith(")");
}

function readSubscript(parts: readonly Part[], text: string): Step {
  const [only] = parts;
  if (parts.length === 1) {
    if (typeof only === "number") return { kind: "index", index: only };
    if (isQuoted(only)) return { kind: "key", key: only.slice(1, -1) };
    if (isScript(only)) return { kind: "script", script: compileScript(only.slice(1, -1)) };
    throw invalid(text);
  }
  const hasColon = parts.includes(":");
  if (hasColon === parts.includes(",")) throw invalid(text);
  return hasColon ? readRange(parts, text) : readUnion(parts, text);
}

function readRange(parts: readonly Part[], text: string): Step {
  const bounds: (number | Script | undefined)[] = [undefined];
  for (const part of parts) {
    if (part === ":") {
      bounds.push(undefined);
    } else if (typeof part === "number") {
      bounds[bounds.length - 1] = part;
    } else if (isScript(part)) {
      bounds[bounds.length - 1] = compileScript(part.slice(1, -1));
    } else {
      throw invalid(text);
    }
  }
  if (bounds.length > 3) throw invalid(text);
  return { kind: "range", bounds };
}

function readUnion(parts: readonly Part[], text: string): Step {
  const members = parts.filter((part) => part !== ",");
  if (members.length <= parts.length - members.length) throw invalid(text);
  return {
    kind: "union",
    members: members.map((part) => {
      if (typeof part === "number") return part;
      if (isScript(part)) return compileScript(part.slice(1, -1));
      if (isQuoted(part)) return part.slice(1, -1);
      throw invalid(text);
    }),
  };
}

// In the order in which an expression is split: the first binds loosest.
const operators: readonly string[] = "|| && == != <= >= < > =~ ! + - ** * / % not_in in @ $"
  .split(" ")
  .map((operator) => operator.replace("_", " "));

function compileScript(text: string): Script {
  return { text, operation: compile(text, operators) };
}

/** The operation of an expression that is split by the first of these operators that it has; none: a plain value. */
function compile(text: string, candidates: readonly string[]): Operation | undefined {
  const [operator] = candidates;
  let expression = text.trim();
  if (operator === undefined || expression === "") return undefined;
  let rest = candidates;
  if (expression.startsWith("(") && expression.endsWith(")")) {
    expression = expression.slice(1, -1).trim();
    // Inside of parentheses every operator may come again.
    rest = ["", ...operators];
  }
  const found = splitAt(expression, operator, rest);
  return found === "not here" ? compile(expression, rest.slice(1)) : found;
}

function splitAt(expression: string, operator: string, rest: readonly string[]): Operation | undefined | "not here" {
  const index = findOperator(expression, operator);
  if (index < 0) return "not here";
  const right = expression.slice(index + operator.length).trim();
  const left = expression.slice(0, index).trim();
  if (operator === "$" || operator === "@") {
    return left === "" ? { kind: "selector", steps: readSteps(expression) } : "not here";
  }
  if (right === "" || (left === "") !== (operator === "!")) return "not here";
  const operands = { right: readOperand(right, rest), left: readOperand(left, rest) };
  if (operator === "") throw new LanguageError("unsupported operator");
  return { kind: "operator", operator, ...operands };
}

function readOperand(text: string, candidates: readonly string[]): Operand {
  const operation = compile(text, candidates);
  if (operation !== undefined) return operation;
  const argument = text.trim();
  if (argument === "") return undefined;
  return { kind: "value", value: readCollection(argument) ?? argument };
}

function readCollection(text: string): GoValue | undefined {
  if (!/^(?:\[.*\]|\{.*\})$/s.test(text)) return undefined;
  try {
    return readJson(text);
  } catch {
    return undefined;
  }
}

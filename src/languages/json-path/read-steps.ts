// Reads the text of a JSONPath, and of the expressions in it, into steps.
import { LanguageError, recover } from "../language-error.ts";
import { readJson } from "../go-json.ts";
import type { GoValue } from "../go-value.ts";
import { findOperator } from "./find-operator.ts";
import { splitPath } from "./split-path.ts";
import { type Operand, type Operation, type Operator, OPERATORS, type Script, type Step } from "./steps.ts";

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
  const part = /\s*(?:'(?:\\'|[^'])*'|"(?:\\"|[^"])*"|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|[:,]|[^:,'"()]+)\s*/y;
  const parts: Part[] = [];
  while (part.lastIndex < inner.length) {
    const match = part.exec(inner);
    if (match === null) throw invalid(text);
    parts.push(readPart(match[0].trim()));
  }
  return parts;
}

/** Outside of quotes and parentheses blanks do not count. */
function readPart(text: string): Part {
  const first = text.charAt(0);
  if (/['"]/.test(first)) return text.replaceAll(`\\${first}`, first);
  const plain = text.replaceAll(" ", "");
  return /^[+-]?\d+$/.test(plain) ? Number(plain) : text;
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

/** What an expression may be split by; the empty one cannot be evaluated. */
type Candidate = Operator | "@" | "$" | "";

const CANDIDATES: readonly Candidate[] = [...OPERATORS, "@", "$"];

function compileScript(text: string): Script {
  return { text, operation: compile(text, CANDIDATES) };
}

/** The operation of an expression that is split by the first of these operators that it has; none: a plain value. */
function compile(text: string, candidates: readonly Candidate[]): Operation | undefined {
  const [operator] = candidates;
  let expression = text.trim();
  if (operator === undefined || expression === "") return undefined;
  let rest = candidates;
  if (expression.startsWith("(") && expression.endsWith(")")) {
    expression = expression.slice(1, -1).trim();
    // Inside of parentheses every operator may come again.
    rest = ["", ...CANDIDATES];
  }
  const found = splitAt(expression, operator, rest);
  return found === "not here" ? compile(expression, rest.slice(1)) : found;
}

function splitAt(
  expression: string,
  operator: Candidate,
  rest: readonly Candidate[],
): Operation | undefined | "not here" {
  const index = findOperator(expression, operator);
  if (index < 0) return "not here";
  const right = expression.slice(index + operator.length).trim();
  const left = expression.slice(0, index).trim();
  if (operator === "$" || operator === "@") {
    return left === "" ? { kind: "selector", steps: readSteps(expression) } : "not here";
  }
  if (right === "" || (left === "") !== (operator === "!")) return "not here";
  if (operator === "") throw new LanguageError("unsupported operator");
  return { kind: "operator", operator, right: readOperand(right, rest), left: readOperand(left, rest) };
}

function readOperand(text: string, candidates: readonly Candidate[]): Operand {
  return compile(text, candidates) ?? { kind: "value", value: readCollection(text) };
}

/** A list or an object; any other text stays what it is. */
function readCollection(text: string): GoValue {
  if (!/^(?:\[.*\]|\{.*\})$/s.test(text)) return text;
  return recover(
    () => readJson(text),
    () => text,
  );
}

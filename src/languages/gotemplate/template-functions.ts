// The functions that text/template has built in. `and`, `or` and `call` are the evaluator's own.
import { goTypeName, printGoValue, sprint } from "../go-format.ts";
import { sprintf } from "../go-printf.ts";
import type { GoFunction } from "../go-function.ts";
import { compareCodePoints } from "../go-json.ts";
import { GoObject, isGoList, isGoMap, type GoValue } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { utf8Bytes, utf8Length, utf8Slice } from "../utf8.ts";

function builtin(name: string, parameterCount: number, call: (args: readonly GoValue[]) => GoValue): GoFunction {
  const parameters = Array.from({ length: parameterCount }, () => "any" as const);
  return { name, parameters, variadic: true, call };
}

function fixed(name: string, parameterCount: number, call: (args: readonly GoValue[]) => GoValue): GoFunction {
  return { ...builtin(name, parameterCount, call), variadic: false };
}

/** By name; where a sprig function has the same name, that one wins, as in a Sensor. */
export const TEMPLATE_FUNCTIONS: ReadonlyMap<string, GoFunction> = new Map(
  [
    fixed("not", 1, ([value = null]) => !isTrue(value)),
    fixed("len", 1, ([value = null]) => lengthOf(value)),
    builtin("index", 2, ([value = null, ...indices]) => indices.reduce(indexInto, value)),
    builtin("slice", 2, ([value = null, ...indices]) => sliceOf(value, indices)),
    builtin("print", 1, sprint),
    builtin("println", 1, (values) => `${values.map(printGoValue).join(" ")}\n`),
    builtin("printf", 2, ([format = null, ...values]) => sprintf(stringOf(format), values)),
    builtin("html", 1, (values) => escapeHtml(textOf(values))),
    builtin("js", 1, (values) => escapeJs(textOf(values))),
    builtin("urlquery", 1, (values) => escapeQuery(textOf(values))),
    builtin("eq", 2, ([first = null, ...others]) => isEqualToAny(first, others)),
    fixed("ne", 2, ([left = null, right = null]) => !isEqualToAny(left, [right])),
    fixed("lt", 2, ([left = null, right = null]) => compare(left, right) < 0),
    fixed("le", 2, ([left = null, right = null]) => compare(left, right) <= 0),
    fixed("gt", 2, ([left = null, right = null]) => compare(left, right) > 0),
    fixed("ge", 2, ([left = null, right = null]) => compare(left, right) >= 0),
  ].map((callee) => [callee.name, callee]),
);

/** template.IsTrue: not a zero value and not empty. */
export function isTrue(value: GoValue): boolean {
  if (value === null || typeof value === "string") return (value ?? "") !== "";
  if (isGoList(value)) return value.length > 0;
  if (value instanceof GoObject) return true;
  return isGoMap(value) ? Object.keys(value).length > 0 : Boolean(value);
}

function lengthOf(value: GoValue): GoValue {
  if (value === null) throw new LanguageError("reflect: call of reflect.Value.Type on zero Value");
  if (typeof value === "string") return BigInt(utf8Length(value));
  if (isGoList(value)) return BigInt(value.length);
  if (isGoMap(value)) return BigInt(Object.keys(value).length);
  throw new LanguageError(`len of type ${goTypeName(value)}`);
}

function indexInto(value: GoValue, index: GoValue): GoValue {
  if (value === null) throw new LanguageError("index of untyped nil");
  if (isGoMap(value)) {
    if (typeof index !== "string") throw new LanguageError(`value has type ${goTypeName(index)}; should be string`);
    return Object.hasOwn(value, index) ? (value[index] ?? null) : null;
  }
  if (typeof value !== "string" && !isGoList(value)) {
    throw new LanguageError(`can't index item of type ${goTypeName(value)}`);
  }
  if (typeof index !== "bigint") throw new LanguageError(`cannot index slice/array with type ${goTypeName(index)}`);
  const items = typeof value === "string" ? Array.from(utf8Bytes(value), BigInt) : value;
  const item = index < 0n ? undefined : items[Number(index)];
  if (item === undefined) throw new LanguageError(`index out of range: ${index}`);
  return item;
}

function sliceOf(value: GoValue, indices: readonly GoValue[]): GoValue {
  if (typeof value !== "string" && !isGoList(value)) {
    throw new LanguageError(`can't slice item of type ${goTypeName(value)}`);
  }
  const length = typeof value === "string" ? utf8Length(value) : value.length;
  const from = boundOf(indices[0] ?? 0n, length);
  const to = boundOf(indices[1] ?? BigInt(length), length);
  if (to < from) throw new LanguageError("index out of range in slice");
  return typeof value === "string" ? utf8Slice(value, from, to) : value.slice(from, to);
}

function boundOf(index: GoValue, length: number): number {
  if (typeof index !== "bigint" || index < 0n || index > BigInt(length)) {
    throw new LanguageError(`index out of range: ${printGoValue(index)}`);
  }
  return Number(index);
}

function stringOf(value: GoValue): string {
  if (typeof value !== "string")
    throw new LanguageError(`wrong type for value; expected string; got ${goTypeName(value)}`);
  return value;
}

/** What the escaping functions work on: one string as it is, anything else printed. */
function textOf(values: readonly GoValue[]): string {
  return sprint(values);
}

type Kind = "bool" | "int" | "float" | "string" | "nil" | "other";

function kindOf(value: GoValue): Kind {
  if (value === null) return "nil";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float";
  return typeof value === "string" ? "string" : "other";
}

function isEqualToAny(first: GoValue, others: readonly GoValue[]): boolean {
  if (others.length === 0) throw new LanguageError("missing argument for comparison");
  return others.some((other) => {
    const [left, right] = [kindOf(first), kindOf(other)];
    if (left === "nil" || right === "nil") return left === right;
    if (left !== right) throw incompatible(first, other);
    return left === "other" ? isSameObject(first, other) : first === other;
  });
}

function isSameObject(first: GoValue, other: GoValue): boolean {
  const container = [first, other].find((value) => !(value instanceof GoObject));
  if (container !== undefined) throw new LanguageError(`non-comparable type ${goTypeName(container)}`);
  if (goTypeName(first) !== goTypeName(other)) throw incompatible(first, other);
  return printGoValue(first) === printGoValue(other);
}

function incompatible(left: GoValue, right: GoValue): LanguageError {
  return new LanguageError(`incompatible types for comparison: ${goTypeName(left)} and ${goTypeName(right)}`);
}

function compare(left: GoValue, right: GoValue): number {
  const kinds = [kindOf(left), kindOf(right)];
  if (kinds.some((kind) => kind === "nil" || kind === "bool" || kind === "other")) {
    throw new LanguageError("invalid type for comparison");
  }
  if (kinds[0] !== kinds[1]) throw incompatible(left, right);
  if (left === right) return 0;
  if (typeof left === "string" && typeof right === "string") return compareCodePoints(left, right);
  return (left as bigint | number) < (right as bigint | number) ? -1 : 1;
}

const HTML: Readonly<Record<string, string>> = {
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\0": "\ufffd",
};

function escapeHtml(text: string): string {
  return text.replace(/["'&<>\0]/g, (character) => String(HTML[character]));
}

const JS: Readonly<Record<string, string>> = { "\\": "\\\\", "'": "\\'", '"': '\\"' };

function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=\p{C}]|[^\P{Z} ]/gu, (character) => {
    const code = Number(character.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0");
    return JS[character] ?? `\\u${code}`;
  });
}

function escapeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll("%20", "+")
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

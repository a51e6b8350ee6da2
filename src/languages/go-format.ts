// Printing as Go's fmt package does it: `%v` of any value, and Printf with all its verbs.
import { sortedKeys } from "./go-json.ts";
import { formatFloatFixed, formatFloatShortest, printFloat } from "./go-number.ts";
import { GoObject, isGoList, isGoMap, type GoValue } from "./go-value.ts";
import { utf8Bytes } from "./utf8.ts";

/** Width and precision that a format may ask for; Go's own limit is a million. */
const PADDING_MAX = 10_000;

/** As `%v`. */
export function printGoValue(value: GoValue): string {
  if (value === null) return "<nil>";
  if (typeof value === "number") return printFloat(value);
  if (value instanceof GoObject) return value.toString();
  if (typeof value !== "object") return String(value);
  return formatContainer(value, printGoValue) ?? "";
}

/** As `%T`. */
export function goTypeName(value: GoValue): string {
  if (value === null) return "<nil>";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float64";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (value instanceof GoObject) return value.goType;
  return isGoList(value) ? "[]interface {}" : "map[string]interface {}";
}

/** fmt.Sprint: a space between operands when neither is a string. */
export function sprint(values: readonly GoValue[]): string {
  let text = "";
  values.forEach((value, at) => {
    const before = values[at - 1];
    if (before !== undefined && typeof before !== "string" && typeof value !== "string") text += " ";
    text += printGoValue(value);
  });
  return text;
}

/** fmt.Sprintf. Wrong verbs and missing or extra operands are shown in the text, as Go shows them. */
export function sprintf(format: string, values: readonly GoValue[]): string {
  const directive = /%([+\-# 0]*)(\*|\d+)?(?:\.(\*|\d*))?([\s\S])?/gu;
  let next = 0;
  const take = (): GoValue | undefined => (next < values.length ? values[next++] : undefined);
  const text = format.replace(directive, (...parts: readonly (string | undefined)[]) => {
    const [, flags = "", width, precision, verb] = parts;
    const size = width === "*" ? Number(take() ?? 0) : Number(width ?? 0);
    const digits = precision === "*" ? Number(take() ?? 0) : precision;
    if (verb === undefined) return "%!(NOVERB)";
    if (verb === "%") return "%";
    const value = take();
    if (value === undefined) return `%!${verb}(MISSING)`;
    const spec: Directive = { flags, verb, ...precisionOf(digits) };
    return pad(formatOne(value, spec), { size, spec, value });
  });
  if (next >= values.length) return text;
  const extra = values
    .slice(next)
    .map((value) => (value === null ? "<nil>" : `${goTypeName(value)}=${printGoValue(value)}`));
  return `${text}%!(EXTRA ${extra.join(", ")})`;
}

/** strconv.Quote: Go's text of a string literal. */
export function quoteGo(text: string): string {
  return `"${Array.from(text, (character) => (character === '"' ? '\\"' : escapeRune(character))).join("")}"`;
}

interface Directive {
  readonly flags: string;
  readonly verb: string;
  readonly precision?: number;
}

/** A dot without digits is a precision of 0. */
function precisionOf(digits: string | number | undefined): { readonly precision?: number } {
  return digits === undefined ? {} : { precision: Math.min(Number(digits), PADDING_MAX) };
}

function formatContainer(value: GoValue, each: (item: GoValue) => string): string | undefined {
  if (isGoList(value)) return `[${value.map(each).join(" ")}]`;
  if (!isGoMap(value)) return undefined;
  return `map[${sortedKeys(value)
    .map((key) => `${each(key)}:${each(value[key] ?? null)}`)
    .join(" ")}]`;
}

interface Padding {
  readonly size: number;
  readonly spec: Directive;
  readonly value: GoValue;
}

function pad(text: string, { size, spec, value }: Padding): string {
  const missing = Math.min(Math.abs(size), PADDING_MAX) - Array.from(text).length;
  if (missing <= 0) return text;
  if (size < 0 || spec.flags.includes("-")) return text + " ".repeat(missing);
  const isNumber = typeof value === "bigint" || typeof value === "number";
  if (!spec.flags.includes("0") || !isNumber) return " ".repeat(missing) + text;
  const [, sign = "", digits = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  return sign + "0".repeat(missing) + digits;
}

function formatOne(value: GoValue, spec: Directive): string {
  if (spec.verb === "T") return goTypeName(value);
  if (spec.verb === "v" && spec.flags.includes("#")) return goSyntax(value);
  const container = formatContainer(value, (item) => formatOne(item, spec));
  if (container !== undefined) return container;
  const known = formatScalar(value, spec);
  if (known !== undefined) return known;
  return value === null ? `%!${spec.verb}(<nil>)` : `%!${spec.verb}(${goTypeName(value)}=${printGoValue(value)})`;
}

function formatScalar(value: GoValue, spec: Directive): string | undefined {
  if (spec.verb === "v" && typeof value !== "number" && typeof value !== "bigint") return printGoValue(value);
  if (typeof value === "boolean") return spec.verb === "t" ? String(value) : undefined;
  if (typeof value === "bigint") return formatInt(value, spec);
  if (typeof value === "number") return formatFloat(value, spec);
  if (typeof value === "string") return formatString(value, spec);
  return value instanceof GoObject ? formatString(value.toString(), spec) : undefined;
}

const BASES: Readonly<Record<string, number>> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const PREFIXES: Readonly<Record<string, string>> = { b: "0b", o: "0", x: "0x", X: "0X" };

function formatInt(value: bigint, { verb, flags, precision = 0 }: Directive): string | undefined {
  const base = BASES[verb];
  if (base === undefined) return formatRune(value, verb);
  const digits = (value < 0n ? -value : value).toString(base).padStart(precision, "0");
  const alternate = flags.includes("#") ? (PREFIXES[verb] ?? "") : "";
  const prefix = verb === "O" ? "0o" : alternate;
  return signOf(value < 0n, flags) + prefix + (verb === "X" ? digits.toUpperCase() : digits);
}

function formatRune(value: bigint, verb: string): string | undefined {
  const rune = value >= 0n && value <= 0x10ffffn ? String.fromCodePoint(Number(value)) : "\ufffd";
  if (verb === "c") return rune;
  if (verb === "q") return `'${rune === "'" ? "\\'" : escapeRune(rune)}'`;
  return verb === "U" ? `U+${value.toString(16).toUpperCase().padStart(4, "0")}` : undefined;
}

function formatFloat(value: number, { verb, flags, precision }: Directive): string | undefined {
  const kind = verb === "v" ? "g" : verb.toLowerCase();
  if (kind !== "e" && kind !== "f" && kind !== "g") return undefined;
  const digits = precision ?? (kind === "g" ? undefined : 6);
  const text = digits === undefined ? formatFloatShortest(value, kind) : formatFloatFixed(value, kind, digits);
  const signed = /^[+-]/.test(text) ? text : signOf(false, flags) + text;
  return verb === "E" || verb === "G" ? signed.toUpperCase() : signed;
}

function signOf(isNegative: boolean, flags: string): string {
  if (isNegative) return "-";
  if (flags.includes("+")) return "+";
  return flags.includes(" ") ? " " : "";
}

function formatString(value: string, { verb, flags, precision }: Directive): string | undefined {
  const text = precision === undefined ? value : Array.from(value).slice(0, precision).join("");
  if (verb === "s") return text;
  if (verb === "q") return flags.includes("#") && !text.includes("`") ? `\`${text}\`` : quoteGo(text);
  if (verb !== "x" && verb !== "X") return undefined;
  const hex = Array.from(utf8Bytes(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return verb === "X" ? hex.toUpperCase() : hex;
}

/** As `%#v`. */
function goSyntax(value: GoValue): string {
  if (typeof value === "string") return quoteGo(value);
  if (isGoList(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (!isGoMap(value)) return value === null ? "interface {}(nil)" : printGoValue(value);
  const entries = sortedKeys(value).map((key) => `${quoteGo(key)}:${goSyntax(value[key] ?? null)}`);
  return `map[string]interface {}{${entries.join(", ")}}`;
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

function escapeRune(character: string): string {
  const named = NAMED_ESCAPES[character];
  if (named !== undefined) return named;
  // Go prints letters, marks, numbers, punctuation, symbols and the ASCII space as they are.
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

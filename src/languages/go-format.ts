// Printing as Go's fmt package does it: `%v` and `%T` of any value, and its literals.
import { sortedEntries } from "./go-json.ts";
import { printFloat } from "./go-number.ts";
import { GoObject, isGoList, type GoMap, type GoValue } from "./go-value.ts";

/** As `%v`. */
export function printGoValue(value: GoValue): string {
  if (value === null) return "<nil>";
  if (typeof value === "number") return printFloat(value);
  if (value instanceof GoObject) return value.toString();
  if (typeof value !== "object") return String(value);
  return printContainer(value);
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

/** strconv.Quote: Go's text of a string literal; with `isAscii` strconv.QuoteToASCII. */
export function quoteGo(text: string, isAscii = false): string {
  return `"${Array.from(text, (rune) => (rune === '"' ? '\\"' : escapeRune(rune, isAscii))).join("")}"`;
}

function printContainer(value: readonly GoValue[] | GoMap): string {
  if (isGoList(value)) return `[${value.map(printGoValue).join(" ")}]`;
  return `map[${sortedEntries(value)
    .map(([key, item]) => `${key}:${printGoValue(item)}`)
    .join(" ")}]`;
}

const NAMED_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
]);

/** One character as it stands in a literal. */
export function escapeRune(rune: string, isAscii = false): string {
  const named = NAMED_ESCAPES.get(rune);
  if (named !== undefined) return named;
  const code = Number(rune.codePointAt(0));
  if (isPrintable(rune) && (code < 0x80 || !isAscii)) return rune;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

/** strconv.IsPrint: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrintable(rune: string): boolean {
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(rune);
}

// JSON as Go's encoding/json reads and writes it: sorted keys, HTML-safe escapes, its number format.
import { formatFloatShortest } from "./go-number.ts";
import { GoObject, isGoList, type GoMap, type GoValue } from "./go-value.ts";
import { LanguageError } from "./language-error.ts";

export interface JsonOptions {
  /** Default true: `<`, `>` and `&` are written as escapes. */
  readonly escapeHtml?: boolean;
  /** As json.MarshalIndent with an empty prefix. */
  readonly indent?: string;
}

/** Text of json.Marshal. LanguageError for NaN and infinities, as Go refuses them. */
export function writeJson(value: GoValue, options: JsonOptions = {}): string {
  return write(value, options, "");
}

/** Value of json.Unmarshal into `any`: every number is a float64, duplicate keys: the last wins. */
export function readJson(text: string): GoValue {
  try {
    return JSON.parse(text) as GoValue;
  } catch (cause) {
    throw new LanguageError(describe(text), { cause });
  }
}

/** The JSON text of a string, with the escapes of encoding/json. */
export function quoteJson(text: string, escapeHtml = true): string {
  const quoted = JSON.stringify(text.toWellFormed()).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  if (!escapeHtml) return quoted;
  return quoted.replaceAll("<", "\\u003c").replaceAll(">", "\\u003e").replaceAll("&", "\\u0026");
}

function write(value: GoValue, options: JsonOptions, margin: string): string {
  if (value === null) return "null";
  if (typeof value === "string") return quoteJson(value, options.escapeHtml ?? true);
  if (typeof value === "number") return writeFloat(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof GoObject) return write(value.toJsonValue(), options, margin);
  const inner = options.indent === undefined ? "" : margin + options.indent;
  if (isGoList(value)) {
    return block(["[", "]"], { items: value.map((item) => write(item, options, inner)), inner, margin, options });
  }
  const colon = options.indent === undefined ? ":" : ": ";
  const items = sortedEntries(value).map(
    ([key, item]) => quoteJson(key, options.escapeHtml ?? true) + colon + write(item, options, inner),
  );
  return block(["{", "}"], { items, inner, margin, options });
}

interface Block {
  readonly items: readonly string[];
  readonly inner: string;
  readonly margin: string;
  readonly options: JsonOptions;
}

function block([open, close]: readonly [string, string], { items, inner, margin, options }: Block): string {
  if (items.length === 0 || options.indent === undefined) return open + items.join(",") + close;
  return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${margin}${close}`;
}

function writeFloat(value: number): string {
  if (!Number.isFinite(value)) throw new LanguageError(`json: unsupported value: ${value}`);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e21)) {
    return formatFloatShortest(value, "e").replace(/e-0(\d)$/, "e-$1");
  }
  return formatFloatShortest(value, "f");
}

/** Keys in Go's order, which is that of UTF-8 bytes and so of code points. */
export function sortedEntries(map: GoMap): readonly (readonly [key: string, value: GoValue])[] {
  return Object.entries(map).sort(([one], [other]) => compareCodePoints(one, other));
}

export function sortedKeys(map: GoMap): readonly string[] {
  return Object.keys(map).sort(compareCodePoints);
}

export function compareCodePoints(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    // Surrogates stand for code points above every other UTF-16 unit.
    if (a !== b) return (a >= 0xd800 && a < 0xe000 ? a + 0x10000 : a) - (b >= 0xd800 && b < 0xe000 ? b + 0x10000 : b);
  }
  return left.length - right.length;
}

function describe(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") return "unexpected end of JSON input";
  if (/^[^[{"\d\-tfn]/.test(trimmed)) return `invalid character '${trimmed[0]}' looking for beginning of value`;
  if (/^\{\s*[^"}\s]/.test(trimmed)) {
    return `invalid character '${trimmed.slice(1).trim()[0]}' looking for beginning of object key string`;
  }
  return "invalid JSON text";
}

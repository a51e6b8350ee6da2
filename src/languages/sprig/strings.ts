// Sprig's functions on texts. Go cuts texts by bytes, so these do too.
import { quoteGo } from "../go-format.ts";
import type { GoFunction } from "../go-function.ts";
import type { GoValue } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { utf8Length, utf8Slice } from "../utf8.ts";
import { countOf, newMap, RESULT_LENGTH_MAX, textOf, textsOf } from "./conversions.ts";
import { alias, declare } from "./sprig-function.ts";
import { camelCase, kebabCase, snakeCase, swapCase, titleCase, untitle } from "./word-case.ts";
import { wrapText } from "./wrap-text.ts";

type Strings = readonly string[];

/** A function whose parameters are all strings. */
function text(signature: string, body: (...texts: Strings) => GoValue): GoFunction {
  return declare(signature, (args) => body(...(args as Strings)));
}

export const STRING_FUNCTIONS: readonly GoFunction[] = [
  declare("hello", () => "Hello!"),
  text("trim string", (value = "") => trimGoSpace(value)),
  text("upper string", (value = "") => value.toUpperCase()),
  text("lower string", (value = "") => value.toLowerCase()),
  text("title string", (value = "") => titleCase(value)),
  text("untitle string", (value = "") => untitle(value)),
  declare("substr int int string", ([start, end, value]) => substring(textOf(value), countOf(start), countOf(end))),
  declare("repeat int string", ([count, value]) => repeat(textOf(value), countOf(count))),
  ...alias(
    text("trimAll string string", (cutset = "", value = "") => trimCharacters(value, cutset)),
    "trimall",
  ),
  text("trimSuffix string string", (end = "", value = "") =>
    end !== "" && value.endsWith(end) ? value.slice(0, -end.length) : value,
  ),
  text("trimPrefix string string", (start = "", value = "") =>
    value.startsWith(start) ? value.slice(start.length) : value,
  ),
  text("nospace string", (value = "") => value.replace(/\s/gu, "")),
  text("initials string", (value = "") =>
    words(value)
      .map(([first = ""]) => first)
      .join(""),
  ),
  text("swapcase string", (value = "") => swapCase(value)),
  text("snakecase string", (value = "") => snakeCase(value)),
  text("camelcase string", (value = "") => camelCase(value)),
  text("kebabcase string", (value = "") => kebabCase(value)),
  text("contains string string", (part = "", value = "") => value.includes(part)),
  text("hasPrefix string string", (start = "", value = "") => value.startsWith(start)),
  text("hasSuffix string string", (end = "", value = "") => value.endsWith(end)),
  text("replace string string string", (from = "", to = "", value = "") => value.replaceAll(from, () => to)),
  declare("trunc int string", ([count, value]) => truncate(textOf(value), countOf(count))),
  declare("abbrev int string", ([width, value]) => abbreviate(textOf(value), 0, countOf(width))),
  declare("abbrevboth int int string", ([left, right, value]) =>
    abbreviateBoth(textOf(value), countOf(left), countOf(right)),
  ),
  declare("wrap int string", ([width, value]) =>
    wrapText(textOf(value), { width: countOf(width), separator: "\n", cutsWords: false }),
  ),
  declare("wrapWith int string string", ([width, separator, value]) =>
    wrapText(textOf(value), { width: countOf(width), separator: textOf(separator), cutsWords: true }),
  ),
  declare("quote ...any", (values) =>
    present(values)
      .map((value) => quoteGo(textOf(value)))
      .join(" "),
  ),
  declare("squote ...any", (values) =>
    present(values)
      .map((value) => `'${textOf(value)}'`)
      .join(" "),
  ),
  declare("cat ...any", (values) => present(values).map(textOf).join(" ")),
  declare("indent int string", ([count, value]) => indent(textOf(value), countOf(count))),
  declare("nindent int string", ([count, value]) => `\n${indent(textOf(value), countOf(count))}`),
  declare("plural string string int", ([one = "", many = "", count]) => (count === 1n ? one : many)),
  declare("toString any", ([value]) => textOf(value)),
  declare("toStrings any -> []string", ([value]) => textsOf(value)),
  declare("join string any", ([separator, value]) => textsOf(value).join(textOf(separator))),
  text("splitList string string -> []string", (separator = "", value = "") => splitText(value, separator, -1)),
  text("split string string -> map[string]string", (separator = "", value = "") =>
    numbered(splitText(value, separator, -1)),
  ),
  declare("splitn string int string -> map[string]string", ([separator, limit, value]) =>
    numbered(splitText(textOf(value), textOf(separator), countOf(limit))),
  ),
];

/** strings.TrimSpace knows U+0085 and does not know U+FEFF. */
function trimGoSpace(value: string): string {
  return value.replace(/^(?!\ufeff)[\s\u0085]+|(?:(?!\ufeff)[\s\u0085])+$/gu, "");
}

function present(values: readonly GoValue[]): readonly GoValue[] {
  return values.filter((value) => value !== null);
}

function words(value: string): readonly string[] {
  return value.split(/\s+/u).filter((word) => word !== "");
}

function substring(value: string, start: number, end: number): string {
  const length = utf8Length(value);
  const to = (end < 0 || end > length) && start >= 0 ? length : end;
  const from = Math.max(start, 0);
  if (to < from || to > length) throw new LanguageError(`runtime error: slice bounds out of range [${from}:${to}]`);
  return utf8Slice(value, from, to);
}

function repeat(value: string, count: number): string {
  if (count < 0) throw new LanguageError("strings: negative Repeat count");
  if (value.length * count > RESULT_LENGTH_MAX)
    throw new LanguageError(`repeat: more than ${RESULT_LENGTH_MAX} characters`);
  return value.repeat(count);
}

function trimCharacters(value: string, cutset: string): string {
  const cut = new Set(cutset);
  const characters = Array.from(value);
  const from = characters.findIndex((character) => !cut.has(character));
  const to = characters.findLastIndex((character) => !cut.has(character));
  return from < 0 ? "" : characters.slice(from, to + 1).join("");
}

function truncate(value: string, count: number): string {
  const length = utf8Length(value);
  if (count < 0) return length + count > 0 ? utf8Slice(value, length + count, length) : value;
  return length > count ? utf8Slice(value, 0, count) : value;
}

const ELLIPSIS = "...";

function abbreviate(value: string, offset: number, width: number): string {
  const length = utf8Length(value);
  if (width < 4 || length <= width) return value;
  const from = Math.min(offset, length, length - (width - 3));
  if (from <= 4) return utf8Slice(value, 0, width - 3) + ELLIPSIS;
  if (from + width - 3 < length) return ELLIPSIS + abbreviate(utf8Slice(value, from, length), 0, width - 3);
  return ELLIPSIS + utf8Slice(value, length - (width - 3), length);
}

function abbreviateBoth(value: string, left: number, right: number): string {
  return right < 4 || (left > 0 && right < 7) ? value : abbreviate(value, left, right);
}

function indent(value: string, count: number): string {
  const margin = repeat(" ", count);
  return margin + value.replaceAll("\n", `\n${margin}`);
}

function splitText(value: string, separator: string, limit: number): readonly string[] {
  if (limit === 0) return [];
  const parts = separator === "" ? Array.from(value) : value.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function numbered(parts: readonly string[]): GoValue {
  return newMap(parts.map((part, at) => [`_${at}`, part]));
}

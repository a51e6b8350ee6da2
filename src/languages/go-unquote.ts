// strconv.Unquote for the string and character literals of Go's own languages.
import { LanguageError } from "./language-error.ts";
import { utf8Bytes, utf8Text } from "./utf8.ts";

/** What stands after a backslash in every kind of quotes. */
export const GO_ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};
const SIMPLE: Readonly<Record<string, string>> = { ...GO_ESCAPES, "'": "'", '"': '"' };

const ESCAPE = /\\(?:([abfnrtv\\'"])|x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/y;

/** The text of a literal in double quotes, backquotes or single quotes (one character). LanguageError when it is none. */
export function unquoteGo(literal: string): string {
  const quote = literal.charAt(0);
  const inside = literal.slice(1, -1);
  if (literal.length < 2 || !literal.endsWith(quote)) throw invalid(literal);
  if (quote === "`") return inside.replaceAll("\r", "");
  const text = quote === '"' || quote === "'" ? unescape(inside, quote, literal) : undefined;
  if (text === undefined || (quote === "'" && Array.from(text).length !== 1)) throw invalid(literal);
  return text;
}

function unescape(inside: string, quote: string, literal: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < inside.length;) {
    const [character = ""] = inside.slice(at, at + 2);
    const other = quote === '"' ? "'" : '"';
    if (character === "\n" || character === quote) throw invalid(literal);
    if (character !== "\\") {
      bytes.push(...utf8Bytes(character));
      at += character.length;
      continue;
    }
    ESCAPE.lastIndex = at;
    const match = ESCAPE.exec(inside);
    if (match === null || match[1] === other) throw invalid(literal);
    bytes.push(...escapedBytes(match, literal));
    at += match[0].length;
  }
  return utf8Text(Uint8Array.from(bytes));
}

function escapedBytes([, simple, hex, octal, short, long = ""]: RegExpExecArray, literal: string): Iterable<number> {
  if (simple !== undefined) return utf8Bytes(String(SIMPLE[simple]));
  const byte = hex === undefined ? octal && Number.parseInt(octal, 8) : Number.parseInt(hex, 16);
  if (typeof byte === "number") {
    if (byte > 255) throw invalid(literal);
    return [byte];
  }
  const code = Number.parseInt(short ?? long, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) throw invalid(literal);
  return utf8Bytes(String.fromCodePoint(code));
}

function invalid(literal: string): LanguageError {
  return new LanguageError(`invalid literal ${literal}`);
}

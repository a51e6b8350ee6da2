// Splits a `when` condition into words as govaluate does, its oddities included: quotes of either kind end a string,
// a run of symbols is one word, a quoted date is a time.
import { parseGoFloat } from "../go-number.ts";
import { GoTime } from "../go-time.ts";
import { parseGoTime } from "../go-time-parse.ts";
import { LanguageError } from "../language-error.ts";
import { canFollow, checkBalance, type Token, type TokenKind } from "./when-token.ts";

type Condition = (character: string) => boolean;

const isSpace: Condition = (character) =>
  /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/.test(character);
const isDigit: Condition = (character) => /\p{Nd}/u.test(character);
const isLetter: Condition = (character) => /\p{L}/u.test(character);
const isNumeric: Condition = (character) => isDigit(character) || character === ".";
const isHexDigit: Condition = (character) => isDigit(character) || /[a-f]/i.test(character);
const isQuote: Condition = (character) => character === "'" || character === '"';
const isNameCharacter: Condition = (character) => isLetter(character) || isDigit(character) || /[_.]/.test(character);
const isSymbol: Condition = (character) =>
  !isDigit(character) && !isLetter(character) && !/[()[\]]/.test(character) && !isQuote(character);

const symbolKinds: readonly (readonly [TokenKind, ReadonlySet<string>])[] = [
  ["MODIFIER", new Set(["+", "-", "*", "/", "%", "**", "&", "|", "^", ">>", "<<"])],
  ["LOGICALOP", new Set(["&&", "||"])],
  ["COMPARATOR", new Set(["==", "!=", ">", ">=", "<", "<=", "=~", "!~", "in"])],
  ["TERNARY", new Set(["?", ":", "??"])],
];
const prefixes: ReadonlySet<string> = new Set(["-", "!", "~"]);
const singles: ReadonlyMap<string, Token> = new Map<string, Token>([
  [",", { kind: "SEPARATOR", value: "," }],
  ["(", { kind: "CLAUSE", value: 40 }],
  [")", { kind: "CLAUSE_CLOSE", value: 41 }],
]);

/** The words of a condition; parentheses are balanced. LanguageError as govaluate's messages. */
export function readTokens(text: string): Token[] {
  const stream = new CharacterStream(text);
  const tokens: Token[] = [];
  for (;;) {
    const token = readToken(stream, tokens.at(-1)?.kind ?? "UNKNOWN");
    if (token === undefined) break;
    tokens.push(token);
  }
  checkBalance(tokens);
  return tokens;
}

class CharacterStream {
  readonly #characters: readonly string[];
  #position = 0;

  constructor(text: string) {
    this.#characters = Array.from(text);
  }

  get canRead(): boolean {
    return this.#position < this.#characters.length;
  }

  read(): string {
    const character = this.#characters[this.#position];
    if (character === undefined) throw new LanguageError("unexpected end after a backslash");
    this.#position += 1;
    return character;
  }

  rewind(): void {
    this.#position -= 1;
  }
}

function readToken(stream: CharacterStream, previous: TokenKind): Token | undefined {
  while (stream.canRead) {
    const character = stream.read();
    if (isSpace(character)) continue;
    if (isNumeric(character)) return readNumber(stream, character);
    const single = singles.get(character);
    if (single !== undefined) return single;
    if (character === "[") return readBracketedName(stream);
    if (isLetter(character)) return readName(stream);
    if (isQuote(character)) return readString(stream);
    return readSymbol(stream, previous);
  }
  return undefined;
}

function readNumber(stream: CharacterStream, first: string): Token {
  if (stream.canRead && first === "0") {
    const second = stream.read();
    if (stream.canRead && second === "x") return readHexNumber(stream);
    stream.rewind();
  }
  stream.rewind();
  const { text } = readWhile(stream, isNumeric);
  try {
    return { kind: "NUMERIC", value: parseGoFloat(text) };
  } catch (cause) {
    throw new LanguageError(`Unable to parse numeric value '${text}' to float64\n`, { cause });
  }
}

function readHexNumber(stream: CharacterStream): Token {
  const { text } = readWhile(stream, isHexDigit);
  const value = /^[0-9a-fA-F]+$/.test(text) ? BigInt(`0x${text}`) : -1n;
  if (value < 0n || value >= 2n ** 64n) {
    throw new LanguageError(`Unable to parse hex value '${text}' to uint64\n`);
  }
  return { kind: "NUMERIC", value: Number(value) };
}

function readBracketedName(stream: CharacterStream): Token {
  const { text, isEnded } = readWhile(stream, (character) => character !== "]", "keep");
  if (!isEnded) throw new LanguageError("Unclosed parameter bracket");
  stream.read();
  return { kind: "VARIABLE", value: text };
}

function readName(stream: CharacterStream): Token {
  stream.rewind();
  const { text } = readWhile(stream, isNameCharacter);
  if (text.includes(".")) return accessor(text);
  if (text === "true" || text === "false") return { kind: "BOOLEAN", value: text === "true" };
  if (text === "in" || text === "IN") return { kind: "COMPARATOR", value: "in" };
  return { kind: "VARIABLE", value: text };
}

function accessor(text: string): Token {
  if (text.endsWith(".")) throw new LanguageError(`Hanging accessor on token '${text}'`);
  const parts = text.split(".");
  const hidden = parts.slice(1).find((part) => {
    const [first = ""] = part;
    return first.toUpperCase() !== first;
  });
  if (hidden !== undefined) {
    throw new LanguageError(`Unable to access unexported field '${hidden}' in token '${text}'`);
  }
  return { kind: "ACCESSOR", value: parts };
}

function readString(stream: CharacterStream): Token {
  const { text, isEnded } = readWhile(stream, (character) => !isQuote(character), "keep");
  if (!isEnded) throw new LanguageError("Unclosed string literal");
  stream.read();
  const time = readTime(text);
  return time === undefined ? { kind: "STRING", value: text } : { kind: "TIME", value: time };
}

function readSymbol(stream: CharacterStream, previous: TokenKind): Token {
  stream.rewind();
  const { text } = readWhile(stream, isSymbol);
  if (canFollow(previous, "PREFIX") && prefixes.has(text)) return { kind: "PREFIX", value: text };
  const kind = symbolKinds.find(([, symbols]) => symbols.has(text))?.[0];
  if (kind === undefined) throw new LanguageError(`Invalid token: '${text}'`);
  return { kind, value: text };
}

/** A backslash takes the next character as it is. A space ends the word, unless spaces are kept. */
function readWhile(
  stream: CharacterStream,
  condition: Condition,
  spaces: "keep" | "end" = "end",
): { text: string; isEnded: boolean } {
  let text = "";
  while (stream.canRead) {
    const character = stream.read();
    if (character === "\\") {
      text += stream.read();
    } else if (spaces === "end" && isSpace(character)) {
      if (text !== "") return { text, isEnded: true };
    } else if (condition(character)) {
      text += character;
    } else {
      stream.rewind();
      return { text, isEnded: true };
    }
  }
  return { text, isEnded: false };
}

const timeLayouts = [
  "Mon Jan _2 15:04:05 2006",
  "Mon Jan _2 15:04:05 MST 2006",
  "Mon Jan 02 15:04:05 -0700 2006",
  "3:04PM",
  "2006-01-02T15:04:05Z07:00",
  "2006-01-02T15:04:05.999999999Z07:00",
  "2006-01-02",
  "2006-01-02 15:04",
  "2006-01-02 15:04:05",
  "2006-01-02 15:04:05-07:00",
  "2006-01-02T15Z0700",
  "2006-01-02T15:04Z0700",
  "2006-01-02T15:04:05Z0700",
  "2006-01-02T15:04:05.999999999Z0700",
] as const;

function readTime(text: string): GoTime | undefined {
  if (!/\d/.test(text)) return undefined;
  for (const layout of timeLayouts) {
    try {
      const { nanoseconds, zone } = parseGoTime(layout, text);
      return new GoTime(nanoseconds, zone);
    } catch {
      continue; // The next layout may fit.
    }
  }
  return undefined;
}

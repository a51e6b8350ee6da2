// Splits an expression of expr-lang into tokens.
import { LanguageError } from "../language-error.ts";
import type { Dialect } from "./dialect.ts";

export interface Token {
  readonly kind: "identifier" | "number" | "string" | "bytes" | "operator" | "bracket" | "end";
  readonly text: string;
}

const spacePattern = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/y;
const commentPattern = /\/\/[^\n]*\n?|\/\*[^]*?\*\//y;
const wordPattern = /[\p{L}\p{Nd}_$]+/uy;
const numberPattern =
  /(?:0[xX][0-9a-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*)(?:\.(?!\.)[0-9_]*)?(?:[eE][+-]?[0-9_]*)?/y;
const symbolPattern = /\?[.?]?|\/|##?|\|\|?|::?|[([{}\])]|[,;%+\-^]|[&!=*<>][&=*]?|\.\.?/y;
const oldSymbolPattern = /\?[.?]?|\/|##?|\|\|?|[([{}\])]|[,:;%+\-^]|[&!=*<>][&=*]?|\.\.?/y;
const newLiteral = /^(?:['"`]|[bB]['"])/;
const oldLiteral = /^['"]/;
const newWordOperators: ReadonlySet<string> = new Set(["if", "else"]);
const wordOperators: ReadonlySet<string> = new Set(
  "not in or and matches contains startsWith endsWith let if else".split(" "),
);
const negatableOperators: ReadonlySet<string> = new Set(["in", "matches", "contains", "startsWith", "endsWith"]);

/** The tokens with an `end` token last. LanguageError for a character, string or number that is no token. */
export function readTokens(text: string, dialect: Dialect = "workflows"): Token[] {
  const reader = new TokenReader(text, dialect);
  return reader.readAll();
}

class TokenReader {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #isNew: boolean;
  #position = 0;

  constructor(text: string, dialect: Dialect) {
    this.#text = text;
    this.#isNew = dialect === "workflows";
  }

  readAll(): Token[] {
    while (this.#position < this.#text.length) this.#readOne();
    this.#tokens.push({ kind: "end", text: "" });
    return this.#tokens;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined || found === "") return undefined;
    this.#position += found.length;
    return found;
  }

  #push(kind: Token["kind"], text: string): void {
    this.#tokens.push({ kind, text });
  }

  #readOne(): void {
    if (this.#match(spacePattern) !== undefined || this.#match(commentPattern) !== undefined) return;
    const rest = this.#text.slice(this.#position, this.#position + 2);
    if (/^(?:\.?[0-9])/.test(rest)) this.#readNumber();
    else if ((this.#isNew ? newLiteral : oldLiteral).test(rest)) this.#readLiteral(rest);
    else this.#readWordOrSymbol(rest);
  }

  #readLiteral(rest: string): void {
    if (rest.startsWith("`")) return this.#push("string", this.#readRaw());
    const isBytes = /^[bB]/.test(rest);
    if (isBytes) this.#position += 1;
    return this.#push(isBytes ? "bytes" : "string", this.#readQuoted());
  }

  #readWordOrSymbol(rest: string): void {
    if (rest === "/*") throw new LanguageError("unclosed comment");
    const word = this.#match(wordPattern);
    if (word !== undefined) return this.#pushWord(word);
    const symbol = this.#match(this.#isNew ? symbolPattern : oldSymbolPattern);
    if (symbol === undefined) {
      const [character = ""] = rest;
      throw new LanguageError(`unrecognized character: ${character}`);
    }
    this.#push(/[([{}\])]/.test(symbol) ? "bracket" : "operator", symbol);
    if (symbol.startsWith("#")) this.#readPointerName();
    return undefined;
  }

  #pushWord(word: string): void {
    const isOperator = wordOperators.has(word) && (this.#isNew || !newWordOperators.has(word));
    this.#push(isOperator ? "operator" : "identifier", word);
    if (word !== "not") return;
    const start = this.#position;
    while (this.#text[this.#position] === " ") this.#position += 1;
    const next = this.#match(wordPattern);
    if (next !== undefined && negatableOperators.has(next)) this.#push("operator", next);
    else this.#position = start;
  }

  /** `#index`: what follows directly is a name even where it would be an operator. */
  #readPointerName(): void {
    const name = this.#match(wordPattern);
    if (name !== undefined) this.#push("identifier", name);
  }

  #readNumber(): void {
    const number = String(this.#match(numberPattern));
    wordPattern.lastIndex = this.#position;
    if (wordPattern.test(this.#text)) throw new LanguageError(`bad number syntax: "${number}"`);
    this.#push("number", number);
  }

  #readQuoted(): string {
    const quote = this.#text.charAt(this.#position);
    let result = "";
    this.#position += 1;
    for (;;) {
      const character = this.#next();
      if (character === quote) return result.replace(/\r\n?/g, "\n").toWellFormed();
      if (character === "" || character === "\n") throw new LanguageError("literal not terminated");
      result += character === "\\" ? this.#readEscape(quote) : character;
    }
  }

  #readRaw(): string {
    const match = /`((?:[^`]|``)*)`/y;
    match.lastIndex = this.#position;
    const found = match.exec(this.#text);
    if (found === null) throw new LanguageError("literal not terminated");
    const [whole, content = ""] = found;
    this.#position += whole.length;
    return content.replaceAll("``", "`");
  }

  #next(): string {
    const character = this.#text[this.#position] ?? "";
    this.#position += 1;
    return character;
  }

  #readEscape(quote: string): string {
    const character = this.#next();
    const simple = simpleEscapes.get(character) ?? (character === quote ? quote : undefined);
    if (simple !== undefined) return simple;
    this.#position -= 1;
    const digits = this.#match(numericEscape);
    if (digits === undefined) throw new LanguageError("invalid char escape");
    const isOctal = /^[0-7]/.test(digits);
    const code = Number.parseInt(digits.replace(/^[xuU]\{?/, ""), isOctal ? 8 : 16);
    if (code > 0x10ffff || (isOctal && code > 0o377)) throw new LanguageError("unable to unescape string");
    return String.fromCodePoint(code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
  }
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
  ["\\", "\\"],
]);
const numericEscape = /x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|U[0-9a-fA-F]{8}|[0-7]{3}/y;

// Kubernetes label selectors, as the text of a condition: `a = b, c in (d, e), !f`.
import { quoteGo } from "./go-format.ts";
import { compareCodePoints } from "./go-json.ts";
import { parseGoInt } from "./go-number.ts";
import { checkLabelKey, checkLabelValue } from "./label-syntax.ts";
import { LanguageError } from "./language-error.ts";

export interface Requirement {
  readonly key: string;
  readonly operator: "exists" | "!" | "=" | "==" | "!=" | "in" | "notin" | ">" | "<";
  /** Sorted, each once. */
  readonly values: readonly string[];
}

/** The requirements of a selector, sorted by key. LanguageError with the words of Kubernetes. */
export function parseRequirements(text: string): readonly Requirement[] {
  const parser = new SelectorParser(readTokens(text));
  return parser.parse().toSorted((left, right) => compareCodePoints(left.key, right.key));
}

/** The text of a requirement as Kubernetes prints it. */
export function formatRequirement({ key, operator, values }: Requirement): string {
  if (operator === "exists") return key;
  if (operator === "!") return `!${key}`;
  const list = values.join(",");
  return operator === "in" || operator === "notin" ? `${key} ${operator} (${list})` : `${key}${operator}${list}`;
}

interface Token {
  readonly kind: "end" | "name" | "symbol";
  readonly text: string;
}

const END: Token = { kind: "end", text: "" };

function readTokens(text: string): Token[] {
  const tokens: Token[] = [];
  const part = /[ \t\r\n]*(?:([=!(),><]+)|([^=!(),>< \t\r\n]+))/y;
  for (;;) {
    const start = part.lastIndex;
    const match = part.exec(text);
    if (match === null) break;
    const [whole, run = "", name] = match;
    if (name !== undefined) {
      tokens.push({ kind: "name", text: name });
    } else {
      const text = longestSymbol(run);
      tokens.push({ kind: "symbol", text });
      part.lastIndex = start + whole.length - (run.length - text.length);
    }
  }
  return tokens;
}

/** `=!` is `=` and then `!`; every character is a symbol, and two of them are one. */
function longestSymbol(run: string): string {
  return /^[=!]=/.test(run) ? run.slice(0, 2) : run.slice(0, 1);
}

class SelectorParser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): readonly Requirement[] {
    const requirements: Requirement[] = [];
    while (this.#peek().kind !== "end") {
      const { kind, text } = this.#peek();
      if (kind !== "name" && text !== "!") {
        throw new LanguageError(`found '${text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#parseRequirement());
      const separator = this.#next();
      if (separator.kind === "end") break;
      if (separator.text !== ",") {
        throw new LanguageError(`found '${separator.text}', expected: ',' or 'end of string'`);
      }
      this.#expectStart();
    }
    return requirements;
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? END;
  }

  #next(): Token {
    const token = this.#peek();
    this.#position += 1;
    return token;
  }

  #is(text: string): boolean {
    const { kind, text: found } = this.#peek();
    return kind === "symbol" && found === text;
  }

  #expectStart(): void {
    if (this.#peek().kind === "name" || this.#is("!")) return;
    throw new LanguageError(`found '${this.#peek().text}', expected: identifier after ','`);
  }

  #parseRequirement(): Requirement {
    try {
      return this.#readRequirement();
    } catch (error) {
      throw new LanguageError(`unable to parse requirement: ${(error as Error).message}`, { cause: error });
    }
  }

  #readRequirement(): Requirement {
    const isNegated = this.#is("!");
    if (isNegated) this.#next();
    const { kind, text: key } = this.#next();
    if (kind !== "name") throw new LanguageError(`found '${key}', expected: identifier`);
    const keyErrors = checkLabelKey(key);
    if (keyErrors.length > 0) throw new LanguageError(invalid("<nil>", key, keyErrors));
    if (this.#peek().kind === "end" || this.#is(",")) return { key, operator: isNegated ? "!" : "exists", values: [] };
    const operator = this.#readOperator();
    const values = operator === "in" || operator === "notin" ? this.#readList() : [this.#readExactValue()];
    const requirement = { key, operator, values: [...new Set(values)].sort(compareCodePoints) };
    checkValues(requirement);
    return requirement;
  }

  #readOperator(): Requirement["operator"] {
    const { kind, text } = this.#next();
    const isWord = kind === "name" && (text === "in" || text === "notin");
    const isSymbol = kind === "symbol" && ["=", "==", "!=", ">", "<"].includes(text);
    if (!isWord && !isSymbol) throw new LanguageError(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`);
    return text as Requirement["operator"];
  }

  #readExactValue(): string {
    if (this.#peek().kind === "end" || this.#is(",")) return "";
    const { kind, text } = this.#next();
    if (kind !== "name") throw new LanguageError(`found '${text}', expected: identifier`);
    return text;
  }

  #readList(): readonly string[] {
    const open = this.#next();
    if (open.text !== "(") throw new LanguageError(`found '${open.text}' expected: '('`);
    if (this.#is(")")) {
      this.#next();
      return [""];
    }
    if (this.#peek().kind !== "name" && !this.#is(",")) {
      throw new LanguageError(`found '${this.#peek().text}', expected: ',', ')' or identifier`);
    }
    const values = this.#readMembers();
    this.#next();
    return values;
  }

  /** Members up to the closing parenthesis; nothing before, between or after commas is an empty member. */
  #readMembers(): readonly string[] {
    const values: string[] = [];
    for (;;) {
      const { kind, text } = this.#next();
      if (kind === "name") {
        values.push(text);
        if (this.#is(")")) return values;
        if (!this.#is(",")) throw new LanguageError(`found '${this.#peek().text}', expected: ',' or ')'`);
      } else if (text === ",") {
        if (values.length === 0 || this.#is(",") || this.#is(")")) values.push("");
        if (this.#is(")")) return values;
      } else {
        throw new LanguageError(`found '${text}', expected: ',', or identifier`);
      }
    }
  }
}

function checkValues({ key, operator, values }: Requirement): void {
  const errors = values.flatMap((value, at) => [
    ...((operator === ">" || operator === "<") && !isInteger(value)
      ? [invalid(`values[${at}]`, value, ["for 'Gt', 'Lt' operators, the value must be an integer"])]
      : []),
    ...checkLabelValue(value).map((reason) => ({ at, value, reason })),
  ]);
  const messages = errors.map((error) =>
    typeof error === "string" ? error : invalid(`values[${error.at}][${key}]`, error.value, [error.reason]),
  );
  if (messages.length === 0) return;
  const list = messages.join(", ");
  throw new LanguageError(messages.length === 1 ? list : `[${list}]`);
}

function isInteger(text: string): boolean {
  try {
    parseGoInt(text);
    return true;
  } catch {
    return false;
  }
}

function invalid(path: string, value: string, reasons: readonly string[]): string {
  return `${path}: Invalid value: ${quoteGo(value)}: ${reasons.join("; ")}`;
}

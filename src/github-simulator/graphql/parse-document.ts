// Reads the part of GraphQL that clients of this simulator send: one operation with selections, arguments, variables and
// inline fragments. Named fragments and directives are refused.

export interface Selection {
  readonly name: string;
  readonly alias: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly selections: readonly Selection[];
}

export interface GraphqlDocument {
  readonly operation: "query" | "mutation";
  readonly selections: readonly Selection[];
}

/** Throws an Error with what was not understood. */
export function parseDocument(text: string, variables: Readonly<Record<string, unknown>>): GraphqlDocument {
  return new Parser(text, variables).document();
}

const TOKEN = /\s+|,|#[^\n]*|(\.\.\.|[{}()[\]:!$=@]|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[A-Za-z_]\w*)/y;
const NESTING_MAX = 20;

class Parser {
  readonly #tokens: string[] = [];
  readonly #variables: Readonly<Record<string, unknown>>;
  #position = 0;
  #depth = 0;

  constructor(text: string, variables: Readonly<Record<string, unknown>>) {
    this.#variables = variables;
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const at = TOKEN.lastIndex;
      const match = TOKEN.exec(text);
      if (match === null) {
        throw new Error(`Parse error on ${JSON.stringify(text.slice(at, at + 10))}`);
      }
      if (match[1] !== undefined) {
        this.#tokens.push(match[1]);
      }
    }
  }

  document(): GraphqlDocument {
    let operation: GraphqlDocument["operation"] = "query";
    if (this.#peek() !== "{") {
      const word = this.#next();
      if (word !== "query" && word !== "mutation") {
        throw new Error(`Expected a query or mutation, got ${JSON.stringify(word)}`);
      }
      operation = word;
      this.#skipToSelections();
    }
    const selections = this.#selections();
    if (this.#peek() !== undefined) {
      throw new Error(`Unexpected ${JSON.stringify(this.#peek())} after the operation`);
    }
    return { operation, selections };
  }

  /** Skips the operation's name and variable definitions: values are taken as they were sent. */
  #skipToSelections(): void {
    while (this.#peek() !== "{") {
      if (this.#next() === "(") {
        while (this.#next() !== ")") {
          // types and defaults say nothing that matters here
        }
      }
    }
  }

  #selections(): Selection[] {
    this.#depth += 1;
    if (this.#depth > NESTING_MAX) {
      throw new Error(`Nested deeper than ${NESTING_MAX}`);
    }
    this.#expect("{");
    const found: Selection[] = [];
    while (this.#peek() !== "}") {
      found.push(...this.#selection());
    }
    this.#expect("}");
    this.#depth -= 1;
    return found;
  }

  #selection(): Selection[] {
    const first = this.#next();
    if (first === "...") {
      this.#expect("on");
      this.#next(); // every type that is asked for is the type that is there
      return this.#selections();
    }
    if (!/^\w+$/.test(first)) {
      throw new Error(`Expected a field, got ${JSON.stringify(first)}`);
    }
    const hasAlias = this.#peek() === ":";
    const name = hasAlias ? (this.#next(), this.#next()) : first;
    const values = this.#peek() === "(" ? this.#pairs("(", ")") : {};
    const selections = this.#peek() === "{" ? this.#selections() : [];
    return [{ name, alias: first, arguments: values, selections }];
  }

  #pairs(open: string, close: string): Record<string, unknown> {
    this.#expect(open);
    const values: Record<string, unknown> = {};
    while (this.#peek() !== close) {
      const name = this.#next();
      this.#expect(":");
      values[name] = this.#value();
    }
    this.#expect(close);
    return values;
  }

  #value(): unknown {
    switch (this.#peek()) {
      case "{":
        return this.#pairs("{", "}");
      case "[": {
        this.#expect("[");
        const items: unknown[] = [];
        while (this.#peek() !== "]") {
          items.push(this.#value());
        }
        this.#expect("]");
        return items;
      }
      case "$":
        this.#expect("$");
        return this.#variables[this.#next()];
      default:
        return scalar(this.#next());
    }
  }

  #peek(): string | undefined {
    return this.#tokens[this.#position];
  }

  #next(): string {
    const token = this.#tokens[this.#position];
    if (token === undefined) {
      throw new Error("Unexpected end of the document");
    }
    this.#position += 1;
    return token;
  }

  #expect(wanted: string): void {
    const token = this.#next();
    if (token !== wanted) {
      throw new Error(`Expected ${JSON.stringify(wanted)}, got ${JSON.stringify(token)}`);
    }
  }
}

function scalar(token: string): unknown {
  if (/^["\d-]|^(true|false|null)$/.test(token)) {
    return JSON.parse(token) as unknown;
  }
  return token; // an enum value
}

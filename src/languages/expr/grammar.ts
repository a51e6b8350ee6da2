// The cursor over an expression's tokens, and what the parts of the parser need of each other.
import { LanguageError } from "../language-error.ts";
import type { Dialect } from "./dialect.ts";
import type { Node } from "./syntax.ts";
import type { Token } from "./tokens.ts";

/** The parser as its parts see it. */
export interface Grammar {
  readonly cursor: TokenCursor;
  readonly dialect: Dialect;
  /** Whether the environment has a variable of that name, which then hides a builtin. */
  isVariable(name: string): boolean;
  /** One expression whose operators bind at least as tightly as `precedence`. */
  parseExpression(precedence: number): Node;
  /** Expressions separated by `;`. */
  parseSequence(): Node;
  /** How many predicates enclose the current token. */
  predicateDepth: number;
}

const NODES_MAX = 10_000;
const kindNames = { operator: "Operator", bracket: "Bracket", string: "String", number: "Number", bytes: "Bytes" };

export class TokenCursor {
  readonly #tokens: readonly Token[];
  #nodeCount = 0;
  position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.position] ?? { kind: "end", text: "" };
  }

  next(): Token {
    const token = this.current;
    if (token.kind !== "end") this.position += 1;
    return token;
  }

  is(kind: Token["kind"], text?: string): boolean {
    return this.current.kind === kind && (text === undefined || this.current.text === text);
  }

  /** Consumes the token if it is here. */
  accept(kind: Token["kind"], text: string): boolean {
    const isHere = this.is(kind, text);
    if (isHere) this.next();
    return isHere;
  }

  expect(kind: Token["kind"], text?: string): Token {
    if (!this.is(kind, text)) throw this.unexpected();
    return this.next();
  }

  unexpected(): LanguageError {
    const { kind, text } = this.current;
    if (kind === "end") return new LanguageError("unexpected token EOF");
    const name = kind === "identifier" ? "Identifier" : kindNames[kind];
    return new LanguageError(`unexpected token ${name}(${JSON.stringify(text)})`);
  }

  /** Every node is made here, so that they can be counted. */
  create<T extends Node>(node: T): T {
    this.#nodeCount += 1;
    if (this.#nodeCount > NODES_MAX) {
      throw new LanguageError("compilation failed: expression exceeds maximum allowed nodes");
    }
    return node;
  }
}

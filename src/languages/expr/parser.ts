// Reads an expression of expr-lang into a syntax tree: operators by precedence, `let`, `if`, predicates.
import { LanguageError } from "../language-error.ts";
import { type Grammar, TokenCursor } from "./grammar.ts";
import type { Dialect } from "./dialect.ts";
import { parseCall } from "./parse-call.ts";
import { parsePrimary } from "./parse-primary.ts";
import type { Node } from "./syntax.ts";
import { readTokens } from "./tokens.ts";

export interface ParserOptions {
  /** Default: that of Argo Workflows. */
  readonly dialect?: Dialect;
  /** Whether the environment has a variable of that name, which then hides a builtin. */
  isVariable?(name: string): boolean;
}

/** The tree of an expression. LanguageError when it is not one. */
export function parseExpression(text: string, options: ParserOptions = {}): Node {
  const parser = new Parser(new TokenCursor(readTokens(text, options.dialect)), options);
  const node = parser.parseSequence();
  parser.cursor.expect("end");
  return node;
}

interface BinaryOperator {
  readonly precedence: number;
  readonly isRight?: true;
}

const binaryOperators: ReadonlyMap<string, BinaryOperator> = new Map<string, BinaryOperator>([
  ["|", { precedence: 0 }],
  ...["or", "||"].map((name) => [name, { precedence: 10 }] as const),
  ...["and", "&&"].map((name) => [name, { precedence: 15 }] as const),
  ...["==", "!=", "<", ">", ">=", "<=", "in", "matches", "contains", "startsWith", "endsWith"].map(
    (name) => [name, { precedence: 20 }] as const,
  ),
  ["..", { precedence: 25 }],
  ["+", { precedence: 30 }],
  ["-", { precedence: 30 }],
  ...["*", "/", "%"].map((name) => [name, { precedence: 60 }] as const),
  ...["**", "^"].map((name) => [name, { precedence: 100, isRight: true }] as const),
  ["??", { precedence: 500 }],
]);
const negatable: ReadonlySet<string> = new Set(["contains", "matches", "startsWith", "endsWith", "in"]);
const comparisons: ReadonlySet<string> = new Set(["<", ">", ">=", "<="]);

/** Parentheses, lists, calls and operators that may stand inside each other: what reads them calls itself. */
const NESTING_MAX = 500;

class Parser implements Grammar {
  readonly cursor: TokenCursor;
  readonly dialect: Dialect;
  readonly #options: ParserOptions;
  predicateDepth = 0;
  #depth = 0;

  constructor(cursor: TokenCursor, options: ParserOptions) {
    this.cursor = cursor;
    this.#options = options;
    this.dialect = options.dialect ?? "workflows";
  }

  isVariable(name: string): boolean {
    return this.#options.isVariable?.(name) === true;
  }

  parseSequence(): Node {
    const nodes = [this.parseExpression(0)];
    while (this.dialect === "workflows" && this.cursor.accept("operator", ";") && !this.cursor.is("end")) {
      nodes.push(this.parseExpression(0));
    }
    const [only] = nodes;
    return nodes.length === 1 && only !== undefined ? only : this.cursor.create({ kind: "sequence", nodes });
  }

  parseExpression(precedence: number): Node {
    this.#depth += 1;
    if (this.#depth > NESTING_MAX) throw new LanguageError(`more than ${NESTING_MAX} expressions inside each other`);
    const node = this.#parseOperations(precedence);
    this.#depth -= 1;
    return node;
  }

  #parseOperations(precedence: number): Node {
    if (precedence === 0 && this.cursor.is("operator", "let")) return this.#parseLet();
    if (precedence === 0 && this.cursor.is("operator", "if")) return this.#parseIf();
    let left = parsePrimary(this);
    let previous = "";
    for (;;) {
      const operator = this.#operatorAt(precedence);
      if (operator === undefined) break;
      left = this.#parseOperation(left, operator, previous);
      previous = operator.name;
    }
    return precedence === 0 ? this.#parseConditional(left) : left;
  }

  /** The binary operator at the current token, if it binds at least as tightly; it is consumed. */
  #operatorAt(precedence: number): { name: string; isNegated: boolean; operator: BinaryOperator } | undefined {
    if (this.cursor.current.kind !== "operator") return undefined;
    const isNegated = this.cursor.is("operator", "not");
    const start = this.cursor.position;
    if (isNegated) {
      this.cursor.next();
      if (!negatable.has(this.cursor.current.text)) throw this.cursor.unexpected();
    }
    const name = this.cursor.current.text;
    const operator = binaryOperators.get(name);
    if (operator === undefined || operator.precedence < precedence) {
      // The version of Argo Events forgets the `not` that it has looked behind.
      if (this.dialect === "workflows") this.cursor.position = start;
      return undefined;
    }
    this.cursor.next();
    return { name, isNegated, operator };
  }

  #parseOperation(
    left: Node,
    { name, isNegated, operator }: { name: string; isNegated: boolean; operator: BinaryOperator },
    previous: string,
  ): Node {
    if (name === "|") {
      const callee = this.cursor.expect("identifier");
      return parseCall(this, callee.text, [left]);
    }
    if (previous === "??" && name !== "??") {
      throw new LanguageError(
        `Operator (${name}) and coalesce expressions (??) cannot be mixed. Wrap either by parentheses.`,
      );
    }
    if (comparisons.has(name) && this.dialect === "workflows")
      return this.#parseComparison(left, name, operator.precedence);
    const right = this.parseExpression(operator.isRight === true ? operator.precedence : operator.precedence + 1);
    const node = this.cursor.create({ kind: "binary", operator: name, left, right });
    return isNegated ? this.cursor.create({ kind: "unary", operator: "not", operand: node }) : node;
  }

  /** `1 < x < 3` means `1 < x && x < 3`. */
  #parseComparison(first: Node, firstOperator: string, precedence: number): Node {
    let left = first;
    let operator = firstOperator;
    let root: Node | undefined;
    for (;;) {
      const right = this.parseExpression(precedence + 1);
      const comparison: Node = this.cursor.create({ kind: "binary", operator, left, right });
      root =
        root === undefined
          ? comparison
          : this.cursor.create({ kind: "binary", operator: "&&", left: root, right: comparison });
      if (this.cursor.current.kind !== "operator" || !comparisons.has(this.cursor.current.text)) return root;
      left = right;
      operator = this.cursor.next().text;
    }
  }

  #parseLet(): Node {
    this.cursor.expect("operator", "let");
    const name = this.cursor.expect("identifier").text;
    this.cursor.expect("operator", "=");
    const value = this.parseExpression(0);
    this.cursor.expect("operator", ";");
    return this.cursor.create({ kind: "let", name, value, body: this.parseSequence() });
  }

  #parseIf(): Node {
    this.cursor.expect("operator", "if");
    const condition = this.parseExpression(0);
    const consequent = this.#parseBlock();
    this.cursor.expect("operator", "else");
    const alternative = this.cursor.is("operator", "if") ? this.#parseIf() : this.#parseBlock();
    return { kind: "conditional", condition, consequent, alternative };
  }

  #parseBlock(): Node {
    this.cursor.expect("bracket", "{");
    const body = this.parseSequence();
    this.cursor.expect("bracket", "}");
    return body;
  }

  #parseConditional(first: Node): Node {
    let node = first;
    while (this.cursor.accept("operator", "?")) {
      const condition = node;
      const isShort = this.cursor.accept("operator", ":");
      const consequent = isShort ? condition : this.parseExpression(0);
      if (!isShort) this.cursor.expect("operator", ":");
      const alternative = this.parseExpression(0);
      node = this.cursor.create({ kind: "conditional", condition, consequent, alternative });
    }
    return node;
  }
}

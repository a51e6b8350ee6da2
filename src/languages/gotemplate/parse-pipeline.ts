// Parses the pipelines of a Go template: `$x := .a.b | printf "%s" | upper`.
import { parseGoFloat, parseGoInt } from "../go-number.ts";
import { unquoteGo } from "../go-unquote.ts";
import { LanguageError, recover } from "../language-error.ts";
import { isNamed, type Command, type Operand, type Pipeline } from "./template-node.ts";
import type { TokenCursor } from "./token-cursor.ts";

/** Parentheses that may stand inside each other. */
const NESTING_MAX = 200;

export class PipelineParser {
  readonly #tokens: TokenCursor;
  readonly #functions: ReadonlySet<string>;
  #variables = ["$"];
  #depth = 0;

  constructor(tokens: TokenCursor, functions: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#functions = functions;
  }

  get variableCount(): number {
    return this.#variables.length;
  }

  forgetVariables(count: number): void {
    this.#variables.length = count;
  }

  /** A defined template sees only `$`. Returns what brings the outer variables back. */
  beginTemplate(): () => void {
    const outer = this.#variables;
    this.#variables = ["$"];
    return () => {
      this.#variables = outer;
    };
  }

  /** Up to the end of the action, or the closing parenthesis. */
  parse(context: string, end: "close" | ")"): Pipeline {
    this.#tokens.skipSpace();
    const declaration = this.#declaration(context);
    const commands: Command[] = [];
    for (;;) {
      this.#tokens.skipSpace();
      if (this.#isEnd(end)) break;
      commands.push(this.#command());
      this.#tokens.skipSpace();
      if (this.#isEnd(end)) break;
      const token = this.#tokens.next();
      if (token.text !== "|") throw new LanguageError(`template: unexpected "${token.text}" in ${context}`);
      this.#tokens.skipSpace();
      if (this.#isEnd(end)) throw new LanguageError(`template: missing value for ${context}`);
    }
    this.#tokens.next();
    return { ...declaration, commands: checkCommands(commands, context) };
  }

  #isEnd(end: "close" | ")"): boolean {
    const token = this.#tokens.peek();
    return end === "close" ? token.kind === "close" : token.kind === "symbol" && token.text === ")";
  }

  #declaration(context: string): Pick<Pipeline, "variables" | "isAssignment"> {
    const first = this.#tokens.peek();
    if (first.kind !== "variable") return { variables: [], isAssignment: false };
    let ahead = this.#spaceAfter(1);
    const variables = [first.text];
    if (context === "range" && this.#tokens.peek(ahead).text === ",") {
      ahead = this.#spaceAfter(ahead + 1);
      const second = this.#tokens.peek(ahead);
      if (second.kind !== "variable") throw new LanguageError("template: range can only initialize variables");
      variables.push(second.text);
      ahead = this.#spaceAfter(ahead + 1);
    }
    const operator = this.#tokens.peek(ahead).text;
    if (operator !== ":=" && operator !== "=") return { variables: [], isAssignment: false };
    for (let count = 0; count <= ahead; count += 1) this.#tokens.next();
    if (operator === ":=") this.#variables.push(...variables);
    else variables.forEach((name) => this.#checkVariable(name));
    return { variables, isAssignment: operator === "=" };
  }

  #spaceAfter(ahead: number): number {
    return this.#tokens.peek(ahead).kind === "space" ? ahead + 1 : ahead;
  }

  #checkVariable(name: string): void {
    if (!this.#variables.includes(name)) throw new LanguageError(`template: undefined variable "${name}"`);
  }

  #command(): Command {
    const operands: Operand[] = [];
    for (;;) {
      this.#tokens.skipSpace();
      const operand = this.#operand();
      if (operand === undefined) break;
      operands.push(operand);
      if (this.#tokens.peek().kind !== "space") break;
    }
    const [first, ...rest] = operands;
    if (first === undefined) {
      throw new LanguageError(`template: unexpected "${this.#tokens.peek().text}" in operand`);
    }
    return [first, ...rest];
  }

  #operand(): Operand | undefined {
    const operand = this.#term();
    if (operand === undefined) return undefined;
    const names: string[] = [];
    while (this.#tokens.peek().kind === "field") names.push(this.#tokens.next().text.slice(1));
    if (names.length === 0) return operand;
    if (isNamed(operand)) return { ...operand, names: [...operand.names, ...names] };
    if (operand.kind === "function") return { kind: "call", name: operand.name, names };
    throw new LanguageError("template: unexpected . after term");
  }

  #term(): Operand | undefined {
    const token = this.#tokens.peek();
    if (token.kind === "symbol" && token.text === "(") return this.#parenthesis();
    const operand = this.#simpleTerm(token.kind, token.text);
    if (operand !== undefined) this.#tokens.next();
    return operand;
  }

  #simpleTerm(kind: string, text: string): Operand | undefined {
    switch (kind) {
      case "dot":
        return { kind: "dot" };
      case "field":
        return { kind: "field", names: [text.slice(1)] };
      case "variable":
        this.#checkVariable(text);
        return { kind: "variable", name: text, names: [] };
      case "string":
        return { kind: "string", value: unquoteGo(text) };
      case "character":
        return wholeNumber(BigInt(Number(unquoteGo(text).codePointAt(0))));
      case "number":
        return readNumber(text);
      case "word":
        return this.#word(text);
      default:
        return undefined;
    }
  }

  #word(text: string): Operand {
    if (text === "true" || text === "false") return { kind: "boolean", value: text === "true" };
    if (text === "nil") return { kind: "nil" };
    if (!this.#functions.has(text)) throw new LanguageError(`template: function "${text}" not defined`);
    return { kind: "function", name: text };
  }

  #parenthesis(): Operand {
    this.#depth += 1;
    if (this.#depth > NESTING_MAX) throw new LanguageError(`template: more than ${NESTING_MAX} nested parentheses`);
    this.#tokens.next();
    const pipeline = this.parse("parenthesized pipeline", ")");
    this.#depth -= 1;
    return { kind: "pipeline", pipeline, names: [] };
  }
}

function checkCommands([first, ...stages]: readonly Command[], context: string): Pipeline["commands"] {
  if (first === undefined) throw new LanguageError(`template: missing value for ${context}`);
  stages.forEach(([operand], at) => {
    if (/^(?:dot|nil|boolean|number|string)$/.test(operand.kind)) {
      throw new LanguageError(`template: non executable command in pipeline stage ${at + 2}`);
    }
  });
  return [first, ...stages];
}

function wholeNumber(integer: bigint): Operand {
  return { kind: "number", constant: integer, integer, float: Number(integer) };
}

function readNumber(text: string): Operand {
  const isHex = /^[+-]?0x/i.test(text);
  const isWhole = isHex ? !/[.p]/i.test(text) : !/[.e]/i.test(text);
  return recover(
    () => (isWhole ? wholeNumber(parseGoInt(text, 0)) : readFloat(text)),
    ({ message }) => {
      throw new LanguageError(
        `template: ${message.includes("range") ? "integer overflow" : "bad number syntax"}: "${text}"`,
      );
    },
  );
}

function readFloat(text: string): Operand {
  const float = parseGoFloat(text.replaceAll("_", ""));
  return { kind: "number", constant: float, integer: Number.isSafeInteger(float) ? BigInt(float) : undefined, float };
}

// Parses a Go template into its tree, refusing what text/template refuses before it runs.
import { unquoteGo } from "../go-unquote.ts";
import { LanguageError } from "../language-error.ts";
import { PipelineParser } from "./parse-pipeline.ts";
import type { ParsedTemplate, TemplateNode } from "./template-node.ts";
import { readTemplateTokens } from "./read-template-tokens.ts";
import { TokenCursor } from "./token-cursor.ts";

/** `functions` are the names that may be called. LanguageError for anything that is no template. */
export function parseTemplate(text: string, functions: ReadonlySet<string>): ParsedTemplate {
  const parser = new TemplateParser(new TokenCursor(readTemplateTokens(text)), functions);
  return parser.parse();
}

type Ending = "end" | "else" | "eof";

/** Blocks that may stand inside each other. */
const NESTING_MAX = 200;

class TemplateParser {
  readonly #tokens: TokenCursor;
  readonly #pipelines: PipelineParser;
  readonly #definitions = new Map<string, readonly TemplateNode[]>();
  #depth = 0;
  #rangeDepth = 0;

  constructor(tokens: TokenCursor, functions: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#pipelines = new PipelineParser(tokens, functions);
  }

  parse(): ParsedTemplate {
    const { nodes, ending } = this.#list();
    if (ending !== "eof") throw new LanguageError(`template: unexpected {{${ending}}}`);
    return { nodes, definitions: this.#definitions };
  }

  #list(): { readonly nodes: readonly TemplateNode[]; readonly ending: Ending } {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const token = this.#tokens.next();
      if (token.kind === "end") return { nodes, ending: "eof" };
      if (token.kind === "text") {
        nodes.push({ kind: "text", text: token.text });
        continue;
      }
      this.#tokens.skipSpace();
      const word = this.#tokens.peek();
      if (word.kind === "word" && (word.text === "end" || word.text === "else")) {
        this.#tokens.next();
        if (word.text === "end") this.#tokens.expectClose("end");
        return { nodes, ending: word.text };
      }
      const node = this.#action();
      if (node !== undefined) nodes.push(node);
    }
  }

  #action(): TemplateNode | undefined {
    const word = this.#tokens.peek();
    const keyword = word.kind === "word" ? word.text : "";
    switch (keyword) {
      case "if":
      case "with":
      case "range":
        this.#tokens.next();
        return this.#block(keyword);
      case "define":
        return this.#define();
      case "block":
        return this.#defineBlock();
      case "template":
        return this.#template();
      case "break":
      case "continue":
        this.#tokens.next();
        if (this.#rangeDepth === 0) throw new LanguageError(`template: {{${keyword}}} outside {{range}}`);
        this.#tokens.expectClose(keyword);
        return { kind: keyword };
      default:
        return { kind: "action", pipeline: this.#pipelines.parse("command", "close") };
    }
  }

  #block(kind: "if" | "with" | "range"): TemplateNode {
    return this.#nested(() => {
      const scope = this.#pipelines.variableCount;
      const pipeline = this.#pipelines.parse(kind, "close");
      if (kind === "range") this.#rangeDepth += 1;
      const { nodes: body, ending } = this.#list();
      if (kind === "range") this.#rangeDepth -= 1;
      const otherwise = ending === "else" ? this.#otherwise(kind) : [];
      if (ending === "eof") throw new LanguageError("template: unexpected EOF");
      this.#pipelines.forgetVariables(scope);
      return { kind, pipeline, body, otherwise };
    });
  }

  #otherwise(kind: "if" | "with" | "range"): readonly TemplateNode[] {
    this.#tokens.skipSpace();
    const word = this.#tokens.peek();
    // `else if` and `else with` share the end of the block that they stand in.
    if (word.kind === "word" && word.text === kind && kind !== "range") {
      this.#tokens.next();
      return [this.#block(kind)];
    }
    this.#tokens.expectClose("else");
    const { nodes, ending } = this.#list();
    if (ending !== "end") throw new LanguageError(`template: expected end; found {{${ending}}}`);
    return nodes;
  }

  #define(): undefined {
    this.#tokens.next();
    const name = this.#name("define");
    this.#tokens.expectClose("define");
    this.#body(name);
  }

  #defineBlock(): TemplateNode {
    this.#tokens.next();
    const name = this.#name("block");
    const pipeline = this.#pipelines.parse("block", "close");
    this.#body(name);
    return { kind: "template", name, pipeline };
  }

  #body(name: string): void {
    this.#nested(() => {
      const restore = this.#pipelines.beginTemplate();
      const { nodes, ending } = this.#list();
      if (ending !== "end") throw new LanguageError(`template: unexpected {{${ending}}} in define clause`);
      restore();
      this.#definitions.set(name, nodes);
    });
  }

  #template(): TemplateNode {
    this.#tokens.next();
    const name = this.#name("template");
    this.#tokens.skipSpace();
    if (this.#tokens.peek().kind === "close") {
      this.#tokens.next();
      return { kind: "template", name };
    }
    return { kind: "template", name, pipeline: this.#pipelines.parse("template", "close") };
  }

  #name(context: string): string {
    this.#tokens.skipSpace();
    const token = this.#tokens.next();
    if (token.kind !== "string") throw new LanguageError(`template: unexpected "${token.text}" in ${context} clause`);
    return unquoteGo(token.text);
  }

  #nested<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > NESTING_MAX) throw new LanguageError(`template: more than ${NESTING_MAX} nested blocks`);
    const parsed = parse();
    this.#depth -= 1;
    return parsed;
  }
}

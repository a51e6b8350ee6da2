// Reads kubectl's JSONPath templates: text with actions in braces.
import { LanguageError } from "../language-error.ts";
import { parseGoFloat } from "../go-number.ts";
import type { ActionNode, ArrayBounds, PathNode } from "./nodes.ts";
import { unquote } from "./unquote.ts";

/** The texts and actions of a template, in order. LanguageError with client-go's message. */
export function parseTemplate(text: string): readonly PathNode[] {
  return new TemplateParser(text).parse();
}

const terminators: ReadonlySet<string> = new Set(["", " ", "\t", "\r", "\n", ".", ",", "[", "]", "$", "@", "{", "}"]);

class TemplateParser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): readonly PathNode[] {
    const nodes: PathNode[] = [];
    while (this.#position < this.#text.length) {
      const brace = this.#text.indexOf("{", this.#position);
      const end = brace === -1 ? this.#text.length : brace;
      if (end > this.#position) nodes.push({ kind: "text", text: this.#text.slice(this.#position, end) });
      this.#position = end;
      if (brace !== -1) nodes.push(this.parseAction());
    }
    return nodes;
  }

  /** The action whose brace is next. */
  parseAction(): ActionNode {
    const action: ActionNode = { kind: "action", nodes: [] };
    this.#position += 1;
    while (!this.#accept("}")) this.#parseInside(action.nodes);
    return action;
  }

  #accept(prefix: string): boolean {
    const isHere = this.#text.startsWith(prefix, this.#position);
    if (isHere) this.#position += prefix.length;
    return isHere;
  }

  #next(): string {
    const [character = ""] = this.#text.slice(this.#position, this.#position + 2);
    this.#position += character.length;
    return character;
  }

  #parseInside(nodes: PathNode[]): void {
    if (this.#accept("[?(")) nodes.push(this.#parseFilter());
    else if (this.#accept("..")) this.#parseRecursive(nodes);
    else if (this.#accept("[")) nodes.push(...this.#parseArray());
    else if (this.#accept(".")) nodes.push(this.#parseField());
    else this.#parseCharacter(nodes);
  }

  #parseCharacter(nodes: PathNode[]): void {
    const start = this.#position;
    const character = this.#next();
    if (/^[\r\n]?$/.test(character)) throw new LanguageError("unclosed action");
    // The current object: what follows works on it anyway.
    if (/[ @$]/.test(character)) return;
    if (/["']/.test(character)) nodes.push(this.#parseQuoted(start, character));
    else this.#parseWord(nodes, start, character);
  }

  #parseWord(nodes: PathNode[], start: number, character: string): void {
    this.#position = start;
    if (/[+\-\p{Nd}]/u.test(character)) nodes.push(this.#parseNumber());
    else if (/[_\p{L}]/u.test(character)) nodes.push(this.#parseIdentifier());
    else {
      const code = Number(character.codePointAt(0)).toString(16).toUpperCase().padStart(4, "0");
      throw new LanguageError(`unrecognized character in action: U+${code} '${character}'`);
    }
  }

  /** To the next terminator that no backslash precedes. */
  #readField(): string {
    const start = this.#position;
    for (;;) {
      const character = this.#next();
      if (character === "\\") this.#next();
      else if (terminators.has(character)) {
        this.#position -= character.length;
        return this.#text.slice(start, this.#position);
      }
    }
  }

  #parseField(): PathNode {
    const name = this.#readField();
    return name === "*" ? { kind: "wildcard" } : { kind: "field", name: name.replaceAll("\\", "") };
  }

  #parseRecursive(nodes: PathNode[]): void {
    if (nodes.at(-1)?.kind === "recursive") throw new LanguageError("invalid multiple recursive descent");
    nodes.push({ kind: "recursive" });
    if (/^[_\p{L}\p{Nd}]/u.test(this.#text.slice(this.#position, this.#position + 2))) nodes.push(this.#parseField());
  }

  #parseNumber(): PathNode {
    const text = this.#text.slice(this.#position).replace(/^([+-]?[.\p{Nd}]*)[^]*$/u, "$1");
    this.#position += text.length;
    if (/^[+-]?[0-9]+$/.test(text)) return { kind: "number", value: BigInt(text.replace("+", "")) };
    try {
      return { kind: "number", value: parseGoFloat(text) };
    } catch (cause) {
      throw new LanguageError(`cannot parse number ${text}`, { cause });
    }
  }

  #parseIdentifier(): PathNode {
    const start = this.#position;
    while (!terminators.has(this.#text.charAt(this.#position))) this.#position += 1;
    const name = this.#text.slice(start, this.#position);
    return name === "true" || name === "false"
      ? { kind: "boolean", value: name === "true" }
      : { kind: "identifier", name };
  }

  #parseQuoted(start: number, quote: string): PathNode {
    for (;;) {
      const character = this.#next();
      if (character === "" || character === "\n") throw new LanguageError("unterminated quoted string");
      if (character === quote && this.#text[this.#position - 2] !== "\\") break;
    }
    return { kind: "text", text: unquote(this.#text.slice(start, this.#position)) };
  }

  #parseArray(): readonly PathNode[] {
    const [match, inner = ""] = /^([^\]\n]*)\]/.exec(this.#text.slice(this.#position)) ?? [];
    if (match === undefined) throw new LanguageError("unterminated array");
    this.#position += match.length;
    const members = inner.split(",");
    if (members.length > 1) {
      return [{ kind: "union", lists: members.map((member) => parseInner(`[${member.trim()}]`)) }];
    }
    const key = /^'([^']*)'$/.exec(inner)?.[1];
    if (key !== undefined) return parseInner(`.${key}`).nodes;
    return [{ kind: "array", bounds: readBounds(inner === "*" ? ":" : inner) }];
  }

  #parseFilter(): PathNode {
    const text = this.#readFilter();
    const [, left, operator, right] = /^([^!<>=]+)([!<>=]+)(.+?)$/.exec(text) ?? [];
    if (left === undefined || operator === undefined || right === undefined) {
      return { kind: "filter", left: parseInner(text), operator: "exists", right: { kind: "action", nodes: [] } };
    }
    return { kind: "filter", left: parseInner(left), operator, right: parseInner(right) };
  }

  /** To the parenthesis that is in no quotes; one quoted text is expected at most. */
  #readFilter(): string {
    const start = this.#position;
    let quote = "";
    let isClosed = false;
    for (;;) {
      const character = this.#next();
      if (/^\n?$/.test(character)) throw new LanguageError("unterminated filter");
      if (/["']/.test(character) && quote === "") quote = character;
      else if (character === quote) isClosed ||= this.#text[this.#position - 2] !== "\\";
      else if (character === ")" && (quote !== "") === isClosed) break;
    }
    const text = this.#text.slice(start, this.#position - 1);
    if (!this.#accept("]")) throw new LanguageError("unclosed array expect ]");
    return text;
  }
}

/** The action of a text that stands inside of another one. */
function parseInner(text: string): ActionNode {
  const parser = new TemplateParser(`{${text}}`);
  const action = parser.parseAction();
  parser.parse(); // A brace in the text ends the action before: what follows must be right too.
  return action;
}

function readBounds(text: string): ArrayBounds {
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text);
  if (match === null) throw new LanguageError(`invalid array index ${text}`);
  const [, from = "", to = "", step = ""] = match;
  const start = readIndex(from);
  return {
    from: start,
    to: to === "" ? (start ?? 0) + 1 : readIndex(to.slice(1)),
    isToDerived: to === "",
    step: readIndex(step.slice(1)),
  };
}

function readIndex(text: string): number | undefined {
  if (text === "") return undefined;
  if (text === "-") throw new LanguageError(`array index ${text} is not a number`);
  return Number(text);
}

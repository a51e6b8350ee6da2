// Splits a Go template into text and the words of its actions.
import { LanguageError } from "../language-error.ts";

export type TokenKind =
  | "text"
  | "open"
  | "close"
  | "space"
  | "field"
  | "variable"
  | "word"
  | "number"
  | "string"
  | "character"
  | "dot"
  | "symbol"
  | "end";

export interface TemplateToken {
  readonly kind: TokenKind;
  readonly text: string;
}

/** Text and actions (open … close). LanguageError for an action that does not close or has a wrong character. */
export function readTemplateTokens(template: string): readonly TemplateToken[] {
  const tokens: TemplateToken[] = [];
  let at = 0;
  let trimsLeft = false;
  while (at < template.length) {
    const open = template.indexOf("{{", at);
    const end = open < 0 ? template.length : open;
    const trimsRight = open >= 0 && /^-[ \t\r\n]/.test(template.slice(open + 2));
    pushText(tokens, template.slice(at, end), { trimsLeft, trimsRight });
    if (open < 0) break;
    const start = open + 2 + (trimsRight ? 2 : 0);
    const action = template.startsWith("/*", start) ? readComment(template, start) : readAction(template, start);
    for (const token of action.tokens) tokens.push(token);
    at = action.end;
    trimsLeft = action.trims;
  }
  return tokens;
}

interface Action {
  readonly tokens: readonly TemplateToken[];
  readonly end: number;
  /** White space after the action is dropped. */
  readonly trims: boolean;
}

interface Trims {
  readonly trimsLeft: boolean;
  readonly trimsRight: boolean;
}

function pushText(tokens: TemplateToken[], text: string, { trimsLeft, trimsRight }: Trims): void {
  const left = trimsLeft ? text.replace(/^[ \t\r\n]+/, "") : text;
  const kept = trimsRight ? left.replace(/[ \t\r\n]+$/, "") : left;
  if (kept !== "") tokens.push({ kind: "text", text: kept });
}

function readComment(template: string, start: number): Action {
  const close = template.indexOf("*/", start);
  if (close < 0) throw new LanguageError("template: unclosed comment");
  const end = /^(?:[ \t\r\n]-)?\}\}/.exec(template.slice(close + 2))?.[0];
  if (end === undefined) throw new LanguageError("template: comment ends before closing delimiter");
  return { tokens: [], end: close + 2 + end.length, trims: end.length > 2 };
}

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ["close", /[ \t\r\n]-\}\}|\}\}/y],
  ["space", /[ \t\r\n]+?(?=-\}\}|[^ \t\r\n])|[ \t\r\n]+/y],
  ["string", /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y],
  ["character", /'(?:[^'\\\n]|\\[^\n])*'/y],
  [
    "number",
    /[+-]?(?:0[xX][\da-fA-F_]+(?:\.[\da-fA-F_]*)?(?:[pP][+-]?\d+)?|0[bBoO][\d_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/y,
  ],
  ["field", /\.[\p{L}\p{N}_]+/uy],
  ["dot", /\./y],
  ["variable", /\$[\p{L}\p{N}_]*/uy],
  ["word", /[\p{L}_][\p{L}\p{N}_]*/uy],
  ["symbol", /:=|[=|(),]/y],
];

const TERMINATED: ReadonlySet<TokenKind> = new Set(["field", "variable", "word", "number"]);

function readAction(template: string, start: number): Action {
  const tokens: TemplateToken[] = [{ kind: "open", text: "{{" }];
  let at = start;
  while (at < template.length) {
    const token = readToken(template, at, tokens.at(-1)?.kind);
    at += token.text.length;
    tokens.push(token);
    if (token.kind === "close") return { tokens, end: at, trims: token.text.length > 2 };
    if (TERMINATED.has(token.kind) && at < template.length && !/^[\s.,|:)(]|^\}\}/.test(template.slice(at, at + 2))) {
      throw new LanguageError(`template: bad character ${JSON.stringify(template[at])}`);
    }
  }
  throw new LanguageError("template: unclosed action");
}

function readToken(template: string, at: number, before: TokenKind | undefined): TemplateToken {
  for (const [kind, pattern] of PATTERNS) {
    // After an operand a dot begins a field, not a number.
    if (kind === "number" && template[at] === "." && before !== "space" && before !== "open" && before !== "symbol")
      continue;
    pattern.lastIndex = at;
    const text = pattern.exec(template)?.[0];
    if (text !== undefined) return { kind, text };
  }
  const rest = template.slice(at, at + 20);
  if (/^["'`]/.test(rest)) throw new LanguageError("template: unterminated quoted string");
  throw new LanguageError(`template: unexpected ${JSON.stringify(rest.charAt(0))} in operand`);
}

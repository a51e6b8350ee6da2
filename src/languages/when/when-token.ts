// A word of a `when` condition, and which kinds of words may follow each other.
import { printGoValue } from "../go-format.ts";
import type { GoTime } from "../go-time.ts";
import { LanguageError } from "../language-error.ts";

export type TokenKind =
  | "UNKNOWN"
  | "PREFIX"
  | "NUMERIC"
  | "BOOLEAN"
  | "STRING"
  | "PATTERN"
  | "TIME"
  | "VARIABLE"
  | "SEPARATOR"
  | "ACCESSOR"
  | "COMPARATOR"
  | "LOGICALOP"
  | "MODIFIER"
  | "CLAUSE"
  | "CLAUSE_CLOSE"
  | "TERNARY";

export interface Token {
  readonly kind: TokenKind;
  /** The parts of an accessor are a list; parentheses are their code points, as in the messages. */
  readonly value: string | number | boolean | readonly string[] | GoTime;
}

interface State {
  /** Whether a condition may end here. */
  readonly isEnd: boolean;
  readonly next: ReadonlySet<TokenKind>;
}

const operands: readonly TokenKind[] = ["PREFIX", "NUMERIC", "BOOLEAN", "VARIABLE", "ACCESSOR", "STRING", "CLAUSE"];
const operators: readonly TokenKind[] = ["MODIFIER", "COMPARATOR", "LOGICALOP", "CLAUSE_CLOSE", "SEPARATOR"];

const states: Readonly<Record<TokenKind, State>> = {
  UNKNOWN: state(false, [...operands, "PATTERN", "TIME"]),
  CLAUSE: state(false, [...operands, "PATTERN", "TIME", "CLAUSE_CLOSE"]),
  CLAUSE_CLOSE: state(true, [
    ...operators,
    ...(["NUMERIC", "BOOLEAN", "VARIABLE", "STRING", "PATTERN", "TIME", "CLAUSE", "TERNARY"] as const),
  ]),
  NUMERIC: state(true, [...operators, "TERNARY"]),
  BOOLEAN: state(true, [...operators, "TERNARY"]),
  STRING: state(true, [...operators, "TERNARY"]),
  VARIABLE: state(true, [...operators, "TERNARY"]),
  TIME: state(true, operators),
  PATTERN: state(true, operators),
  MODIFIER: state(false, [...operands, "CLAUSE_CLOSE"]),
  COMPARATOR: state(false, [...operands, "TIME", "CLAUSE_CLOSE", "PATTERN"]),
  LOGICALOP: state(false, [...operands, "TIME", "CLAUSE_CLOSE"]),
  PREFIX: state(false, ["NUMERIC", "BOOLEAN", "VARIABLE", "ACCESSOR", "CLAUSE", "CLAUSE_CLOSE"]),
  TERNARY: state(false, [...operands, "TIME", "SEPARATOR"]),
  ACCESSOR: state(true, [...operators, "CLAUSE", "TERNARY"]),
  SEPARATOR: state(false, [...operands, "TIME"]),
};

export function canFollow(previous: TokenKind, next: TokenKind): boolean {
  return states[previous].next.has(next);
}

/** LanguageError when the words do not form a condition. */
export function checkSyntax(tokens: readonly Token[]): void {
  checkBalance(tokens);
  let last: Token | undefined;
  for (const token of tokens) {
    const kind = last?.kind ?? "UNKNOWN";
    if (!canFollow(kind, token.kind)) throw transitionError(last, token);
    last = token;
  }
  if (!states[last?.kind ?? "UNKNOWN"].isEnd) {
    throw new LanguageError("Unexpected end of expression");
  }
}

/** Only the count matters: `)(` is found by the rules of what may follow. */
export function checkBalance(tokens: readonly Token[]): void {
  const count = (kind: TokenKind): number => tokens.filter((token) => token.kind === kind).length;
  if (count("CLAUSE") !== count("CLAUSE_CLOSE")) {
    throw new LanguageError("Unbalanced parenthesis");
  }
}

function state(isEnd: boolean, next: readonly TokenKind[]): State {
  return { isEnd, next: new Set(next) };
}

function transitionError(last: Token | undefined, token: Token): LanguageError {
  if (last?.kind === "VARIABLE" && token.kind === "CLAUSE") {
    return new LanguageError(`Undefined function ${printGoValue(last.value)}`);
  }
  const from = `${last?.kind ?? "UNKNOWN"} [${printGoValue(last?.value ?? null)}]`;
  const to = `${token.kind} [${printGoValue(token.value)}]`;
  return new LanguageError(`Cannot transition token types from ${from} to ${to}`);
}

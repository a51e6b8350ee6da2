// `when` conditions of steps and tasks, after substitution: govaluate's language with Argo's reading of bare words.
import { printGoValue } from "../go-format.ts";
import { compileRegexp } from "../go-regexp.ts";
import { LanguageError, recover } from "../language-error.ts";
import { evaluateStage } from "./evaluate-stage.ts";
import { planStages, type Stage } from "./plan-stages.ts";
import { readTokens } from "./read-tokens.ts";
import { checkSyntax, type Token, type TokenKind } from "./when-token.ts";

/** Whether the step runs. LanguageError with the node's message for a condition that is wrong or not a boolean. */
export function evaluateWhen(text: string): boolean {
  if (text === "") return true;
  const stage = planWords(text);
  const value = attempt("Failed to evaluate 'when' expresion", text, () => evaluateStage(stage));
  if (typeof value !== "boolean") {
    throw new LanguageError(`Expected boolean evaluation for '${text}'. Got ${printGoValue(value)}`);
  }
  return value;
}

function planWords(text: string): Stage {
  const tokens = attempt("Invalid 'when' expression", text, () => {
    const words = readTokens(text);
    checkSize(words);
    checkSyntax(words);
    const compiled = compilePatterns(words);
    planStages(compiled);
    return compiled;
  });
  return attempt("Failed to parse 'when' expression", text, () => {
    // Argo has no variables here: every bare word is a string.
    const strings = tokens.map(({ kind, value }): Token => ({ kind: kind === "VARIABLE" ? "STRING" : kind, value }));
    checkSyntax(strings);
    return planStages(compilePatterns(strings));
  });
}

/** What plans and evaluates a condition calls itself for each operator and each parenthesis. */
const WORDS_MAX = 10_000;
const NESTING_MAX = 200;

function checkSize(words: readonly Token[]): void {
  if (words.length > WORDS_MAX) throw new LanguageError(`more than ${WORDS_MAX} words`);
  let depth = 0;
  for (const { kind } of words) {
    depth += NESTING[kind] ?? 0;
    if (depth > NESTING_MAX) throw new LanguageError(`more than ${NESTING_MAX} parentheses inside each other`);
  }
}

const NESTING: { readonly [kind in TokenKind]?: number } = { CLAUSE: 1, CLAUSE_CLOSE: -1 };

/** A pattern that is written out is compiled before anything is evaluated, and then is no string any more. */
function compilePatterns(tokens: readonly Token[]): Token[] {
  return tokens.map((token, at): Token => {
    const before = tokens[at - 1];
    const isMatched = before?.kind === "COMPARATOR" && (before.value === "=~" || before.value === "!~");
    if (!isMatched || token.kind !== "STRING") return token;
    compileRegexp(String(token.value));
    return { kind: "PATTERN", value: token.value };
  });
}

function attempt<T>(what: string, text: string, action: () => T): T {
  return recover(action, (error) => {
    const hint = error.message.includes("Invalid token")
      ? ' (hint: try wrapping the affected expression in quotes ("))'
      : "";
    throw new LanguageError(`${what} '${text}': ${error.message}${hint}`, { cause: error });
  });
}

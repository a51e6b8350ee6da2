// govaluate with variables, as the expression filters of Sensors use it.
import { compileRegexp } from "../go-regexp.ts";
import { evaluateStage, type WhenValue } from "./evaluate-stage.ts";
import { planStages, type Stage } from "./plan-stages.ts";
import { readTokens } from "./read-tokens.ts";
import { checkSyntax, type Token } from "./when-token.ts";

/** LanguageError for a text that is no expression. */
export function checkExpression(text: string): void {
  plan(text);
}

/** The value of the expression; LanguageError for a wrong text, an unknown name, or operands of the wrong type. */
export function evaluateWithParameters(text: string, parameters: ReadonlyMap<string, WhenValue>): WhenValue {
  const stage = plan(text);
  setVariables(stage, parameters);
  return evaluateStage(stage);
}

function plan(text: string): Stage {
  const tokens = readTokens(text);
  checkSyntax(tokens);
  return planStages(tokens.map((token, at) => asPattern(token, tokens[at - 1])));
}

/** A pattern that is written out is compiled before anything is evaluated. */
function asPattern(token: Token, before: Token | undefined): Token {
  const isMatched = before?.kind === "COMPARATOR" && (before.value === "=~" || before.value === "!~");
  if (!isMatched || token.kind !== "STRING") return token;
  compileRegexp(String(token.value));
  return { kind: "PATTERN", value: token.value };
}

/** Unknown names stay, because they are an error only where they are evaluated. */
function setVariables(stage: Stage, parameters: ReadonlyMap<string, WhenValue>): void {
  const { literal } = stage;
  if (literal?.kind === "VARIABLE" && parameters.has(String(literal.value))) {
    // Nothing but the value of a literal is looked at when it is evaluated.
    stage.literal = { kind: "STRING", value: parameters.get(String(literal.value)) as Token["value"] };
  }
  if (stage.left !== undefined) setVariables(stage.left, parameters);
  if (stage.right !== undefined) setVariables(stage.right, parameters);
}

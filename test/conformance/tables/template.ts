import type { GoValue } from "../../../src/languages/go-value.ts";
import type { LanguageError } from "../../../src/languages/language-error.ts";
import { isMissingVariable, substitute } from "../../../src/languages/template/substitute.ts";

interface Input {
  readonly template: string;
  readonly vars: Readonly<Record<string, GoValue>>;
  readonly mode: "lenient" | "strict" | "prefixes";
  readonly prefixes?: readonly string[];
}

export function evaluate(input: unknown): unknown {
  const { template, vars, mode, prefixes = [] } = input as Input;
  const sources = { now: () => 0, random: () => 0 };
  return substitute(template, vars, mode === "prefixes" ? { sources, mode, prefixes } : { sources, mode });
}

export function noteOf(error: LanguageError): string | undefined {
  return isMissingVariable(error) ? "missing" : undefined;
}

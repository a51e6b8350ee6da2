import { evaluateEventFilter } from "../../../src/languages/expr/event-filter.ts";
import { readJson } from "../../../src/languages/go-json.ts";
import type { GoMap } from "../../../src/languages/go-value.ts";

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const { doc, expression } = input as { readonly doc: string; readonly expression: string };
  const sources = { now: () => Date.now(), random: () => 0 };
  return evaluateEventFilter(expression, readJson(documents?.[doc] ?? "") as GoMap, sources);
}

import { argoEnvironment } from "../../../src/languages/expr/environment.ts";
import type { GoMap } from "../../../src/languages/go-value.ts";
import { describeExpression } from "../../support/describe-expression.ts";

interface Input {
  readonly expr: string;
  readonly vars?: GoMap;
  /** The name of a document with the variables. */
  readonly doc?: string;
}

export function evaluate(input: unknown, documents: Readonly<Record<string, string>> | undefined): unknown {
  const { expr, vars, doc } = input as Input;
  const shared = doc === undefined ? {} : (JSON.parse(documents?.[doc] ?? "{}") as GoMap);
  const sources = { now: () => 0, random: () => 0 };
  return describeExpression(expr, argoEnvironment(vars ?? shared, sources), sources);
}

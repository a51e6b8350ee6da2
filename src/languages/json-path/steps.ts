// The steps that a JSONPath consists of, as Argo's JSONPath library reads them.
import type { GoValue } from "../go-value.ts";

export type Step =
  | { readonly kind: "root" }
  | { readonly kind: "current" }
  | { readonly kind: "wildcard" }
  | { readonly kind: "recursive" }
  | { readonly kind: "length" }
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "range"; readonly bounds: readonly (number | Script | undefined)[] }
  | { readonly kind: "union"; readonly members: readonly (number | string | Script)[] }
  | { readonly kind: "filter"; readonly script: Script }
  | { readonly kind: "script"; readonly script: Script };

/** The steps that hold expressions. */
export type Selection = Extract<Step, { readonly kind: "range" | "union" | "filter" | "script" }>;

/** An expression inside of brackets. */
export interface Script {
  readonly text: string;
  /** None: the text is a plain value. */
  readonly operation: Operation | undefined;
}

/** In the order in which an expression is split: the first binds loosest. */
export const OPERATORS = [
  "||",
  "&&",
  "==",
  "!=",
  "<=",
  ">=",
  "<",
  ">",
  "=~",
  "!",
  "+",
  "-",
  "**",
  "*",
  "/",
  "%",
  "not in",
  "in",
] as const;

export type Operator = (typeof OPERATORS)[number];

/** The left side of `!` is empty. */
export type Operation =
  | { readonly kind: "selector"; readonly steps: readonly Step[] }
  | { readonly kind: "operator"; readonly operator: Operator; readonly left: Operand; readonly right: Operand };

/** A text may still name a value: `null`, a number, a quoted string. */
export type Operand = Operation | { readonly kind: "value"; readonly value: GoValue };

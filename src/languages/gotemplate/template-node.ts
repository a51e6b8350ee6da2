// The tree of a Go template.

export type TemplateNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "action"; readonly pipeline: Pipeline }
  | {
      readonly kind: "if" | "with" | "range";
      readonly pipeline: Pipeline;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: "template"; readonly name: string; readonly pipeline?: Pipeline }
  | { readonly kind: "break" }
  | { readonly kind: "continue" };

export interface Pipeline {
  /** Names with `$`. */
  readonly variables: readonly string[];
  /** `=` instead of `:=`. */
  readonly isAssignment: boolean;
  readonly commands: readonly [Command, ...Command[]];
}

/** An operand and, where it is a function or method, its arguments. */
export type Command = readonly [Operand, ...Operand[]];

export type Operand =
  | { readonly kind: "dot" | "nil" }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string }
  | NumberOperand
  | { readonly kind: "function"; readonly name: string }
  /** `.a.b`, `$x.a.b` (with the variable's name) or `(…).a.b`. */
  | { readonly kind: "field"; readonly names: readonly string[] }
  | { readonly kind: "variable"; readonly name: string; readonly names: readonly string[] }
  | { readonly kind: "pipeline"; readonly pipeline: Pipeline; readonly names: readonly string[] }
  | { readonly kind: "call"; readonly name: string; readonly names: readonly string[] };

/** A constant may stand for an int and for a float: the parameter decides. */
export interface NumberOperand {
  readonly kind: "number";
  /** Where any value fits. */
  readonly constant: bigint | number;
  /** Undefined: not a whole number. */
  readonly integer: bigint | undefined;
  readonly float: number;
}

/** An operand that fields may be read from. */
export type NamedOperand = Extract<Operand, { readonly names: readonly string[] }>;

export function isNamed(operand: Operand): operand is NamedOperand {
  return "names" in operand;
}

export interface ParsedTemplate {
  readonly nodes: readonly TemplateNode[];
  readonly definitions: ReadonlyMap<string, readonly TemplateNode[]>;
}

// The syntax tree of an expression.
import type { GoValue } from "../go-value.ts";

export type Node =
  | { readonly kind: "nil" }
  | { readonly kind: "integer"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "bytes"; readonly value: string }
  /** What the optimizer made: a value that is known before the run. */
  | { readonly kind: "constant"; readonly value: GoValue }
  /** What the optimizer made of `x in ["a", "b"]`. */
  | { readonly kind: "in-strings"; readonly needle: Node; readonly strings: ReadonlySet<string> }
  | { readonly kind: "identifier"; readonly name: string }
  /** `#`, `#index` or `#acc` inside of a predicate. */
  | { readonly kind: "pointer"; readonly name: string }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Node }
  | BinaryNode
  /** The end of a chain of `?.`: nil anywhere in it is the result. */
  | { readonly kind: "chain"; readonly body: Node }
  | MemberNode
  | { readonly kind: "slice"; readonly object: Node; readonly from?: Node; readonly to?: Node }
  | { readonly kind: "call"; readonly callee: Node; readonly args: readonly Node[] }
  | BuiltinNode
  | { readonly kind: "predicate"; readonly body: Node }
  | { readonly kind: "let"; readonly name: string; readonly value: Node; readonly body: Node }
  | { readonly kind: "sequence"; readonly nodes: readonly Node[] }
  | { readonly kind: "conditional"; readonly condition: Node; readonly consequent: Node; readonly alternative: Node }
  | { readonly kind: "array"; readonly items: readonly Node[] }
  | { readonly kind: "map"; readonly pairs: readonly { readonly key: Node; readonly value: Node }[] };

export interface BinaryNode {
  readonly kind: "binary";
  readonly operator: string;
  readonly left: Node;
  readonly right: Node;
}

export interface MemberNode {
  readonly kind: "member";
  readonly object: Node;
  readonly property: Node;
  readonly isOptional: boolean;
  /** The callee of a call. */
  readonly isMethod: boolean;
}

export interface BuiltinNode {
  readonly kind: "builtin";
  readonly name: string;
  readonly args: readonly Node[];
  /** Of a fused `map(filter(…), …)`: what is made of each item that was found. */
  readonly mapped?: Node;
  /** Of `filter(…)[0]`: nothing found is an error. */
  readonly isStrict?: boolean;
}

/** What holds other expressions as they are. */
export type BlockNode = Extract<
  Node,
  { readonly kind: "predicate" | "let" | "sequence" | "conditional" | "array" | "map" }
>;

/** What computes something of other expressions. */
export type OperationNode =
  | BlockNode
  | Extract<Node, { readonly kind: "unary" | "binary" | "chain" | "member" | "slice" | "call" | "builtin" }>;

/** The direct children of a node, in source order. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "unary":
      return [node.operand];
    case "binary":
      return [node.left, node.right];
    case "chain":
    case "predicate":
      return [node.body];
    case "member":
      return [node.object, node.property];
    case "slice":
      return [node.object, node.from, node.to].filter((child) => child !== undefined);
    case "call":
      return [node.callee, ...node.args];
    case "builtin":
      return node.args;
    default:
      return childrenOfBlock(node);
  }
}

function childrenOfBlock(node: Node): readonly Node[] {
  switch (node.kind) {
    case "let":
      return [node.value, node.body];
    case "sequence":
      return node.nodes;
    case "conditional":
      return [node.condition, node.consequent, node.alternative];
    case "array":
      return node.items;
    case "map":
      return node.pairs.flatMap(({ key, value }) => [key, value]);
    case "in-strings":
      return [node.needle];
    default:
      return [];
  }
}

/** Visits a tree from the leaves up, in the order of expr-lang's own walk. */
export function walk(node: Node, visit: (node: Node) => void): void {
  for (const child of childrenOf(node)) walk(child, visit);
  visit(node);
}

// The rewriting that expr-lang does before it runs an expression. It matters because it changes what is evaluated:
// `x && false` never looks at x, and `filter(…)[0]` stops at the first item that is found.
import type { GoValue } from "../go-value.ts";
import type { Nature } from "./natures.ts";
import { calculate, negate } from "./operators.ts";
import type { BinaryNode, BuiltinNode, MemberNode, Node } from "./syntax.ts";

/** The tree as it will be evaluated. LanguageError for a division by zero that is written out. */
export function optimize(node: Node, natures: ReadonlyMap<Node, Nature>): Node {
  return new Optimizer(natures).rewrite(node);
}

class Optimizer {
  readonly #natures: ReadonlyMap<Node, Nature>;

  constructor(natures: ReadonlyMap<Node, Nature>) {
    this.#natures = natures;
  }

  rewrite(node: Node): Node {
    switch (node.kind) {
      case "unary":
        return foldUnary(node.operator, this.rewrite(node.operand));
      case "binary":
        return this.#rewriteBinary(node);
      case "chain":
      case "predicate":
        return { kind: node.kind, body: this.rewrite(node.body) };
      case "member":
        return rewriteMember({ ...node, object: this.rewrite(node.object), property: this.rewrite(node.property) });
      case "slice":
        return {
          kind: "slice",
          object: this.rewrite(node.object),
          ...(node.from === undefined ? {} : { from: this.rewrite(node.from) }),
          ...(node.to === undefined ? {} : { to: this.rewrite(node.to) }),
        };
      case "call":
        return { kind: "call", callee: this.rewrite(node.callee), args: this.#rewriteAll(node.args) };
      case "builtin":
        return rewriteBuiltin({ kind: "builtin", name: node.name, args: this.#rewriteAll(node.args) });
      default:
        return this.#rewriteBlock(node);
    }
  }

  #rewriteBlock(node: Node): Node {
    switch (node.kind) {
      case "let":
        return { kind: "let", name: node.name, value: this.rewrite(node.value), body: this.rewrite(node.body) };
      case "sequence":
        return { kind: "sequence", nodes: this.#rewriteAll(node.nodes) };
      case "conditional":
        return {
          kind: "conditional",
          condition: this.rewrite(node.condition),
          consequent: this.rewrite(node.consequent),
          alternative: this.rewrite(node.alternative),
        };
      case "array":
        return foldArray(this.#rewriteAll(node.items));
      case "map":
        return {
          kind: "map",
          pairs: node.pairs.map(({ key, value }) => ({ key: this.rewrite(key), value: this.rewrite(value) })),
        };
      default:
        return node;
    }
  }

  #rewriteAll(nodes: readonly Node[]): readonly Node[] {
    return nodes.map((node) => this.rewrite(node));
  }

  #rewriteBinary(node: BinaryNode): Node {
    const { operator } = node;
    const left = this.rewrite(node.left);
    if (operator === "in" && node.right.kind === "array") {
      const strings = node.right.items.map((item) => (item.kind === "string" ? item.value : undefined));
      if (strings.length > 0 && strings.every((item) => item !== undefined)) {
        return { kind: "in-strings", needle: left, strings: new Set(strings) };
      }
    }
    const rewritten: BinaryNode = { kind: "binary", operator, left, right: this.rewrite(node.right) };
    return this.#foldBinary(node, rewritten);
  }

  #foldBinary(original: BinaryNode, node: BinaryNode): Node {
    const { operator, left, right } = node;
    if (operator === "==" || operator === "!=") return foldEquality(node, this.#isSimple(original));
    if (operator === "and" || operator === "&&") return foldLogic(node, true);
    if (operator === "or" || operator === "||") return foldLogic(node, false);
    if (left.kind === "builtin" && left.name === "count" && left.args.length === 2) {
      return isAtLeastOne(operator, right) ? { kind: "builtin", name: "any", args: left.args } : node;
    }
    return foldArithmetic(node);
  }

  /** Both sides are known to be integers, or strings; then nothing else may come at run time, not even nil. */
  #isSimple({ left, right }: BinaryNode): boolean {
    const [one, other] = [this.#natures.get(left)?.type, this.#natures.get(right)?.type];
    return one === other && (one === "int" || one === "string");
  }
}

function isAtLeastOne(operator: string, limit: Node): boolean {
  if (limit.kind !== "integer") return false;
  return (operator === ">" && limit.value === 0n) || (operator === ">=" && limit.value === 1n);
}

function foldUnary(operator: string, operand: Node): Node {
  if (operator === "!" || operator === "not") {
    return operand.kind === "boolean"
      ? { kind: "boolean", value: !operand.value }
      : { kind: "unary", operator, operand };
  }
  if (operand.kind !== "integer" && operand.kind !== "float") return { kind: "unary", operator, operand };
  return operator === "-" ? numberNode(negate(operand.value)) : operand;
}

function foldLogic(node: BinaryNode, neutral: boolean): Node {
  const { left, right } = node;
  if (left.kind === "boolean" && left.value === neutral) return right;
  if (right.kind === "boolean" && right.value === neutral) return left;
  const isDecided = left.kind === "boolean" || right.kind === "boolean";
  return isDecided ? { kind: "boolean", value: !neutral } : node;
}

function foldEquality(node: BinaryNode, isSimple: boolean): Node {
  const { operator, left, right } = node;
  const isConstant = left.kind === "integer" || left.kind === "string" || left.kind === "boolean";
  if (isConstant && operator === "==" && right.kind === left.kind) {
    return { kind: "boolean", value: left.value === right.value };
  }
  return isSimple ? { ...node, operator: operator === "==" ? "== simple" : "!= simple" } : node;
}

function foldArithmetic(node: BinaryNode): Node {
  const { operator, left, right } = node;
  if (operator === "+" && left.kind === "string" && right.kind === "string") {
    return { kind: "string", value: left.value + right.value };
  }
  const isNumeric = (operand: Node): operand is Extract<Node, { kind: "integer" | "float" }> =>
    operand.kind === "integer" || operand.kind === "float";
  if (!/^(?:[-+*/^]|\*\*|%)$/.test(operator) || !isNumeric(left) || !isNumeric(right)) return node;
  return numberNode(calculate(operator, left.value, right.value));
}

function numberNode(value: GoValue): Node {
  return typeof value === "bigint" ? { kind: "integer", value } : { kind: "float", value: Number(value) };
}

function foldArray(items: readonly Node[]): Node {
  const values: GoValue[] = [];
  for (const item of items) {
    if (!("value" in item) || !["integer", "float", "string", "boolean"].includes(item.kind)) {
      return { kind: "array", items };
    }
    values.push(item.value as GoValue);
  }
  return values.length === 0 ? { kind: "array", items } : { kind: "constant", value: values };
}

function isFilter(node: Node | undefined): node is BuiltinNode {
  return node?.kind === "builtin" && node.name === "filter" && node.args.length === 2;
}

function rewriteMember(node: MemberNode): Node {
  const { object, property, isOptional } = node;
  if (isOptional || !isFilter(object) || property.kind !== "integer") return node;
  if (property.value === 0n) return { ...object, name: "find", isStrict: true };
  return property.value === -1n ? { ...object, name: "findLast", isStrict: true } : node;
}

function rewriteBuiltin(node: BuiltinNode): Node {
  const [list, body] = node.args;
  if (node.name === "sum" && body === undefined && list?.kind === "array" && list.items.length >= 2) {
    return list.items.reduceRight((right, left) => ({ kind: "binary", operator: "+", left, right }));
  }
  if (!isFilter(list)) return node;
  if (node.name === "map" && body?.kind === "predicate") return fuse(node, list, body.body);
  return node.args.length === 1 ? rewriteOfFilter(node, list) : node;
}

/** `map(filter(…), …)` makes its values while it filters, so `#index` would be another one. */
function fuse(node: BuiltinNode, filter: BuiltinNode, body: Node): Node {
  return filter.mapped === undefined && !usesIndex(body) ? { ...filter, mapped: body } : node;
}

function rewriteOfFilter(node: BuiltinNode, filter: BuiltinNode): Node {
  switch (node.name) {
    case "len":
      return { kind: "builtin", name: "count", args: filter.args };
    case "first":
      return { ...filter, name: "find" };
    case "last":
      return { ...filter, name: "findLast" };
    default:
      return node;
  }
}

function usesIndex(node: Node): boolean {
  return JSON.stringify(node, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value)).includes(
    '{"kind":"pointer","name":"index"}',
  );
}

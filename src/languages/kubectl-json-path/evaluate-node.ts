// What the nodes of a kubectl JSONPath template find. A missing key finds nothing; a missing index is an error.
import { sortedKeys } from "../go-json.ts";
import { goTypeName, printGoValue } from "../go-format.ts";
import { type GoValue, isGoList, isGoMap } from "../go-value.ts";
import { LanguageError, recover } from "../language-error.ts";
import { utf8Bytes } from "../utf8.ts";
import { compareValues } from "./compare-values.ts";
import type { ActionNode, ArrayBounds, PathNode } from "./nodes.ts";

export function evaluateNodes(nodes: readonly PathNode[], input: readonly GoValue[]): readonly GoValue[] {
  return nodes.reduce<readonly GoValue[]>((values, node) => evaluateNode(node, values), input);
}

function evaluateNode(node: PathNode, input: readonly GoValue[]): readonly GoValue[] {
  switch (node.kind) {
    case "text":
      return [node.text];
    case "number":
    case "boolean":
      return input.map(() => node.value);
    case "identifier":
      throw new LanguageError(`unrecognized identifier ${node.name}`);
    case "field":
      return input.filter(isGoMap).flatMap((map) => (Object.hasOwn(map, node.name) ? [map[node.name] ?? null] : []));
    case "wildcard":
      return input.flatMap(membersOf);
    case "recursive":
      return input.flatMap(descend);
    case "array":
      return input.filter((value) => value !== null).flatMap((value) => sliceOf(value, node.bounds));
    case "union":
      return node.lists.flatMap((list) => evaluateNodes(list.nodes, input));
    case "filter":
      return input.flatMap((value) => filter(value, node));
    case "action":
    default:
      return evaluateNodes(node.nodes, input);
  }
}

function membersOf(value: GoValue): readonly GoValue[] {
  if (isGoList(value)) return value;
  if (isGoMap(value)) return sortedKeys(value).map((key) => value[key] ?? null);
  return typeof value === "string" ? Array.from(utf8Bytes(value), BigInt) : [];
}

/** Everything that has members, from the outside in. */
function descend(value: GoValue): readonly GoValue[] {
  const members = membersOf(value);
  return members.length === 0 ? [] : [value, ...members.flatMap(descend)];
}

function sliceOf(value: GoValue, bounds: ArrayBounds): readonly GoValue[] {
  if (!isGoList(value)) throw new LanguageError(`${goTypeName(value)} is not array or slice`);
  const { length } = value;
  const [from, to] = resolveBounds(bounds, length);
  if (from === to) return [];
  checkIndex(from, { isFit: from >= 0 && from < length, length });
  checkIndex(to - 1, { isFit: to >= 0 && to <= length, length });
  if (from > to) throw new LanguageError(`starting index ${from} is greater than ending index ${to}`);
  const { step = 1 } = bounds;
  if (step <= 0) throw new LanguageError("step must be > 0");
  return value.slice(from, to).filter((_item, at) => at % step === 0);
}

/** Negative bounds count from the end. */
function resolveBounds(bounds: ArrayBounds, length: number): readonly [from: number, to: number] {
  const { from = 0, to = length, isToDerived } = bounds;
  const isFromEnd = to < 0 || (to === 0 && isToDerived);
  return [from < 0 ? from + length : from, isFromEnd ? to + length : to];
}

function checkIndex(index: number, { isFit, length }: { isFit: boolean; length: number }): void {
  if (!isFit) throw new LanguageError(`array index out of bounds: index ${index}, length ${length}`);
}

type Filter = Extract<PathNode, { kind: "filter" }>;

function filter(value: GoValue, node: Filter): readonly GoValue[] {
  if (!isGoList(value)) {
    throw new LanguageError(`${printGoValue(value)} is not array or slice and cannot be filtered`);
  }
  return value.filter((item) => (node.operator === "exists" ? exists(node.left, item) : passes(node, item)));
}

/** Where the path fails, client-go still has the item itself, and takes it. */
function exists(path: ActionNode, item: GoValue): boolean {
  return recover(
    () => evaluateNodes(path.nodes, [item]).length > 0,
    () => true,
  );
}

function passes({ left, operator, right }: Filter, item: GoValue): boolean {
  const leftValue = onlyValue(left, item);
  if (leftValue === undefined) return false;
  const rightValue = onlyValue(right, item);
  return rightValue !== undefined && compareValues(operator, leftValue, rightValue);
}

function onlyValue(path: ActionNode, item: GoValue): GoValue | undefined {
  const values = evaluateNodes(path.nodes, [item]);
  if (values.length > 1) throw new LanguageError("can only compare one element at a time");
  return values[0];
}

// The builtins that evaluate a predicate for the items of a list.
import { goTypeName } from "../go-format.ts";
import { type GoValue, isGoMap } from "../go-value.ts";
import { utf8Bytes } from "../utf8.ts";
import { LanguageError } from "../language-error.ts";
import { getMember } from "./members.ts";
import { calculate, isLess } from "./operators.ts";
import type { BuiltinNode, Node } from "./syntax.ts";
import { entriesOf, integerOf, itemsOf, TypedInteger, TypedMap } from "./typed-values.ts";

/** What `#`, `#index` and `#acc` stand for. */
export interface PredicateFrame {
  readonly items: readonly GoValue[];
  index: number;
  accumulator: GoValue;
}

/** The evaluator as this part sees it. */
export interface NodeEvaluator {
  evaluate(node: Node): GoValue;
  evaluateIn(frame: PredicateFrame, node: Node): GoValue;
  grow(size: number): void;
}

interface Loop {
  readonly evaluator: NodeEvaluator;
  readonly node: BuiltinNode;
  readonly frame: PredicateFrame;
  /** The predicate for the item at an index; the item itself where there is no predicate. */
  valueAt(index: number): GoValue;
  isTrueAt(index: number): boolean;
}

type PredicateBuiltin = (loop: Loop) => GoValue;

const builtins: ReadonlyMap<string, PredicateBuiltin> = new Map<string, PredicateBuiltin>([
  ["all", (loop) => indexesOf(loop).every((index) => loop.isTrueAt(index))],
  ["none", (loop) => !indexesOf(loop).some((index) => loop.isTrueAt(index))],
  ["any", (loop) => indexesOf(loop).some((index) => loop.isTrueAt(index))],
  ["one", (loop) => indexesOf(loop).filter((index) => loop.isTrueAt(index)).length === 1],
  ["count", (loop) => BigInt(indexesOf(loop).filter((index) => loop.isTrueAt(index)).length)],
  ["filter", filter],
  ["map", mapItems],
  ["find", (loop) => find(loop, indexesOf(loop))],
  ["findLast", (loop) => find(loop, indexesOf(loop).reverse())],
  ["findIndex", (loop) => findIndex(loop, indexesOf(loop))],
  ["findLastIndex", (loop) => findIndex(loop, indexesOf(loop).reverse())],
  ["sum", (loop) => indexesOf(loop).reduce<GoValue>((sum, index) => calculate("+", loop.valueAt(index), sum), 0n)],
  ["groupBy", groupBy],
  ["sortBy", sortBy],
  ["reduce", reduce],
]);

export function isPredicateBuiltin(name: string): boolean {
  return builtins.has(name);
}

export function callPredicateBuiltin(evaluator: NodeEvaluator, node: BuiltinNode): GoValue {
  const [list, body] = node.args;
  const builtin = builtins.get(node.name);
  if (list === undefined || builtin === undefined) throw new LanguageError(`unknown builtin ${node.name}`);
  const collection = evaluator.evaluate(list);
  const items = itemsOf(collection) ?? itemsByReflection(collection);
  if (items === undefined) {
    throw new LanguageError(`builtin ${node.name} takes only array (got ${goTypeName(collection)})`);
  }
  const frame: PredicateFrame = { items, index: 0, accumulator: null };
  const valueAt = (index: number): GoValue => {
    frame.index = index;
    return body === undefined ? (items[index] ?? null) : evaluator.evaluateIn(frame, body);
  };
  return builtin({ evaluator, node, frame, valueAt, isTrueAt: (index) => requireBoolean(valueAt(index)) });
}

/** What has a length in Go can be walked: strings by bytes, and maps as long as they are empty. */
function itemsByReflection(collection: GoValue): readonly GoValue[] | undefined {
  if (typeof collection === "string") {
    return Array.from(utf8Bytes(collection), (byte) => new TypedInteger("uint8", BigInt(byte)));
  }
  return entriesOf(collection)?.length === 0 ? [] : undefined;
}

function indexesOf({ frame }: Loop): number[] {
  return [...frame.items.keys()];
}

function requireBoolean(value: GoValue): boolean {
  if (typeof value !== "boolean") {
    throw new LanguageError(`interface conversion: interface {} is ${goTypeName(value)}, not bool`);
  }
  return value;
}

/** The item at an index, or what a fused `map` makes of it. */
function itemAt({ evaluator, node, frame }: Loop, index: number): GoValue {
  frame.index = index;
  return node.mapped === undefined ? (frame.items[index] ?? null) : evaluator.evaluateIn(frame, node.mapped);
}

function filter(loop: Loop): GoValue {
  const found: GoValue[] = [];
  for (const index of indexesOf(loop)) {
    if (loop.isTrueAt(index)) found.push(itemAt(loop, index));
  }
  loop.evaluator.grow(found.length);
  return found;
}

function mapItems(loop: Loop): GoValue {
  const values = indexesOf(loop).map((index) => loop.valueAt(index));
  loop.evaluator.grow(values.length);
  return values;
}

function find(loop: Loop, indexes: readonly number[]): GoValue {
  const index = indexes.find((each) => loop.isTrueAt(each));
  if (index !== undefined) return itemAt(loop, index);
  if (loop.node.isStrict === true) throw new LanguageError("reflect: slice index out of range");
  return null;
}

function findIndex(loop: Loop, indexes: readonly number[]): GoValue {
  const index = indexes.find((each) => loop.isTrueAt(each));
  return index === undefined ? null : BigInt(index);
}

function groupBy(loop: Loop): GoValue {
  const groups: { key: GoValue; items: GoValue[] }[] = [];
  for (const index of indexesOf(loop)) {
    const key = loop.valueAt(index);
    const isHere = (group: { key: GoValue }): boolean =>
      group.key === key ||
      (typeof key === "object" && integerOf(key) !== undefined && integerOf(key) === integerOf(group.key));
    const group = groups.find(isHere);
    const item = loop.frame.items[index] ?? null;
    if (group === undefined) groups.push({ key, items: [item] });
    else group.items.push(item);
  }
  return new TypedMap(
    "map[interface {}][]interface {}",
    groups.map(({ key, items }) => [key, items]),
  );
}

function sortBy(loop: Loop): GoValue {
  const [, , orderNode] = loop.node.args;
  const order = orderNode === undefined ? "asc" : loop.evaluator.evaluate(orderNode);
  if (order !== "asc" && order !== "desc") throw new LanguageError("unknown order, use asc or desc");
  const rows = indexesOf(loop).map((index) => ({
    value: sortValueAt(loop, index),
    item: loop.frame.items[index] ?? null,
  }));
  loop.evaluator.grow(rows.length);
  return sortValues(rows, ({ value }) => value, order).map(({ item }) => item);
}

/** In Argo Events the second argument is the name of a field, and not a predicate. */
function sortValueAt(loop: Loop, index: number): GoValue {
  const value = loop.valueAt(index);
  if (loop.node.args[1]?.kind === "predicate") return value;
  const [item = null] = loop.frame.items.slice(index, index + 1);
  return isGoMap(item) ? getMember(item, value) : item;
}

/** A stable sort; LanguageError where two values cannot be compared. */
export function sortValues<T>(rows: readonly T[], valueOf: (row: T) => GoValue, order: "asc" | "desc"): T[] {
  const sign = order === "asc" ? 1 : -1;
  return rows.toSorted((left, right) => {
    if (isLess(valueOf(left), valueOf(right))) return -sign;
    return isLess(valueOf(right), valueOf(left)) ? sign : 0;
  });
}

function reduce(loop: Loop): GoValue {
  const [, , initial] = loop.node.args;
  const { frame, evaluator } = loop;
  let indexes = indexesOf(loop);
  if (initial === undefined) {
    if (frame.items.length === 0) throw new LanguageError("reduce of empty array with no initial value");
    frame.accumulator = frame.items[0] ?? null;
    indexes = indexes.slice(1);
  } else {
    frame.accumulator = evaluator.evaluate(initial);
  }
  for (const index of indexes) frame.accumulator = loop.valueAt(index);
  return frame.accumulator;
}

// Builtins about lists and maps.
import { goTypeName, printGoValue } from "../go-format.ts";
import type { GoValue } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { type Builtin, type BuiltinContext, listAt, stringAt } from "./builtin.ts";
import { getMember } from "./members.ts";
import { isEqual } from "./operators.ts";
import { sortValues } from "./predicates.ts";
import { entriesOf, integerOf, itemsOf, nilList, TypedList, TypedMap } from "./typed-values.ts";

export const collectionBuiltins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ["first", ([list = null]) => getEnd(list, 0n)],
  ["last", ([list = null]) => getEnd(list, -1n)],
  ["get", ([object = null, key = null]) => getMember(object, key)],
  ["take", take],
  ["keys", (args) => entriesAt(args, "get keys from").map(([key]) => key)],
  ["values", (args) => entriesAt(args, "get values from").map(([, value]) => value)],
  [
    "toPairs",
    (args) =>
      new TypedList(
        "[][2]interface {}",
        entriesAt(args, "transform to pairs").map(([key, value]) => [key, value]),
      ),
  ],
  [
    "fromPairs",
    (args) => new TypedMap("map[interface {}]interface {}", listAt(args, "transform from pairs").map(toPair)),
  ],
  ["reverse", (args, { grow }) => grown(listAt(args, "reverse").toReversed(), grow)],
  ["uniq", (args) => unique(listAt(args, "uniq"))],
  [
    "concat",
    (args, { grow }) =>
      orNil(
        grown(
          args.flatMap((list) => listAt([list], "concat")),
          grow,
        ),
      ),
  ],
  ["flatten", (args, { grow }) => grown(flatten(listAt(args, "flatten")), grow)],
  ["sort", sort],
]);

function grown(items: readonly GoValue[], grow: (size: number) => void): readonly GoValue[] {
  grow(items.length);
  return items;
}

/** Go appends to nil, so nothing appended is nil. */
function orNil(items: readonly GoValue[]): GoValue {
  return items.length === 0 ? nilList() : items;
}

/** Nothing at all where there is no such end, whatever the value is. */
function getEnd(list: GoValue, index: bigint): GoValue {
  return itemsOf(list) === undefined && typeof list !== "string" ? null : getMember(list, index);
}

function take(args: readonly GoValue[]): GoValue {
  const items = listAt(args, "take from");
  const [list, wanted = null] = args;
  const count = integerOf(wanted);
  if (count === undefined) throw new LanguageError(`cannot take ${goTypeName(wanted)} elements`);
  if (count < 0n) throw new LanguageError("reflect.Value.Slice: slice index out of bounds");
  const part = items.slice(0, Number(count));
  return list instanceof TypedList ? new TypedList(list.goType, part) : part;
}

function entriesAt([map = null]: readonly GoValue[], action: string): readonly (readonly [GoValue, GoValue])[] {
  const entries = entriesOf(map);
  if (entries === undefined) throw new LanguageError(`cannot ${action} ${goTypeName(map)}`);
  return entries;
}

function toPair(pair: GoValue): readonly [GoValue, GoValue] {
  const items = itemsOf(pair);
  if (items === undefined) throw new LanguageError(`invalid pair ${printGoValue(pair)}`);
  if (items.length !== 2) throw new LanguageError(`invalid pair length ${printGoValue(pair)}`);
  const [key = null, value = null] = items;
  return [key, value];
}

function unique(items: readonly GoValue[]): readonly GoValue[] {
  const found: GoValue[] = [];
  for (const item of items) {
    if (!found.some((each) => isEqual(item, each))) found.push(item);
  }
  return found;
}

function flatten(items: readonly GoValue[]): readonly GoValue[] {
  return items.flatMap((item) => {
    const inner = itemsOf(item);
    return inner === undefined ? [item] : flatten(inner);
  });
}

function sort(args: readonly GoValue[], { grow }: BuiltinContext): GoValue {
  const order = args.length === 2 ? stringAt(args, 1) : "asc";
  if (order !== "asc" && order !== "desc") throw new LanguageError(`invalid order ${order}, expected asc or desc`);
  const [list = null] = args;
  const items = itemsOf(list);
  if (items === undefined) return nilList();
  return grown(
    sortValues(items, (item) => item, order),
    grow,
  );
}

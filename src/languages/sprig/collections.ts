// Sprig's functions on lists and dicts. Where Go changes a dict in place (set, unset, merge), so do these.
import { sortedKeys, compareCodePoints } from "../go-json.ts";
import type { GoFunction } from "../go-function.ts";
import { isGoList, isGoMap, type GoMap, type GoValue } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { countOf, isDeepEqual, isEmpty, kindOf, listOf, mapOf, newMap, textOf, textsOf } from "./conversions.ts";
import { alias, declare } from "./sprig-function.ts";

type MutableMap = Record<string, GoValue>;

/** Functions that exist a second time as `mustX`; both fail in the same cases here, because panics are failures too. */
function withMust(callee: GoFunction, ...others: readonly string[]): readonly GoFunction[] {
  const names = [callee.name, ...others];
  return alias(callee, ...others, ...names.map((name) => `must${name.charAt(0).toUpperCase()}${name.slice(1)}`));
}

export const LIST_FUNCTIONS: readonly GoFunction[] = [
  ...alias(
    declare("list ...any", (values) => values),
    "tuple",
  ),
  ...withMust(
    declare("append any any", ([list, value = null]) => [...listOf(list, "push"), value]),
    "push",
  ),
  ...withMust(declare("prepend any any", ([list, value = null]) => [value, ...listOf(list, "prepend")])),
  ...withMust(declare("first any", ([list]) => listOf(list, "find first").at(0) ?? null)),
  ...withMust(declare("last any", ([list]) => listOf(list, "find last").at(-1) ?? null)),
  ...withMust(declare("rest any", ([list]) => beforeEmpty(listOf(list, "find rest"))?.slice(1) ?? null)),
  ...withMust(declare("initial any", ([list]) => beforeEmpty(listOf(list, "find initial"))?.slice(0, -1) ?? null)),
  ...withMust(declare("reverse any", ([list]) => listOf(list, "find reverse").toReversed())),
  ...withMust(declare("compact any", ([list]) => listOf(list, "compact").filter((value) => !isEmpty(value)))),
  ...withMust(declare("uniq any", ([list]) => unique(listOf(list, "find uniq")))),
  ...withMust(
    declare("without any ...any", ([list, ...omitted]) =>
      listOf(list, "find without").filter((value) => !includes(omitted, value)),
    ),
  ),
  ...withMust(
    declare("has any any", ([needle = null, list]) => list !== null && includes(listOf(list, "find has"), needle)),
  ),
  ...withMust(declare("slice any ...any", ([list, ...indices]) => slice(listOf(list, "slice"), indices))),
  ...withMust(
    declare("chunk int any -> [][]interface {}", ([size, list]) => chunk(countOf(size), listOf(list, "chunk"))),
  ),
  declare("concat ...any", (lists) => lists.flatMap((list) => listOf(list, "concat"))),
  declare("sortAlpha any -> []string", ([list]) => [...textsOf(list)].sort(compareCodePoints)),
];

export const DICT_FUNCTIONS: readonly GoFunction[] = [
  declare("dict ...any", (values) => dictOf(values)),
  declare("get map string", ([map, key]) => ownValue(mapOf(map), textOf(key)) ?? (hasKey(map, key) ? null : "")),
  declare("set map string any", ([map, key, value = null]) => assign(map, [[textOf(key), value]])),
  declare("unset map string", ([map, key]) => {
    const target = mutable(map);
    delete target[textOf(key)];
    return target;
  }),
  declare("hasKey map string", ([map, key]) => hasKey(map, key)),
  declare("pluck string ...map", ([key, ...maps]) =>
    maps.filter((map) => hasKey(map, key)).map((map) => mapOf(map)[textOf(key)] ?? null),
  ),
  declare("keys ...map -> []string", (maps) => maps.flatMap((map) => sortedKeys(mapOf(map)))),
  declare("values map", ([map]) => sortedKeys(mapOf(map)).map((key) => mapOf(map)[key] ?? null)),
  declare("pick map ...string", ([map, ...keys]) => filterKeys(mapOf(map), (key) => keys.includes(key))),
  declare("omit map ...string", ([map, ...keys]) => filterKeys(mapOf(map), (key) => !keys.includes(key))),
  ...withMust(declare("merge map ...map", ([target, ...sources]) => mergeAll(target, sources, false))),
  ...withMust(declare("mergeOverwrite map ...map", ([target, ...sources]) => mergeAll(target, sources, true))),
  ...withMust(declare("deepCopy any", ([value = null]) => deepCopy(value))),
  declare("dig ...any", (values) => dig(values)),
];

/** Of an empty list Go's functions give nil, not an empty list. */
function beforeEmpty(list: readonly GoValue[]): readonly GoValue[] | undefined {
  return list.length === 0 ? undefined : list;
}

function includes(list: readonly GoValue[], wanted: GoValue): boolean {
  return list.some((value) => isDeepEqual(value, wanted));
}

function unique(list: readonly GoValue[]): readonly GoValue[] {
  return list.filter((value, at) => list.findIndex((other) => isDeepEqual(value, other)) === at);
}

function slice(list: readonly GoValue[], indices: readonly GoValue[]): GoValue {
  if (list.length === 0) return null;
  const from = countOf(indices[0] ?? 0n);
  const to = indices.length < 2 ? list.length : countOf(indices[1]);
  if (from < 0 || to < from || to > list.length) {
    throw new LanguageError(`runtime error: slice bounds out of range [${from}:${to}]`);
  }
  return list.slice(from, to);
}

function chunk(size: number, list: readonly GoValue[]): GoValue {
  if (size <= 0) throw new LanguageError("runtime error: integer divide by zero");
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}

function dictOf(values: readonly GoValue[]): GoMap {
  const entries: [string, GoValue][] = [];
  for (let at = 0; at < values.length; at += 2) {
    entries.push([textOf(values[at]), at + 1 < values.length ? (values[at + 1] ?? null) : ""]);
  }
  return newMap(entries);
}

function hasKey(map: GoValue | undefined, key: GoValue | undefined): boolean {
  return Object.hasOwn(mapOf(map), textOf(key));
}

function ownValue(map: GoMap, key: string): GoValue | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** The same object, which the language may change. */
function mutable(map: GoValue | undefined): MutableMap {
  if (map === null || map === undefined) throw new LanguageError("assignment to entry in nil map");
  return mapOf(map);
}

function assign(map: GoValue | undefined, entries: readonly (readonly [string, GoValue])[]): GoValue {
  const target = mutable(map);
  for (const [key, value] of entries) {
    // Not a plain assignment: `__proto__` is a key like any other.
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  }
  return target;
}

function filterKeys(map: GoMap, keeps: (key: string) => boolean): GoMap {
  return newMap(Object.entries(map).filter(([key]) => keeps(key)));
}

const MERGE_DEPTH_MAX = 100;

function mergeAll(target: GoValue | undefined, sources: readonly GoValue[], overwrites: boolean): GoValue {
  for (const source of sources) mergeInto(mutable(target), mapOf(source), { overwrites, depth: 0 });
  return target ?? null;
}

interface MergeOptions {
  readonly overwrites: boolean;
  readonly depth: number;
}

/** As mergo: maps are merged, other values replace what is missing or empty, or everything when it overwrites. */
function mergeInto(target: MutableMap, source: GoMap, { overwrites, depth }: MergeOptions): void {
  if (depth > MERGE_DEPTH_MAX) throw new LanguageError("merge: nested too deeply");
  for (const [key, value] of Object.entries(source)) {
    const present = ownValue(target, key);
    if (present !== undefined && isGoMap(present) && isGoMap(value)) {
      mergeInto(present, value, { overwrites, depth: depth + 1 });
    } else if (isEmpty(present) || (overwrites && !(isGoList(value) && value.length === 0))) {
      assign(target, [[key, value]]);
    }
  }
}

function deepCopy(value: GoValue): GoValue {
  if (isGoList(value)) return value.map(deepCopy);
  if (!isGoMap(value)) return value;
  return newMap(Object.entries(value).map(([key, item]) => [key, deepCopy(item)]));
}

/** `dig "a" "b" "default" map`: the value at the path, or the default. */
function dig(values: readonly GoValue[]): GoValue {
  if (values.length < 3) throw new LanguageError("dig needs at least three arguments");
  const keys = values.slice(0, -2);
  const fallback = values.at(-2) ?? null;
  let at: GoValue = values.at(-1) ?? null;
  for (const key of keys) {
    if (!isGoMap(at)) throw new LanguageError(`dig: ${kindOf(at)} is not a map`);
    if (!Object.hasOwn(at, textOf(key))) return fallback;
    at = at[textOf(key)] ?? null;
  }
  return at;
}

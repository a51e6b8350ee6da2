// Values whose Go type a plain value does not show: int64, []string, map[any]any, functions, time zones.
import { printGoValue } from "../go-format.ts";
import { type GoFunction } from "../go-function.ts";
import { GoObject, type GoMap, type GoValue, isGoList, isGoMap } from "../go-value.ts";
import type { GoZone } from "../go-zone.ts";
import { LanguageError } from "../language-error.ts";

/** A Go integer that is not `int`. */
export class TypedInteger extends GoObject {
  readonly goType: string;
  readonly value: bigint;

  constructor(goType: string, value: bigint) {
    super();
    this.goType = goType;
    this.value = value;
  }

  override toString(): string {
    return String(this.value);
  }

  override toJsonValue(): GoValue {
    return this.value;
  }

  override method(): undefined {
    return undefined;
  }
}

/** A Go slice that is not `[]any`. */
export class TypedList extends GoObject {
  readonly goType: string;
  readonly items: readonly GoValue[];

  constructor(goType: string, items: readonly GoValue[]) {
    super();
    this.goType = goType;
    this.items = items;
  }

  override toString(): string {
    return printGoValue(this.items);
  }

  override toJsonValue(): GoValue {
    if (isNil(this)) return null;
    if (this.goType !== "[]uint8") return this.items;
    const bytes = this.items.map((item) => Number(integerOf(item)));
    return btoa(String.fromCharCode(...bytes));
  }

  override method(): undefined {
    return undefined;
  }
}

/** The slice that is nil: a list without elements whose JSON is null. */
export function nilList(): TypedList {
  return new TypedList("[]interface {}", []);
}

export function isNil(value: GoValue): boolean {
  return value === null || (value instanceof TypedList && value.goType === "[]interface {}");
}

/** A Go map that is not `map[string]any`. Keys of other types have no JSON. */
export class TypedMap extends GoObject {
  readonly goType: string;
  readonly entries: ReadonlyMap<string, readonly [key: GoValue, value: GoValue]>;

  constructor(goType: string, entries: Iterable<readonly [key: GoValue, value: GoValue]>) {
    super();
    this.goType = goType;
    this.entries = new Map(Array.from(entries, (entry) => [keyOf(entry[0]), entry] as const));
  }

  get(key: GoValue): GoValue | undefined {
    return this.entries.get(keyOf(key))?.[1];
  }

  override toString(): string {
    const parts = Array.from(this.entries.values(), (entry) => entry.map(printGoValue).join(":"));
    return `map[${parts.sort().join(" ")}]`;
  }

  override toJsonValue(): GoValue {
    if (!this.goType.startsWith("map[string]")) throw new LanguageError(`json: unsupported type: ${this.goType}`);
    return Object.fromEntries(this.entries.values()) as GoMap;
  }

  override method(): undefined {
    return undefined;
  }
}

/** A function as a value. */
export class FunctionValue extends GoObject {
  readonly goType: string;
  readonly callee: GoFunction;
  /** Whether the function knows the values of this file; else it gets plain data. */
  readonly takesGoTypes: boolean;

  constructor(callee: GoFunction, options: { readonly goType?: string; readonly takesGoTypes?: boolean } = {}) {
    super();
    this.callee = callee;
    this.goType = options.goType ?? "func";
    this.takesGoTypes = options.takesGoTypes ?? false;
  }

  override toString(): string {
    return this.goType;
  }

  override toJsonValue(): GoValue {
    throw new LanguageError(`json: unsupported type: ${this.goType}`);
  }

  override method(): undefined {
    return undefined;
  }
}

/** A time zone, for `now` and `date`. */
export class LocationValue extends GoObject {
  readonly goType = "*time.Location";
  readonly zone: GoZone;

  constructor(zone: GoZone) {
    super();
    this.zone = zone;
  }

  override toString(): string {
    return this.zone.name;
  }

  override toJsonValue(): GoValue {
    return {};
  }

  override method(name: string): (() => GoValue) | undefined {
    return name === "String" ? () => this.zone.name : undefined;
  }
}

/** The value of a function that is declared to return `goType`. */
export function withGoType(value: GoValue, goType: string | undefined): GoValue {
  if (goType === undefined) return value;
  if (typeof value === "bigint" && goType !== "int") return new TypedInteger(goType, value);
  if (isGoList(value) && goType.startsWith("[]") && goType !== "[]interface {}") return new TypedList(goType, value);
  if (isGoMap(value) && goType === "map[string]string") return new TypedMap(goType, Object.entries(value));
  return value;
}

/** The same value of plain data, for functions and callers that know no Go types. */
export function withoutGoTypes(value: GoValue): GoValue {
  if (value instanceof TypedInteger) return value.value;
  if (value instanceof TypedList) return value.items.map(withoutGoTypes);
  if (value instanceof TypedMap) {
    return Object.fromEntries(
      Array.from(value.entries.values(), ([key, item]) => [printGoValue(key), withoutGoTypes(item)]),
    );
  }
  if (isGoList(value)) return value.map(withoutGoTypes);
  if (!isGoMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutGoTypes(item)]));
}

/** The elements of any list. */
export function itemsOf(value: GoValue): readonly GoValue[] | undefined {
  if (value instanceof TypedList) return value.items;
  return isGoList(value) ? value : undefined;
}

/** The keys and values of any map. */
export function entriesOf(value: GoValue): readonly (readonly [GoValue, GoValue])[] | undefined {
  if (value instanceof TypedMap) return [...value.entries.values()];
  return isGoMap(value) ? Object.entries(value) : undefined;
}

/** The value of any integer but durations, which are no numbers to expr-lang. */
export function integerOf(value: GoValue): bigint | undefined {
  if (value instanceof TypedInteger) return value.value;
  return typeof value === "bigint" ? value : undefined;
}

export function numberOf(value: GoValue): number | undefined {
  if (typeof value === "number") return value;
  const integer = integerOf(value);
  return integer === undefined ? undefined : Number(integer);
}

/** Go compares keys with their types: int 1 is not float64 1. */
function keyOf(key: GoValue): string {
  if (typeof key === "string") return `s${key}`;
  if (itemsOf(key) !== undefined || entriesOf(key) !== undefined) {
    throw new LanguageError("runtime error: hash of unhashable type");
  }
  const type = key instanceof GoObject ? key.goType : typeof key;
  return `${type} ${printGoValue(key)}`;
}

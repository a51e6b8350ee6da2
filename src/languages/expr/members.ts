// Members of values: elements of lists, values of maps, bytes of strings, methods; and slices.
import { goTypeName, printGoValue } from "../go-format.ts";
import { type GoValue, isGoMap } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { utf8Bytes, utf8Slice } from "../utf8.ts";
import { methodOf } from "./methods.ts";
import { stringKey } from "./operators.ts";
import { itemsOf, numberOf, TypedInteger, TypedList, TypedMap } from "./typed-values.ts";

/** `object[key]`. LanguageError for an index out of range, and for what has no members. */
export function fetchMember(object: GoValue, key: GoValue): GoValue {
  const found = findMember(object, key);
  if (found === undefined) throw new LanguageError(`cannot fetch ${printGoValue(key)} from ${goTypeName(object)}`);
  if (found === "out of range") {
    throw new LanguageError(`index out of range: ${printGoValue(key)} (array length is ${elementsOf(object)?.length})`);
  }
  return found.value;
}

/** The member of `get(object, key)`: nil where `fetchMember` would fail for its absence. */
export function getMember(object: GoValue, key: GoValue): GoValue {
  const found = findMember(object, key);
  return found === undefined || found === "out of range" ? null : found.value;
}

function findMember(object: GoValue, key: GoValue): { value: GoValue } | "out of range" | undefined {
  const method = typeof key === "string" ? methodOf(object, key) : undefined;
  if (method !== undefined) return { value: method };
  const elements = elementsOf(object);
  if (elements !== undefined) return elementAt(elements, key);
  if (object instanceof TypedMap) {
    const isOfStrings = object.goType.startsWith("map[string]");
    const zero = object.goType === "map[string]string" ? "" : null;
    return { value: object.get(isOfStrings ? stringKey(key) : key) ?? zero };
  }
  if (!isGoMap(object)) return undefined;
  const name = stringKey(key);
  return { value: Object.hasOwn(object, name) ? (object[name] ?? null) : null };
}

/** The elements of a list, the bytes of a string. */
function elementsOf(object: GoValue): readonly GoValue[] | undefined {
  if (typeof object !== "string") return itemsOf(object);
  return Array.from(utf8Bytes(object), (byte) => new TypedInteger("uint8", BigInt(byte)));
}

function elementAt(elements: readonly GoValue[], key: GoValue): { value: GoValue } | "out of range" {
  const index = toIndex(key);
  const position = index < 0 ? elements.length + index : index;
  if (position < 0 || position >= elements.length) return "out of range";
  const [value = null] = elements.slice(position, position + 1);
  return { value };
}

/** A number as an index; a fraction is cut off. */
export function toIndex(value: GoValue): number {
  const number = numberOf(value);
  if (number === undefined) throw new LanguageError(`invalid operation: int(${goTypeName(value)})`);
  return Math.trunc(number);
}

/** `object[from:to]`: bounds beyond the ends are moved to them. Strings are cut by bytes. */
export function sliceOf(object: GoValue, from: GoValue | undefined, to: GoValue | undefined): GoValue {
  const elements = elementsOf(object);
  if (elements === undefined) throw new LanguageError(`cannot slice ${goTypeName(object)}`);
  const { length } = elements;
  const end = Math.min(boundOf(to, length, length), length);
  const start = Math.min(boundOf(from, 0, length), end);
  if (typeof object === "string") return utf8Slice(object, start, end);
  const part = elements.slice(start, end);
  return object instanceof TypedList ? new TypedList(object.goType, part) : part;
}

function boundOf(value: GoValue | undefined, missing: number, length: number): number {
  const index = value === undefined ? missing : toIndex(value);
  return index < 0 ? Math.max(length + index, 0) : index;
}

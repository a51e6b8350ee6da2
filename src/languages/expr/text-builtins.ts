// Builtins about strings, and those that write and read texts of values.
import { goTypeName, printGoValue } from "../go-format.ts";
import { readJson, writeJson } from "../go-json.ts";
import type { GoValue } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { utf8Bytes, utf8Length, utf8Text } from "../utf8.ts";
import { type Builtin, type BuiltinContext, stringAt } from "./builtin.ts";
import { toIndex } from "./members.ts";
import { itemsOf, TypedList } from "./typed-values.ts";

export const textBuiltins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ["string", ([value = null]) => printGoValue(value)],
  [
    "trim",
    (args) => (args.length === 1 ? trimSpace(stringAt(args, 0)) : trimSet(stringAt(args, 0), stringAt(args, 1))),
  ],
  ["trimPrefix", (args) => trimPrefix(stringAt(args, 0), args.length === 2 ? stringAt(args, 1) : " ")],
  ["trimSuffix", (args) => trimSuffix(stringAt(args, 0), args.length === 2 ? stringAt(args, 1) : " ")],
  ["upper", (args) => mapLetters(stringAt(args, 0), (letter) => letter.toUpperCase())],
  ["lower", (args) => mapLetters(stringAt(args, 0), (letter) => letter.toLowerCase())],
  ["split", (args) => strings(split(stringAt(args, 0), stringAt(args, 1), countAt(args, 2)))],
  ["splitAfter", splitAfter],
  ["replace", (args) => replace([stringAt(args, 0), stringAt(args, 1), stringAt(args, 2)], countAt(args, 3))],
  ["repeat", repeat],
  ["join", join],
  ["indexOf", (args) => byteIndex(stringAt(args, 0), stringAt(args, 0).indexOf(stringAt(args, 1)))],
  ["lastIndexOf", (args) => byteIndex(stringAt(args, 0), stringAt(args, 0).lastIndexOf(stringAt(args, 1)))],
  ["hasPrefix", (args) => stringAt(args, 0).startsWith(stringAt(args, 1))],
  ["hasSuffix", (args) => stringAt(args, 0).endsWith(stringAt(args, 1))],
  ["toJSON", ([value = null]) => writeJson(value, { indent: "  " })],
  ["fromJSON", (args) => readJson(stringAt(args, 0))],
  ["toBase64", (args) => btoa(String.fromCharCode(...utf8Bytes(stringAt(args, 0))))],
  ["fromBase64", (args) => fromBase64(stringAt(args, 0))],
]);

const goSpaces = "\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000";
const outerSpaces = new RegExp(`^[${goSpaces}]+|[${goSpaces}]+$`, "g");

function trimSpace(text: string): string {
  return text.replace(outerSpaces, "");
}

function trimSet(text: string, set: string): string {
  const characters = Array.from(text);
  const isKept = (character: string): boolean => !Array.from(set).includes(character);
  const first = characters.findIndex(isKept);
  return first === -1 ? "" : characters.slice(first, characters.findLastIndex(isKept) + 1).join("");
}

function trimPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

function trimSuffix(text: string, suffix: string): string {
  return text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text;
}

/** Go changes letter by letter: what would become two letters stays. */
function mapLetters(text: string, change: (letter: string) => string): string {
  return Array.from(text, (letter) => {
    const changed = change(letter);
    return Array.from(changed).length === 1 ? changed : letter;
  }).join("");
}

/** -1 stands for no limit. */
function countAt(args: readonly GoValue[], at: number): number {
  const [count] = args.slice(at);
  return count === undefined ? -1 : toIndex(count);
}

function strings(items: readonly string[]): TypedList {
  return new TypedList("[]string", items);
}

function split(text: string, separator: string, limit: number): string[] {
  if (limit === 0) return [];
  const parts = separator === "" ? Array.from(text) : text.split(separator);
  if (limit < 0 || parts.length <= limit) return parts;
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}

function splitAfter(args: readonly GoValue[]): GoValue {
  const separator = stringAt(args, 1);
  const parts = split(stringAt(args, 0), separator, countAt(args, 2));
  return strings(parts.map((part, at) => (at < parts.length - 1 ? part + separator : part)));
}

function replace([text, from, to]: readonly [string, string, string], limit: number): string {
  if (limit < 0)
    return from === "" ? to + Array.from(text, (letter) => letter + to).join("") : text.replaceAll(from, () => to);
  let result = "";
  let rest = text;
  for (let count = 0; count < limit; count += 1) {
    const at = from === "" && count > 0 ? (Array.from(rest)[0]?.length ?? -1) : rest.indexOf(from);
    if (at === -1) break;
    result += rest.slice(0, at) + to;
    rest = rest.slice(at + from.length);
  }
  return result + rest;
}

const REPEAT_MAX = 1_000_000;

function repeat(args: readonly GoValue[], { grow }: BuiltinContext): GoValue {
  const text = stringAt(args, 0);
  const [, wanted = null] = args;
  const count = toIndex(wanted);
  if (count < 0) {
    throw new LanguageError(`invalid argument for repeat (expected positive integer, got ${count})`);
  }
  if (count > REPEAT_MAX) throw new LanguageError("memory budget exceeded");
  grow(utf8Length(text) * count);
  return text.repeat(count);
}

function join(args: readonly GoValue[]): GoValue {
  const glue = args.length === 2 ? stringAt(args, 1) : "";
  const [list = null] = args;
  const items = itemsOf(list);
  if (items === undefined || (list instanceof TypedList && list.goType !== "[]string")) {
    throw new LanguageError(`invalid argument for join (type ${goTypeName(list)})`);
  }
  return items.map((_item, at) => stringAt(items, at)).join(glue);
}

function byteIndex(text: string, index: number): bigint {
  return index === -1 ? -1n : BigInt(utf8Length(text.slice(0, index)));
}

function fromBase64(text: string): string {
  const compact = text.replaceAll(/[\r\n]/g, "");
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(compact)) {
    throw new LanguageError("illegal base64 data");
  }
  return utf8Text(Uint8Array.from(atob(compact), (character) => character.charCodeAt(0)));
}

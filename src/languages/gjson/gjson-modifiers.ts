// gjson's modifiers: `@keys`, `@reverse`, `@flatten:{"deep":true}` and the others that change a whole value.
import { quoteJson } from "../go-json.ts";
import { isModifierName, type ModifierName } from "./gjson-path.ts";
import { isArray, isObject, membersOf, parseGjson, type GjsonResult } from "./gjson-result.ts";
import { compactJson, isValidJson, prettyJson } from "./json-modifiers.ts";
import { scanBalanced } from "./json-scan.ts";

type Read = (json: string, path: string) => GjsonResult;

/** Values that `@dig` may look into. */
const DIG_DEPTH_MAX = 500;

/** Applies the modifier that the path begins with; undefined when there is none of that name. */
export function applyModifier(
  json: string,
  path: string,
  read: Read,
): { readonly json: string; readonly rest: string } | undefined {
  const name = path.slice(1).replace(/[:|.].*$/s, "");
  if (!isModifierName(name)) return undefined;
  const after = path.slice(1 + name.length);
  const argument = after.startsWith(":") ? readArgument(after.slice(1)) : "";
  const rest = after.startsWith(":") ? after.slice(1 + argument.length) : after;
  return { json: MODIFIERS[name]({ json, argument, read }), rest };
}

/** A JSON value, or everything up to the next pipe. */
function readArgument(text: string): string {
  if (/^[[{"]/.test(text)) return text.slice(0, scanBalanced(text, 0));
  let at = 0;
  while (at < text.length && text[at] !== "|") at = /[[{"(]/.test(text.charAt(at)) ? scanBalanced(text, at) : at + 1;
  return text.slice(0, at);
}

interface Modification {
  readonly json: string;
  readonly argument: string;
  readonly read: Read;
}

const MODIFIERS: Readonly<Record<ModifierName, (modification: Modification) => string>> = {
  this: ({ json }) => json,
  pretty: ({ json, argument, read }) => makePretty(json, argument, read),
  ugly: ({ json }) => compactJson(json),
  reverse: ({ json }) => reverse(json),
  flatten: ({ json, argument, read }) => flatten(json, isOn(argument, "deep", read)),
  join: ({ json, argument, read }) => join(json, isOn(argument, "preserve", read)),
  keys: ({ json }) => list(json, "keys"),
  values: ({ json }) => list(json, "values"),
  valid: ({ json }) => (isValidJson(json) ? json : ""),
  tostr: ({ json }) => quoteJson(json),
  fromstr: ({ json }) => (isValidJson(json) ? parseGjson(json).text : ""),
  group: ({ json }) => group(json),
  dig: ({ json, argument, read }) => `[${dig({ parent: parseGjson(json), path: argument, read, depth: 0 }).join(",")}]`,
};

function isOn(argument: string, option: string, read: Read): boolean {
  return read(argument, option).boolean;
}

function makePretty(json: string, argument: string, read: Read): string {
  const option = (name: string, otherwise: string): string => {
    const found = read(argument, name);
    return found.exists ? found.text.replace(/[^ \t]/g, "") : otherwise;
  };
  const width = read(argument, "width");
  return prettyJson(json, {
    sortKeys: isOn(argument, "sortKeys", read),
    indent: option("indent", "  "),
    prefix: option("prefix", ""),
    width: width.exists ? width.number : 80,
  });
}

function reverse(json: string): string {
  const value = parseGjson(json);
  const members = membersOf(value).toReversed();
  if (isArray(value)) return `[${members.map((member) => member.value.raw).join(",")}]`;
  return isObject(value) ? `{${members.map(memberText).join(",")}}` : json;
}

function memberText({ key, value }: { readonly key: string; readonly value: GjsonResult }): string {
  return `${key}:${value.raw}`;
}

function flatten(json: string, isDeep: boolean): string {
  const value = parseGjson(json);
  if (!isArray(value)) return json;
  const items = membersOf(value).map(({ value: item }) => {
    if (!isArray(item)) return item.raw;
    const inner = isDeep ? flatten(item.raw, true) : item.raw.trimEnd();
    return inner.slice(1, -1).trim();
  });
  return `[${items.filter((item) => item !== "").join(",")}]`;
}

/** One object out of a list of objects; later members win unless all are preserved. */
function join(json: string, preserves: boolean): string {
  const value = parseGjson(json);
  if (!isArray(value)) return json;
  const objects = membersOf(value)
    .map((item) => item.value)
    .filter(isObject);
  if (preserves) return `{${objects.map((object) => object.raw.slice(1, -1)).join(",")}}`;
  const last = new Map(objects.flatMap(membersOf).map((member) => [member.key, member]));
  return `{${Array.from(last.values(), memberText).join(",")}}`;
}

function list(json: string, name: "keys" | "values"): string {
  const value = parseGjson(json);
  if (name === "values" && isArray(value)) return json;
  const items = membersOf(value).map((member) => {
    if (name === "values") return member.value.raw;
    return isObject(value) ? member.key : "null";
  });
  return `[${items.join(",")}]`;
}

/** An object of lists becomes a list of objects. */
function group(json: string): string {
  const value = parseGjson(json);
  if (!isObject(value)) return "";
  const rows: string[][] = [];
  for (const { key, value: column } of membersOf(value)) {
    if (!isArray(column)) continue;
    membersOf(column).forEach((item, at) => {
      (rows[at] ??= []).push(memberText({ key, value: item.value }));
    });
  }
  return `[${rows.map((row) => `{${row.join(",")}}`).join(",")}]`;
}

interface Dig {
  readonly parent: GjsonResult;
  readonly path: string;
  readonly read: Read;
  readonly depth: number;
}

function dig({ parent, path, read, depth }: Dig): readonly string[] {
  const found = read(parent.raw, path);
  const own = found.exists ? [found.raw] : [];
  if (parent.type !== "JSON" || depth >= DIG_DEPTH_MAX) return own;
  const inner = membersOf(parent).flatMap(({ value }) => dig({ parent: value, path, read, depth: depth + 1 }));
  return [...own, ...inner];
}

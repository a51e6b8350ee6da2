// Reads values from JSON text by gjson paths, as Sensors do in filters and parameters.
import { quoteJson } from "../go-json.ts";
import { isValidJson } from "./json-modifiers.ts";
import { applyModifier } from "./gjson-modifiers.ts";
import {
  memberName,
  readArrayStep,
  readObjectStep,
  readSelectors,
  splitPipe,
  type ArrayStep,
  type Query,
} from "./gjson-path.ts";
import { satisfiesQuery } from "./gjson-query.ts";
import { MISSING, parseGjson, resultOf, scanValue, type GjsonResult } from "./gjson-result.ts";
import { scanBalanced, scanString, unescapeJson } from "./json-scan.ts";
import { matchesWildcard } from "./wildcard.ts";

export type { GjsonResult } from "./gjson-result.ts";

/** What the path finds in the JSON text; `exists` is false where it leads nowhere. Never throws: wrong paths find nothing. */
export function readPath(json: string, path: string): GjsonResult {
  if (path.length > 1) {
    const special = readSpecial(json, path);
    if (special !== undefined) return special;
  }
  return path.startsWith("..") ? readArray(json, 0, path.slice(2)) : readContainer(json, path);
}

/** The path as keys and indexes alone: within a path `!` and `..` have no meaning of their own. */
function readContainer(json: string, path: string): GjsonResult {
  const at = json.search(/[[{]/);
  if (at < 0) return MISSING;
  return json[at] === "{" ? readObject(json, at + 1, path) : readArray(json, at + 1, path);
}

/** Modifiers, literals and multipaths at the beginning of a path. */
function readSpecial(json: string, path: string): GjsonResult | undefined {
  if (path.startsWith("@")) {
    const applied = applyModifier(json, path, readPath);
    return applied === undefined ? undefined : goOn(applied.json, applied.rest);
  }
  if (path.startsWith("!")) {
    const literal = readLiteral(path);
    return literal === undefined ? undefined : goOn(literal, path.slice(1 + literal.length));
  }
  return /^[[{]/.test(path) ? readMultipath(json, path) : undefined;
}

/** The rest of the path in a text that was put together: nothing of it stands in the document. */
function goOn(json: string, rest: string): GjsonResult {
  return detached(/^[.|]/.test(rest) ? readPath(json, rest.slice(1)) : parseGjson(json));
}

function detached(result: GjsonResult): GjsonResult {
  return resultOf(result.type, result.raw, -1);
}

/** A string or a number takes in all the rest of the path. */
function readLiteral(path: string): string | undefined {
  const rest = path.slice(1);
  if (/^["\d+-]/.test(rest)) return rest;
  if (/^[[{]/.test(rest)) return rest.slice(0, scanBalanced(rest, 0));
  return /^(?:true|false|null|nan|inf)(?=$|[.|])/i.exec(rest)?.[0];
}

function readMultipath(json: string, path: string): GjsonResult | undefined {
  const read = readSelectors(path);
  if (read === undefined || !/^(?:$|[.|])/.test(read.rest)) return undefined;
  const isObject = path.startsWith("{");
  const members = read.selectors.flatMap((selector) => {
    const found = readPath(json, selector.path);
    if (!found.exists) return [];
    return [isObject ? `${memberKey(selector.name, selector.path)}:${found.raw}` : found.raw];
  });
  return goOn(isObject ? `{${members.join(",")}}` : `[${members.join(",")}]`, read.rest);
}

function memberKey(name: string, path: string): string {
  if (name === "") return quoteJson(memberName(path));
  return name.startsWith('"') && isValidJson(name) ? name : quoteJson(name);
}

function applyPipe(result: GjsonResult, pipe: string | undefined): GjsonResult {
  return pipe === undefined ? result : detached(readPath(result.raw, pipe));
}

function readInside(outer: GjsonResult, rest: string): GjsonResult {
  return outer.type === "JSON" ? placedIn(outer, readContainer(outer.raw, rest)) : MISSING;
}

/** What was found in the text of another value, with its place in the document that the other one stands in. */
function placedIn(outer: GjsonResult, found: GjsonResult): GjsonResult {
  const index = found.index < 0 ? -1 : found.index + outer.index;
  return resultOf(
    found.type,
    found.raw,
    index,
    found.indexes.map((place) => place + outer.index),
  );
}

/** `at` is behind the opening brace. */
function readObject(json: string, at: number, path: string): GjsonResult {
  const step = readObjectStep(path);
  for (let member = nextMember(json, at); member !== undefined; member = nextMember(json, member.end)) {
    if (step.isWild ? !matchesWildcard(member.key, step.part) : member.key !== step.part) continue;
    if (step.rest === undefined) return applyPipe(member.result, step.pipe);
    // Where the rest leads nowhere, another member of the name (or pattern) may have it.
    const inside = readInside(member.result, step.rest);
    if (inside.exists) return inside;
  }
  return applyPipe(MISSING, step.pipe);
}

interface Member {
  readonly key: string;
  readonly result: GjsonResult;
  readonly end: number;
}

function nextMember(json: string, at: number): Member | undefined {
  let start = at;
  while (start < json.length && json[start] !== '"' && json[start] !== "}") start += 1;
  if (json[start] !== '"') return undefined;
  const { end, isClosed } = scanString(json, start);
  const value = isClosed ? nextValue(json, end) : undefined;
  return value && { key: unescapeJson(json.slice(start + 1, end - 1)), ...value };
}

/** The next value at or after `at`, passing over what is none; undefined at the end of the container. */
function nextValue(json: string, at: number): { readonly result: GjsonResult; readonly end: number } | undefined {
  for (let index = at; index < json.length; index += 1) {
    if (json[index] === "]") return undefined;
    const value = scanValue(json, index);
    if (value !== undefined) return value;
    if (json[index] === '"') return undefined;
  }
  return undefined;
}

/** `at` is behind the opening bracket. */
function readArray(json: string, at: number, path: string): GjsonResult {
  const step = readArrayStep(path);
  const items: GjsonResult[] = [];
  const wanted = !step.hasHash && /^\d+$/.test(step.part) ? Number(step.part) : undefined;
  for (let value = nextValue(json, at); value !== undefined; value = nextValue(json, value.end)) {
    items.push(value.result);
    if (wanted === items.length - 1) return readItem(value.result, step);
  }
  if (step.query !== undefined) return readQueried(items, step, step.query);
  if (step.eachKey !== undefined) return readEach(items, step.eachKey);
  const count = step.part === "#" ? resultOf("Number", String(items.length), -1) : MISSING;
  return applyPipe(count, step.pipe);
}

function readItem(item: GjsonResult, step: ArrayStep): GjsonResult {
  return step.rest === undefined ? applyPipe(item, step.pipe) : readInside(item, step.rest);
}

function readEach(items: readonly GjsonResult[], eachKey: string): GjsonResult {
  const [key, pipe] = splitPipe(eachKey);
  const found = items.map((item) => placedIn(item, readPath(item.raw, key))).filter((result) => result.exists);
  return applyPipe(listResult(found), pipe);
}

function readQueried(items: readonly GjsonResult[], step: ArrayStep, query: Query): GjsonResult {
  const [rest, pipe] = step.rest === undefined ? [undefined, step.pipe] : splitPipe(step.rest);
  const found: GjsonResult[] = [];
  for (const item of items) {
    if (!isWanted(item, query)) continue;
    const result = rest === undefined ? item : placedIn(item, readPath(item.raw, rest));
    if (!query.isAll) return applyPipe(result, pipe);
    if (result.exists) found.push(result);
  }
  return applyPipe(query.isAll ? listResult(found) : MISSING, pipe);
}

function isWanted(item: GjsonResult, query: Query): boolean {
  if (item.type === "JSON") return satisfiesQuery(query, readPath(item.raw, query.path));
  return query.path === "" && satisfiesQuery(query, item);
}

/** A list of finds. They can be written to where they all stand in the document. */
function listResult(found: readonly GjsonResult[]): GjsonResult {
  const raw = `[${found.map((result) => result.raw).join(",")}]`;
  const indexes = found.every((result) => result.index >= 0) ? found.map((result) => result.index) : [];
  return resultOf("JSON", raw, -1, indexes);
}

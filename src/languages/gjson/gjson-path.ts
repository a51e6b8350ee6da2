// The parts of a gjson path: `a.b`, `a\.b`, `list.#.name`, `list.#(name=="x")#.id`, `a|@keys`, `{a,b}`.
import { scanBalanced, scanString, unescapeJson } from "./json-scan.ts";

/** The first part of a path that goes into an object. */
export interface ObjectStep {
  readonly part: string;
  /** The part has `*` or `?`. */
  readonly isWild: boolean;
  /** What follows inside the value; undefined: the value itself is wanted. */
  readonly rest?: string;
  /** What is applied to the found value afterwards. */
  readonly pipe?: string;
}

export interface Query {
  readonly path: string;
  readonly operator: string;
  readonly value: string;
  readonly isAll: boolean;
}

/** The first part of a path that goes into a list. */
export interface ArrayStep {
  readonly part: string;
  readonly rest?: string;
  readonly pipe?: string;
  readonly hasHash: boolean;
  /** `#.key`: the key of every item. */
  readonly eachKey?: string;
  readonly query?: Query;
}

const MODIFIER_NAMES = [
  "pretty",
  "ugly",
  "reverse",
  "this",
  "flatten",
  "join",
  "valid",
  "keys",
  "values",
  "tostr",
  "fromstr",
  "group",
  "dig",
] as const;

export type ModifierName = (typeof MODIFIER_NAMES)[number];

export function isModifierName(name: string): name is ModifierName {
  return MODIFIER_NAMES.some((known) => known === name);
}

export function readObjectStep(path: string): ObjectStep {
  let part = "";
  let isWild = false;
  for (let at = 0; at < path.length; at += 1) {
    const character = path.charAt(at);
    if (character === "|") return { part, isWild, pipe: path.slice(at + 1) };
    if (character === ".") return { part, isWild, ...afterDot(path.slice(at + 1)) };
    if (character === "*" || character === "?") isWild = true;
    // Also in a pattern only the character stays: gjson forgets that it was escaped.
    if (character === "\\") at += 1;
    part += path.charAt(at);
  }
  return { part, isWild };
}

export function readArrayStep(path: string): ArrayStep {
  if (path.startsWith("#.")) return { part: "#", hasHash: true, eachKey: path.slice(2) };
  const isQuery = /^#[[(]/.test(path);
  const parsed = isQuery ? readQuery(path) : undefined;
  // A query that does not close wants nothing.
  if (isQuery && parsed === undefined) return { part: path, hasHash: true, query: NO_QUERY };
  const query = parsed === undefined ? {} : { query: parsed.query };
  for (let at = parsed?.end ?? 0; at < path.length; at += 1) {
    const character = path.charAt(at);
    const hasHash = path.slice(0, at).includes("#");
    const rest = path.slice(at + 1);
    if (character === "|") return { part: path.slice(0, at), hasHash, ...query, pipe: rest };
    if (character === ".")
      return { part: path.slice(0, at), hasHash, ...query, ...(hasHash ? { rest } : afterDot(rest)) };
  }
  return { part: path, hasHash: path.includes("#"), ...query };
}

const NO_QUERY: Query = { path: "", operator: "", value: "", isAll: false };

/** A modifier or a multipath after a dot works on the value as after a pipe. */
function afterDot(rest: string): { readonly rest: string } | { readonly pipe: string } {
  if (rest === "") return { rest };
  const modifier = /^@([^.|:]*)/.exec(rest)?.[1];
  const isPipe = modifier === undefined ? /^[[{]/.test(rest) : isModifierName(modifier);
  return isPipe ? { pipe: rest } : { rest };
}

function readQuery(path: string): { readonly query: Query; readonly end: number } | undefined {
  const bounds = findQueryBounds(path);
  if (bounds === undefined) return undefined;
  const { close, operatorAt } = bounds;
  const isAll = path[close + 1] === "#";
  const end = close + 1;
  if (operatorAt === undefined) {
    return { query: { path: path.slice(2, close).trim(), operator: "", value: "", isAll }, end };
  }
  const comparison = path.slice(operatorAt, close).trim();
  const { operator, value } = splitOperator(comparison);
  const isQuoted = value.length >= 2 && value.startsWith('"') && value.endsWith('"');
  const text = isQuoted ? unescapeJson(value.slice(1, -1)) : value;
  return { query: { path: path.slice(2, operatorAt).trim(), operator, value: text, isAll }, end };
}

/** Where the query's bracket closes, and where its comparison begins. */
function findQueryBounds(
  path: string,
): { readonly close: number; readonly operatorAt: number | undefined } | undefined {
  let depth = 1;
  let operatorAt: number | undefined;
  for (let at = 2; at < path.length; at = behind(path, at)) {
    const character = path.charAt(at);
    if (depth === 1 && operatorAt === undefined && "!=<>%".includes(character)) operatorAt = at;
    if (character === "[" || character === "(") depth += 1;
    if (character === "]" || character === ")") depth -= 1;
    if (depth === 0) return { close: at, operatorAt };
  }
  return undefined;
}

/** A `!` that no known operator begins with leaves a query without one: it only asks whether there is a value. */
function splitOperator(comparison: string): { readonly operator: string; readonly value: string } {
  const operator = /^(?:!=|!%|<=|>=|==|[<>=%]|!$)/.exec(comparison)?.[0] ?? "";
  return { operator: operator === "==" ? "=" : operator, value: comparison.slice(operator.length).trim() };
}

/** A path and what is piped after it: the first `|` that stands outside queries and multipaths. */
export function splitPipe(path: string): readonly [string, string | undefined] {
  if (path.startsWith("{")) {
    const end = scanBalanced(path, 0);
    return path[end] === "|" ? [path.slice(0, end), path.slice(end + 1)] : [path, undefined];
  }
  for (let at = 0; at < path.length; at += 1) {
    const character = path.charAt(at);
    if (character === "\\") at += 1;
    else if (path.startsWith(".#", at)) at = endOfHash(path, at + 2);
    else if (character === "|") return [path.slice(0, at), path.slice(at + 1)];
  }
  return [path, undefined];
}

/** The end of a query; without one gjson passes over the character behind the `#`, even a pipe. */
function endOfHash(path: string, at: number): number {
  return /[[(]/.test(path.charAt(at)) ? scanBalanced(path, at) - 1 : at;
}

export interface Selector {
  /** Raw text before the colon, "" when there is none. */
  readonly name: string;
  readonly path: string;
}

/** The members of `{a,"b":c}` or `[a,b]`, and the path after the bracket; undefined when it does not close. */
export function readSelectors(
  path: string,
): { readonly selectors: readonly Selector[]; readonly rest: string } | undefined {
  const selectors: Selector[] = [];
  let [depth, start, colon, modifier] = [1, 1, 0, 0];
  const push = (end: number): void => {
    selectors.push(
      colon === 0
        ? { name: "", path: path.slice(start, end) }
        : { name: path.slice(start, colon), path: path.slice(colon + 1, end) },
    );
    [start, colon, modifier] = [end + 1, 0, 0];
  };
  for (let at = 1; at < path.length; at = behind(path, at)) {
    const character = path.charAt(at);
    if (character === "@" && modifier === 0 && /[.|]/.test(path.charAt(at - 1))) modifier = at;
    else if (character === ":" && modifier + colon === 0 && depth === 1) colon = at;
    else if (character === "," && depth === 1) push(at);
    else depth += bracketStep(character);
    if (depth === 0) {
      push(at);
      return { selectors, rest: path.slice(at + 1) };
    }
  }
  return undefined;
}

/** Behind a character and what it escapes, or the string that it begins. */
function behind(path: string, at: number): number {
  if (path[at] === "\\") return at + 2;
  return path[at] === '"' ? scanString(path, at).end : at + 1;
}

function bracketStep(character: string): number {
  if ("[({".includes(character)) return 1;
  return "])}".includes(character) ? -1 : 0;
}

/** The name that a member of `{a.b,…}` gets: its last part if that is a plain name, else `_`. */
export function memberName(path: string): string {
  let start = 0;
  for (let at = path.length - 1; at > 0; at -= 1) {
    if ((path[at] === "." || path[at] === "|") && path[at - 1] !== "\\") {
      start = at + 1;
      break;
    }
  }
  const last = path.slice(start);
  return /[\p{Cc}[\]{}()#|!]/u.test(last) ? "_" : last;
}

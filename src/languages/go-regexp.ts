// Go's regexp package: RE2 syntax, linear time, its rules for empty matches, splits and replacement templates.
import { RE2JS } from "re2js";

import { LanguageError } from "./language-error.ts";

export interface RegexpMatch {
  readonly start: number;
  readonly end: number;
  /** Group 0 is the whole match; undefined: the group took no part. */
  readonly groups: readonly (string | undefined)[];
}

export interface Regexp {
  test(text: string): boolean;
  /** At most `limit` matches; below 0: all. */
  findAll(text: string, limit: number): readonly RegexpMatch[];
  /** `$1`, `${1}` and `${name}` in the template stand for groups, `$$` for a dollar. */
  replaceAll(text: string, template: string): string;
  replaceAllLiteral(text: string, replacement: string): string;
  /** At most `limit` parts; 0: none; below 0: all. */
  split(text: string, limit: number): readonly string[];
}

/** LanguageError with Go's message for a pattern that RE2 does not accept. */
export function compileRegexp(pattern: string): Regexp {
  const compiled = compile(pattern);
  const names = compiled.namedGroups();
  const findAll = (text: string, limit: number): readonly RegexpMatch[] => findMatches(compiled, text, limit);
  const replace = (text: string, replacementOf: (match: RegexpMatch) => string): string => {
    let result = "";
    let at = 0;
    for (const match of findAll(text, -1)) {
      result += text.slice(at, match.start) + replacementOf(match);
      at = match.end;
    }
    return result + text.slice(at);
  };
  return {
    test: (text) => compiled.matcher(text).find(),
    findAll,
    replaceAll: (text, template) => replace(text, (match) => expand(template, match, names)),
    replaceAllLiteral: (text, replacement) => replace(text, () => replacement),
    split: (text, limit) => splitText({ isEmpty: pattern === "", text, limit, matches: findAll(text, limit) }),
  };
}

/** regexp.QuoteMeta. */
export function quoteRegexp(text: string): string {
  return text.replace(/[\\.+*?()|[\]{}^$]/g, String.raw`\$&`);
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw new LanguageError((cause as Error).message, { cause });
  }
}

function findMatches(compiled: RE2JS, text: string, limit: number): readonly RegexpMatch[] {
  const matcher = compiled.matcher(text);
  const matches: RegexpMatch[] = [];
  let previousEnd = -1;
  const countMax = limit < 0 ? Number.POSITIVE_INFINITY : limit;
  while (matches.length < countMax && matcher.find()) {
    const start = matcher.start();
    const end = matcher.end();
    // Go leaves out an empty match that touches the match before it.
    if (start !== end || start !== previousEnd) {
      const count = compiled.groupCount();
      const groups = Array.from({ length: count + 1 }, (_, group) => matcher.group(group) ?? undefined);
      matches.push({ start, end, groups });
    }
    previousEnd = end;
  }
  return matches;
}

function expand(template: string, match: RegexpMatch, names: Readonly<Record<string, number>>): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/gu, (whole, braced?: string, bare = "") => {
    if (whole === "$$") return "$";
    const name = braced ?? bare;
    const group = /^\d+$/.test(name) ? Number(name) : names[name];
    return group === undefined ? "" : (match.groups[group] ?? "");
  });
}

interface Split {
  readonly isEmpty: boolean;
  readonly text: string;
  readonly limit: number;
  readonly matches: readonly RegexpMatch[];
}

function splitText({ isEmpty, text, limit, matches }: Split): readonly string[] {
  if (limit === 0) return [];
  if (!isEmpty && text === "") return [""];
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  for (const match of matches) {
    if (limit > 0 && parts.length === limit - 1) break;
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(start, end));
    start = match.end;
  }
  if (end !== text.length) parts.push(text.slice(start));
  return parts;
}

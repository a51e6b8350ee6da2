// Splits a JSONPath into the texts of its steps: `$`, `.a`, `..`, `['b']`, `[?(@.c > 1)]`.
import { LanguageError } from "../language-error.ts";

/** LanguageError for a path that does not start with `$` or `@`. */
export function splitPath(path: string): string[] {
  const [first = ""] = path;
  if (first !== "$" && first !== "@") throw unexpected(path, first, 0);
  const second = path[1];
  if (second !== undefined && second !== "." && second !== "[") throw unexpected(path, second, 1);
  const parts = [first];
  let position = 1;
  while (position < path.length) {
    const part = readPart(path, position);
    parts.push(path[position] === "." && part !== ".." ? part.slice(1) : part);
    position += part.length;
  }
  return parts;
}

function unexpected(path: string, character: string, index: number): LanguageError {
  return new LanguageError(`invalid JSONPath selector '${path}' unexpected token '${character}' at index ${index}`);
}

function readPart(path: string, start: number): string {
  if (path.startsWith("..", start)) return "..";
  if (path[start] === "[") return readBrackets(path, start);
  // `.[` is the bracket alone.
  if (path.startsWith(".[", start)) return `.${readBrackets(path, start + 1)}`;
  return path.slice(start, endOfName(path, start + (path[start] === "." ? 1 : 0)));
}

/** A name ends at a bracket, and at a dot that is not in quotes or parentheses. */
function endOfName(path: string, start: number): number {
  let isQuoted = false;
  let depth = 0;
  for (let at = start; at < path.length; at += 1) {
    const character = path.charAt(at);
    if (character === "[" || (character === "." && !isQuoted && depth === 0)) return at;
    if (character === "'") isQuoted = !isQuoted;
    depth += depthChange(character);
  }
  return path.length;
}

function depthChange(character: string): number {
  if (character === "(") return 1;
  return character === ")" ? -1 : 0;
}

/** To the bracket that closes the first one; quotes and parentheses hide brackets. */
function readBrackets(path: string, start: number): string {
  let isQuoted = false;
  let round = 0;
  let square = 0;
  for (let at = start; at < path.length; at += 1) {
    const character = path.charAt(at);
    if (character === "'") isQuoted = !isQuoted;
    round += depthChange(character);
    if (character === "[") square += 1;
    if (character === "]") square -= 1;
    if (!isQuoted && round === 0 && square === 0 && character === "]") return path.slice(start, at + 1);
  }
  return path.slice(start);
}

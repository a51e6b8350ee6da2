// withSequence: the numbers of a loop, printed through a Go format.
import { quoteGo } from "../../languages/go-format.ts";
import { sprintf } from "../../languages/go-printf.ts";
import { LanguageError } from "../../languages/language-error.ts";
import type { Sequence } from "../../resources/workflow.ts";

import { textItem, type LoopItem } from "./loop-items.ts";

const ITEM_COUNT_MAX = 100_000;

/** `end` wins over `count`; the numbers run downwards when `start` is above `end`. */
export function expandSequence(sequence: Sequence): readonly LoopItem[] {
  const start = sequence.start === undefined ? 0 : parseInteger(sequence.start);
  const end = endOf(sequence, start);
  if (end === undefined) return [];
  if (Math.abs(end - start) >= ITEM_COUNT_MAX) {
    throw new LanguageError(`withSequence has more than ${ITEM_COUNT_MAX} items`);
  }
  const step = start <= end ? 1 : -1;
  return Array.from({ length: Math.abs(end - start) + 1 }, (_, index) =>
    makeItem(sprintf(sequence.format ?? "%d", [BigInt(start + index * step)])),
  );
}

function endOf(sequence: Sequence, start: number): number | undefined {
  if (sequence.end !== undefined) return parseInteger(sequence.end);
  if (sequence.count === undefined) throw new LanguageError("neither end nor count was specified in withSequence");
  const count = parseInteger(sequence.count);
  return count === 0 ? undefined : start + count - 1;
}

/** The formatted text becomes a JSON string without being escaped, so that `\n` in the format is a line break. */
function makeItem(text: string): LoopItem {
  const json = `"${text}"`;
  try {
    return textItem(json);
  } catch {
    throw new LanguageError(describeFault(json));
  }
}

/** encoding/json's words for a text in quotes that is no JSON string. */
function describeFault(json: string): string {
  const rest = json.replace(/^"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/u, "");
  if (rest === "") return "unexpected end of JSON input";
  if (rest.startsWith('"')) return invalidCharacter(rest.slice(1).trimStart(), "after top-level value");
  if (rest.startsWith("\\u")) {
    return invalidCharacter(rest.replace(/^\\u[0-9a-fA-F]*/, ""), "in \\u hexadecimal character escape");
  }
  if (rest.startsWith("\\")) return invalidCharacter(rest.slice(1), "in string escape code");
  return invalidCharacter(rest, "in string literal");
}

/** The first one of the text, in the quotes of encoding/json. */
function invalidCharacter(text: string, where: string): string {
  const first = text.charAt(0);
  const shown = first === "'" ? "\\'" : first === '"' ? first : quoteGo(first).slice(1, -1);
  return `invalid character '${shown}' ${where}`;
}

/** Go's strconv.Atoi. */
function parseInteger(text: string): number {
  if (!/^[+-]?[0-9]+$/.test(text)) {
    throw new LanguageError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (!Number.isSafeInteger(value)) {
    throw new LanguageError(`strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
  }
  return value;
}

// withSequence: the numbers of a loop, printed through a Go format.
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
    makeItem(formatNumber(sequence.format ?? "%d", BigInt(start + index * step))),
  );
}

function endOf(sequence: Sequence, start: number): number | undefined {
  if (sequence.end !== undefined) return parseInteger(sequence.end);
  if (sequence.count === undefined) throw new LanguageError("neither end nor count was specified in withSequence");
  const count = parseInteger(sequence.count);
  return count === 0 ? undefined : start + count - 1;
}

/** There is one operand, so an explicit index (`%[1]d`) means it once more. */
function formatNumber(format: string, value: bigint): string {
  if (!format.includes("%[1]")) return sprintf(format, [value]);
  const plain = format.replaceAll("%[1]", "%");
  const verbCount = plain.replaceAll("%%", "").split("%").length - 1;
  return sprintf(
    plain,
    Array.from({ length: verbCount }, () => value),
  );
}

/** The formatted text becomes a JSON string without being escaped, so that `\n` in the format is a line break. */
function makeItem(text: string): LoopItem {
  const json = `"${text}"`;
  try {
    return textItem(json);
  } catch {
    const rest = json.slice(1);
    const after = rest[rest.search(/(?<!\\)"/) + 1] ?? "";
    throw new LanguageError(`invalid character '${after}' after top-level value`);
  }
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

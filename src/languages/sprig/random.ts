// Sprig's functions that draw random values. They are for names and test data, never for secrets.
import type { GoFunction } from "../go-function.ts";
import type { LanguageSources } from "../go-value.ts";
import { LanguageError } from "../language-error.ts";
import { countOf, RESULT_LENGTH_MAX, textOf } from "./conversions.ts";
import { declare } from "./sprig-function.ts";

const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ASCII = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).join("");

export function randomFunctions(sources: LanguageSources): readonly GoFunction[] {
  const below = (limit: number): number => Math.floor(sources.random() * limit);
  const draw = (name: string, alphabet: string): GoFunction =>
    declare(`${name} int`, ([count]) => {
      const length = countOf(count);
      if (length < 0 || length > RESULT_LENGTH_MAX)
        throw new LanguageError(`${name}: ${length} is not a possible length`);
      return Array.from({ length }, () => alphabet.charAt(below(alphabet.length))).join("");
    });
  return [
    draw("randNumeric", DIGITS),
    draw("randAlpha", LETTERS),
    draw("randAlphaNum", DIGITS + LETTERS),
    draw("randAscii", ASCII),
    declare("randInt int int", ([from, to]) => BigInt(countOf(from) + below(countOf(to) - countOf(from)))),
    declare("shuffle string", ([text]) => shuffle(textOf(text), below)),
    declare("uuidv4", () => uuid(below)),
  ];
}

function shuffle(text: string, below: (limit: number) => number): string {
  const left = Array.from(text);
  return Array.from({ length: left.length }, () => left.splice(below(left.length), 1).join("")).join("");
}

function uuid(below: (limit: number) => number): string {
  const digits = Array.from({ length: 32 }, () => below(16).toString(16));
  digits[12] = "4";
  digits[16] = (8 + below(4)).toString(16);
  const [a, b, c, d, e] = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    digits.slice(12, 16),
    digits.slice(16, 20),
    digits.slice(20),
  ];
  return [a, b, c, d, e].map((part) => part?.join("")).join("-");
}

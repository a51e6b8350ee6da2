import { describe, expect, it } from "vitest";

import { LanguageError } from "../../../src/languages/language-error.ts";
import { evaluateWhen } from "../../../src/languages/when/when.ts";

describe("a when condition", () => {
  it.each([
    "10 - 2 - 3 == 5",
    "2 * 3 % 4 == 2",
    "1 << 4 >> 2 == 4",
    "(6 | 1) == 7",
    "~1 == -2",
    "5 >= 5 && 4 <= 5",
    "'b' >= 'a' && 'a' <= 'b' && 'b' > 'a'",
    "1 << 64 == 0",
    "(a, b) == (a, b)",
    "(a, b) != (a, c)",
    "'abc' !~ 'z'",
    "'abc' =~ 'a' + 'b'",
    "0x1F == 31",
    "'say \\'hi\\'' == 'say \\'hi\\''",
    "5 % 3 == 2",
    "!(10 < 9)",
    "2 ** 3 ** 1 == 8",
    "-(1 + 1) == -2",
    "0x 1F == 31",
    "'c' in ('a', 'b', 'c')",
    "('a', 'b', 'c') == ('a', 'b', 'c')",
    "((2 ** 70) | 0) == -(2 ** 63)",
  ])("%s holds", (text) => {
    expect(evaluateWhen(text)).toBe(true);
  });

  it.each([
    ["-'a' == 1", "Cannot transition"],
    ["-(a) == 1", "cannot be used with the prefix '-'"],
    ["!(a) == b", "cannot be used with the prefix '!'"],
    ["(1 ? a : b) == a", "ternary operator"],
    ["(1 == 1) + (2 == 2)", "cannot be used with the modifier '+'"],
    ["'a' =~ ('(' + ')(')", "Unable to compile regexp pattern '()('"],
    ["a =~ 1", "cannot be used with the comparator '=~'"],
    ["a =~ 'x' ? true : false", "Failed to parse"],
    ["[a == b", "Unclosed parameter bracket"],
    ["'a == b", "Unclosed string literal"],
    ["0xg == 1", "Unable to parse hex value"],
    ["1.2.3 == 1", "Unable to parse numeric value"],
    ["a. == b", "Hanging accessor"],
    ["a.B(1) == b", "No parameter 'a' found."],
    ["a == b\\", "backslash"],
    [")(", "Cannot transition"],
    ["()", "Got <nil>"],
    ["(a ? b)", "ternary operator"],
  ])("%s is refused: %s", (text, message) => {
    expect(() => evaluateWhen(text)).toThrow(LanguageError);
    expect(() => evaluateWhen(text)).toThrow(message);
  });
});

it("more parentheses or words than can be read are refused, and no fault", () => {
  const nested = (count: number): string => `${"(".repeat(count)}1 == 1${")".repeat(count)}`;

  expect(evaluateWhen(nested(200))).toBe(true);
  expect(() => evaluateWhen(nested(100_000))).toThrow(LanguageError);
  expect(() => evaluateWhen(nested(201))).toThrow("more than 200 parentheses inside each other");
  expect(() => evaluateWhen(`1 == 1${" && 1 == 1".repeat(100_000)}`)).toThrow("more than 10000 words");
});

import { expect, it } from "vitest";

import { callBuiltin } from "../../../src/languages/expr/builtins.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { LanguageError } from "../../../src/languages/language-error.ts";
import { evaluate } from "../../support/evaluate-expression.ts";

it.each<readonly [string, GoValue]>([
  ["trimSuffix('ab ')", "ab"],
  ["trimSuffix('ab', 'x')", "ab"],
  ["trim('xx', 'x')", ""],
  ["split('a,b', ',', 0)", []],
  ["replace('ab', '', '-', 5)", "-a-b-"],
  ["replace('aaa', 'a', 'b', 2)", "bba"],
  ["repeat('ab', 2)", "abab"],
  ["fromBase64('aGk=')", "hi"],
  ["toJSON(concat([]))", "null"],
])("the text builtin %s is known", (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

it.each<readonly [string, GoValue]>([
  ["first(fromJSON('1'))", null],
  ["first(fromJSON('\"abc\"'))", 97n],
  ["last([1, 2])", 2n],
  ["first([])", null],
  ["take(split('a,b,c', ','), 2)", ["a", "b"]],
  ["sort(fromJSON('1'))", []],
  ["keys(fromPairs([['a', 1]]))", ["a"]],
  ["string(fromPairs([[duration('1s'), nil]]))", "map[1s:<nil>]"],
  ["fromPairs([[nil, nil]])", { "<nil>": null }],
])("the collection builtin %s is known", (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

it.each<readonly [string, GoValue]>([
  ["bitshr(8, 2)", 2n],
  ["bitshr(8, 64)", 0n],
  ["type(sprig.semver('1.2.3').Major())", "uint"],
  ["type(fromPairs([['a', 1]]))", "map"],
  ["type(asInt)", "func"],
  ["type(now())", "time.Time"],
  ["abs(3)", 3n],
  ["abs(-3)", 3n],
  ["abs(sprig.int64(-3))", 3n],
  ["round(1.4)", 1],
  ["round(-1.5)", -2],
  ["int(duration('1s'))", 1_000_000_000n],
  ["max(1)", 1n],
  ["mean([duration('2ns'), duration('4ns')])", 3],
  ["median([])", 0],
  ["median([3])", 3],
  ["median([4, 1, 2, 3])", 2.5],
  ["median([5, 1, 3])", 3],
])("the number builtin %s is known", (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

it.each(["reverse(fromJSON('1'))", "take([1], fromJSON('\"x\"'))", "take([1], fromJSON('1.5'))"])(
  "%s, whose argument turns out to be wrong, is refused",
  (text) => {
    expect(() => evaluate(text)).toThrow(LanguageError);
  },
);

it("a function that is no builtin cannot be called as one", () => {
  const sources = { now: () => 0, random: () => 0 };

  expect(() => callBuiltin("nothing", [], { sources, grow: () => {} })).toThrow("unknown builtin nothing");
});

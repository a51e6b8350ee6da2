import { expect, it } from "vitest";

import { compileRegexp } from "../../src/languages/go-regexp.ts";

it.each([
  ["a*", "baac", "x", "xbxcx"],
  ["(a)|(b)", "ab", "<$1$2>", "<a><b>"],
  ["(?P<word>\\w+)", "hi you", "${word}!", "hi! you!"],
  ["(a)", "a", "$$1 ${1}b $1b $2", "$1 ab  "],
])("of %s every match in %s is replaced by %s", (pattern, text, template, result) => {
  expect(compileRegexp(pattern).replaceAll(text, template)).toBe(result);
});

it("a group that took no part has no text", () => {
  expect(compileRegexp("(a)|(b)").findAll("b", -1)).toEqual([{ start: 0, end: 1, groups: ["b", undefined, "b"] }]);
});

it.each([
  ["a*", "abaabaccadaaae", 5, ["", "b", "b", "c", "cadaaae"]],
  ["a", "banana", -1, ["b", "n", "n", ""]],
  ["a", "banana", 0, []],
  ["a", "banana", 1, ["banana"]],
  ["a", "", -1, [""]],
  ["", "", -1, []],
  ["", "abc", -1, ["a", "b", "c"]],
])("%s splits %j into at most %d parts: %j", (pattern, text, limit, parts) => {
  expect(compileRegexp(pattern).split(text, limit)).toEqual(parts);
});

it("a pattern that RE2 does not know is refused", () => {
  expect(() => compileRegexp("(?=a)")).toThrow("error parsing regexp");
});

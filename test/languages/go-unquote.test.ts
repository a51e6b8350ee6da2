import { expect, it } from "vitest";

import { unquoteGo } from "../../src/languages/go-unquote.ts";

it.each([
  [String.raw`"a\tb\"\\"`, 'a\tb"\\'],
  [String.raw`"\x41\101\u00e9\U0001F600"`, "AAé😀"],
  [String.raw`"\xc3\xa9 \303\251"`, "é é"],
  ['"größe 😀"', "größe 😀"],
  ["`a\\n\r\nb`", "a\\n\nb"],
  [String.raw`'\''`, "'"],
  ["'\"'", '"'],
])("the literal %s stands for %j", (literal, text) => {
  expect(unquoteGo(literal)).toBe(text);
});

it.each([
  '"',
  "\"a'",
  "xax",
  "'ab'",
  '"a\nb"',
  '"a"b"',
  String.raw`"\q"`,
  String.raw`"\'"`,
  String.raw`'\"'`,
  String.raw`"\777"`,
  String.raw`"\ud800"`,
  String.raw`"\U00110000"`,
])("%j is no literal", (literal) => {
  expect(() => unquoteGo(literal)).toThrow("invalid literal");
});

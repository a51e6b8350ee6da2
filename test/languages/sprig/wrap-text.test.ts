import { expect, it } from "vitest";

import { wrapText } from "../../../src/languages/sprig/wrap-text.ts";

it.each<readonly [text: string, width: number, cutsWords: boolean, expected: string]>([
  ["hello world", 5, false, "hello\nworld"],
  ["  hello world", 5, false, "hello\nworld"],
  ["abcdefgh ij", 3, false, "abcdefgh\nij"],
  ["abcdefgh", 3, false, "abcdefgh"],
  ["abcdefgh", 3, true, "abc\ndef\ngh"],
])("'%s' in lines of %i characters, words cut: %s", (text, width, cutsWords, expected) => {
  expect(wrapText(text, { width, cutsWords, separator: "\n" })).toBe(expected);
});

it("no separator is the end of a line", () => {
  expect(wrapText("a b c", { width: 1, cutsWords: false, separator: "" })).toBe("a\nb\nc");
});

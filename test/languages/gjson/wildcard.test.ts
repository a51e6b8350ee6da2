import { expect, it } from "vitest";

import { matchesWildcard } from "../../../src/languages/gjson/wildcard.ts";

it.each([
  ["abc", "a*"],
  ["abc", "*b?"],
  ["a*c", "a\\*c"],
  ["a\\", "a\\"],
  ["a\\b", "a\\\\b"],
  ["a😀c", "a?c"],
  ["", "**"],
])("%s matches %s", (text, pattern) => {
  expect(matchesWildcard(text, pattern)).toBe(true);
});

it.each([
  ["abc", "a\\*c"],
  ["abc", "ab"],
  ["ab", "abc"],
  ["a?c", "a\\b"],
])("%s does not match %s", (text, pattern) => {
  expect(matchesWildcard(text, pattern)).toBe(false);
});

it("a pattern that takes too many steps counts as not matching", () => {
  expect(matchesWildcard(`${"a".repeat(100)}b`, `*${"a".repeat(50)}b`)).toBe(true);
  expect(matchesWildcard(`${"a".repeat(1000)}b`, `*${"a".repeat(500)}b`)).toBe(false);
});

import { expect, it } from "vitest";

import type { GoValue } from "../../../src/languages/go-value.ts";
import { callSprig } from "../../support/call-sprig.ts";

it.each<readonly [string, readonly GoValue[], string]>([
  ["default", ["d"], '"d"'],
  ["default", ["d", null], '"d"'],
  ["default", ["d", "x"], '"x"'],
  ["coalesce", ["", 0n, null], "null"],
  ["ternary", ["a", "b", false], '"b"'],
  ["typeIs", ["string", "x"], "true"],
  ["typeIs", ["int", "x"], "false"],
  ["typeIsLike", ["string", "x"], "true"],
  ["mustToJson", [{ a: "<" }], '"{\\"a\\":\\"\\\\u003c\\"}"'],
  ["toRawJson", ["<"], '"\\"\\u003c\\""'],
  ["regexMatch", ["(", "x"], "false"],
  ["regexFind", ["b+", "abba"], '"bb"'],
  ["regexFind", ["c", "abba"], '""'],
  ["regexFindAll", ["b.", "b1 b2 b3", 2n], '["b1","b2"]'],
])("%s of case %# is what sprig answers", (name, args, expected) => {
  expect(callSprig(name, ...args)).toBe(expected);
});

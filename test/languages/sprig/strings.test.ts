import { expect, it } from "vitest";

import type { GoValue } from "../../../src/languages/go-value.ts";
import { callSprig } from "../../support/call-sprig.ts";

const letters = "abcdefghijklmno";

it.each<readonly [string, readonly GoValue[], string]>([
  ["trimSuffix", ["-", "a-"], "a"],
  ["trimSuffix", ["-", "a"], "a"],
  ["trimPrefix", ["-", "-a"], "a"],
  ["trimPrefix", ["-", "a"], "a"],
  ["trimAll", ["$", "$$"], ""],
  ["initials", ["First  Try"], "FT"],
  ["plural", ["one", "many", 1n], "one"],
  ["trunc", [-2n, "hello"], "lo"],
  ["trunc", [-9n, "hello"], "hello"],
  ["trunc", [2n, "hello"], "he"],
  ["trunc", [10n, "hello"], "hello"],
  ["abbrev", [3n, "hello"], "hello"],
  ["abbrev", [5n, "hello"], "hello"],
  ["abbrevboth", [4n, 10n, letters], "abcdefg..."],
  ["abbrevboth", [5n, 10n, letters], "...fghi..."],
  ["abbrevboth", [6n, 10n, letters], "...ghij..."],
  ["abbrevboth", [8n, 10n, letters], "...ijklmno"],
  ["abbrevboth", [10n, 10n, letters], "...ijklmno"],
  ["abbrevboth", [5n, 6n, letters], letters],
  ["abbrevboth", [0n, 3n, letters], letters],
])("%s of case %# is what sprig answers", (name, args, expected) => {
  expect(callSprig(name, ...args)).toBe(JSON.stringify(expected));
});

it("a text is split into no part, or into its letters", () => {
  expect(callSprig("splitn", ",", 0n, "a,b")).toBe("{}");
  expect(callSprig("split", "", "ab")).toBe('{"_0":"a","_1":"b"}');
});

it("a text is not repeated less than never, nor until the memory is full", () => {
  expect(() => callSprig("repeat", -1n, "a")).toThrow("strings: negative Repeat count");
  expect(() => callSprig("repeat", 1_000_001n, "a")).toThrow("repeat: more than 1000000 characters");
});

import { expect, it } from "vitest";

import type { GoValue } from "../../../src/languages/go-value.ts";
import { callSprig } from "../../support/call-sprig.ts";

it.each<readonly [string, readonly GoValue[], string]>([
  ["min", [3n, 1n, 2n], "1"],
  ["mod", [7n, 4n], "3"],
  ["atoi", ["12"], "12"],
  ["atoi", ["x"], "0"],
  ["round", [123.4444, 3n], "123.444"],
  ["round", [1.25, 1n, 0.6], "1.2"],
  ["until", [-2n], "[0,-1]"],
  ["untilStep", [0n, 10n, 0n], "[]"],
  ["untilStep", [5n, 0n, 2n], "[]"],
  ["seq", [], '""'],
  ["seq", [3n], '"1 2 3"'],
  ["seq", [-1n], '"1 0 -1"'],
  ["seq", [0n, 2n, 10n], '"0 2 4 6 8 10"'],
  ["seq", [0n, -2n, -5n], '"0 -2 -4"'],
  ["seq", [5n, 1n, 0n], '""'],
  ["seq", [1n, 2n, 3n, 4n], '""'],
  ["divf", [-1n, 3n], "-0.3333333333333333"],
])("%s of case %# is what sprig answers", (name, args, expected) => {
  expect(callSprig(name, ...args)).toBe(expected);
});

it.each<readonly [string, readonly GoValue[], string]>([
  ["div", [1n, 0n], "integer divide by zero"],
  ["divf", [1n, 0n], "decimal division by 0"],
  ["addf", [Number.POSITIVE_INFINITY], "Cannot create a Decimal from"],
  ["until", [1_000_001n], "a range has at most 1000000 items"],
])("%s of case %# is refused", (name, args, message) => {
  expect(() => callSprig(name, ...args)).toThrow(message);
});

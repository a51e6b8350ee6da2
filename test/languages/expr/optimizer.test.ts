import { expect, it } from "vitest";

import type { GoValue } from "../../../src/languages/go-value.ts";
import { evaluate } from "../../support/evaluate-expression.ts";

it.each<readonly [string, GoValue]>([
  ["count([1, 2], # > 0) > 0", true],
  ["count([1, 2], # > 2) > 0", false],
  ["count([1, 2], # > 1) >= 1", true],
  ["count([1, 2], # > 0) > 1", true],
  ["count([1, 2], # > 1) >= 2", false],
  ["count([1, 2], # > 0) < 2", false],
  ["count([1, 2], # > 0) > 1.5", true],
  ["filter([1, 2, 3], # > 1)[0]", 2n],
  ["filter([1, 2, 3, 0], # > 1)[-1]", 3n],
  ["filter([1, 2, 3], # > 1)[1]", 3n],
  ["take(filter([1, 2], # > 1), 1)", [2n]],
  ["map(filter([1, 2, 3], # > 1), # + 1)", [3n, 4n]],
  ["map(filter([1, 2, 3], # > 1), #index)", [0n, 1n]],
  ["len(filter([1, 2, 3], # > 1))", 2n],
  ["first(filter([1, 2, 3], # > 1))", 2n],
  ["last(filter([1, 2, 3], # > 1))", 3n],
  ["reverse(filter([1, 2, 3], # > 1))", [3n, 2n]],
  ["7 % 4 + 0.5", 3.5],
])("%s means the same as what it is made into", (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

it("values whose types are known are compared as they are", () => {
  expect(evaluate("x != 'a'", { x: "b" })).toBe(true);
  expect(evaluate("x == y", { x: 1n, y: 1n })).toBe(true);
});

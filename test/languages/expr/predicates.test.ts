import { expect, it } from "vitest";

import { evaluateNode } from "../../../src/languages/expr/evaluator.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { evaluate } from "../../support/evaluate-expression.ts";

it.each<readonly [string, GoValue]>([
  ["map(fromJSON('\"ab\"'), #)", [97n, 98n]],
  ["all(fromJSON('{}'), false)", true],
  ["filter([nil, 1], # == nil)", [null]],
  ["findIndex([1], # > 1)", null],
  ["findIndex([1, 2], # > 1)", 1n],
  ["find([1], # > 1)", null],
  ["groupBy([1, 2, 3], sprig.int64(# % 2))", { "0": [2n], "1": [1n, 3n] }],
  ["groupBy([nil], 'a')", { a: [null] }],
  ["sortBy([nil], 1)", [null]],
  ["sortBy([1, 2, 3], # % 2)", [2n, 1n, 3n]],
  ["reduce([nil], #acc)", null],
])("%s walks its list", (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

it.each([
  ["count(fromJSON('[null]'))", "not bool"],
  ["filter([1], # > 1)[0]", "slice index out of range"],
  ["all(fromJSON('{\"a\": 1}'), true)", "builtin all takes only array"],
])("%s is refused", (text, message) => {
  expect(() => evaluate(text)).toThrow(message);
});

it("a predicate without a list is no call", () => {
  const sources = { now: () => 0, random: () => 0 };

  expect(() => evaluateNode({ kind: "builtin", name: "filter", args: [] }, { variables: {}, sources })).toThrow(
    "unknown builtin filter",
  );
});

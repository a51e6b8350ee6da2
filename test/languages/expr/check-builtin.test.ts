import { expect, it } from "vitest";

import { checkExpression } from "../../../src/languages/expr/checker.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { evaluate } from "../../support/evaluate-expression.ts";

it.each<readonly [string, GoValue]>([
  ["get($env, 'x')", 1n],
  ["get($env, 'missing')", null],
  ["get($env, fromJSON('\"x\"'))", 1n],
  ["take(fromJSON('[1, 2]'), 1)", [1]],
  ["max(2, 1)", 2n],
])("the arguments of %s fit", (text, expected) => {
  expect(evaluate(text, { x: 1n })).toEqual(expected);
});

it.each([
  ["get([1], 'a')", "cannot use string to get an element from []interface {}"],
  ["get({a: 1}, 1)", "cannot use int to get an element from map[string]interface {}"],
  ["len()", "invalid number of arguments (expected 1, got 0)"],
  ["len('a', 'b')", "invalid number of arguments (expected 1, got 2)"],
  ["concat()", "invalid number of arguments (expected at least 1, got 0)"],
  ["date('a', 'b', 'c', 'd')", "invalid number of arguments (expected at most 3, got 4)"],
])("the arguments of %s are refused before it runs", (text, message) => {
  expect(() => evaluate(text)).toThrow(message);
});

it("a builtin that is not there, or has no list, does not pass", () => {
  const check = (name: string): unknown =>
    checkExpression({ kind: "builtin", name, args: [] }, { variables: {}, isStrict: true });

  expect(() => check("nothing")).toThrow("no matching overload for nothing");
  expect(() => check("filter")).toThrow("not enough arguments to call filter");
});

import { expect, it } from "vitest";

import { checkExpression } from "../../../src/languages/expr/checker.ts";
import type { Node } from "../../../src/languages/expr/syntax.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { evaluate } from "../../support/evaluate-expression.ts";

const check = (node: Node): string | undefined =>
  checkExpression(node, { variables: {}, isStrict: true }).get(node)?.kind;

it.each<readonly [string, GoValue]>([
  ["$env[fromJSON('\"x\"')]", true],
  ["[1, 2][fromJSON('1'):]", [2n]],
  ["x ? 1 : nil", 1n],
  ["x ? nil : 1", null],
  ["x ? [1] : [2]", [1n]],
  ["x ? [1] : ['a']", [1n]],
  ["{a: 1}[fromJSON('\"a\"')]", 1n],
])("%s passes the check", (text, expected) => {
  expect(evaluate(text, { x: true })).toEqual(expected);
});

it.each([
  ["[1, 2]['a':]", "non-integer slice index string"],
  ["empty()", "empty is nil; cannot call nil as function"],
  ["{a: 1}[1]", "cannot use int to get an element from map[string]interface {}"],
])("%s is refused before it runs", (text, message) => {
  expect(() => evaluate(text, { empty: null })).toThrow(message);
});

it("a tree that was made or optimized is checked like one that was read", () => {
  const needle: Node = { kind: "string", value: "a" };

  expect(check({ kind: "constant", value: 1n })).toBe("integer");
  expect(check({ kind: "in-strings", needle, strings: new Set(["a"]) })).toBe("bool");
  expect(check({ kind: "sequence", nodes: [] })).toBe("nil");
  expect(() => check({ kind: "pointer", name: "" })).toThrow("cannot use pointer accessor outside predicate");
  expect(() => check({ kind: "call", callee: { kind: "integer", value: 1n }, args: [] })).toThrow(
    "int is not callable",
  );
});

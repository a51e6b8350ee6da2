import { expect, it } from "vitest";

import { calculate } from "../../../src/languages/expr/operators.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { evaluate } from "../../support/evaluate-expression.ts";

it.each<readonly [string, GoValue]>([
  ["[nil] == [nil]", true],
  ["{a: [nil]} == {a: [nil]}", true],
  ["{a: nil} == {a: nil}", true],
  ["{a: nil} == {b: nil}", false],
  ["duration('1s') == duration('1000ms')", true],
  ["duration('1s') == duration('2s')", false],
  ["asInt == asInt", false],
  ["float('NaN') < 1", false],
  ["float('NaN') >= 1", false],
  ["1 in fromJSON('null')", false],
  ["1 in fromPairs([[1, 2]])", true],
  ["2 in fromPairs([[1, 2]])", false],
  ["'_0' in sprig.split(',', 'a')", true],
  ["'_1' in sprig.split(',', 'a')", false],
  ["-fromJSON('1.5')", -1.5],
  ["+fromJSON('1.5')", 1.5],
  ["-sprig.int64(3)", -3n],
  ["fromJSON('null') contains 'a'", false],
  ["b'abc' matches '^a'", true],
  ["date('2024-05-06')?.Year()", 2024n],
  ["fromJSON('null')?.a.b()", null],
])("%s gives what expr-lang gives", (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

it.each([
  ["fromJSON('\"a\"') - 1", "invalid operation: string - int"],
  ["fromJSON('\"a\"') * 2", "invalid operation: string * int"],
  ["-fromJSON('\"a\"')", "invalid operation: - string"],
  ["1 in fromJSON('{}')", "reflect.Value.MapIndex: value of type int is not assignable to type string"],
])("%s, whose operands turn out to be wrong, is refused", (text, message) => {
  expect(() => evaluate(text)).toThrow(message);
});

it("what is no operator is refused", () => {
  expect(() => calculate("<>", 1n, 2n)).toThrow("unknown operator (<>)");
});

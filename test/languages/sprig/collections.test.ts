import { expect, it } from "vitest";

import type { GoValue } from "../../../src/languages/go-value.ts";
import { callSprig } from "../../support/call-sprig.ts";

/** A map in a map, so many deep. */
function nested(depth: number): GoValue {
  return depth === 0 ? {} : { a: nested(depth - 1) };
}

it.each<readonly [string, readonly GoValue[], string]>([
  ["prepend", [[1n], 0n], "[0,1]"],
  ["first", [[]], "null"],
  ["last", [[1n, 2n]], "2"],
  ["last", [[]], "null"],
  ["rest", [[1n, 2n]], "[2]"],
  ["rest", [[]], "null"],
  ["initial", [[1n, 2n]], "[1]"],
  ["initial", [[]], "null"],
  ["slice", [[1n, 2n, 3n]], "[1,2,3]"],
  ["slice", [[1n, 2n, 3n], 1n], "[2,3]"],
  ["slice", [[1n, 2n, 3n], 1n, 2n], "[2]"],
  ["slice", [[], 1n], "null"],
  ["dict", ["a", null], '{"a":null}'],
  ["get", [{ a: 1n }, "a"], "1"],
  ["get", [{ a: null }, "a"], "null"],
  ["get", [{}, "a"], '""'],
  ["unset", [{ a: 1n, b: 2n }, "a"], '{"b":2}'],
  ["pluck", ["a", { a: null }], "[null]"],
  ["values", [{ b: null, a: 1n }], "[1,null]"],
  ["merge", [null], "null"],
  ["mergeOverwrite", [{ a: [1n] }, { a: [2n] }], '{"a":[2]}'],
  ["deepCopy", [{ a: [{ b: 1n }] }], '{"a":[{"b":1}]}'],
  ["dig", ["a", "d", { a: null }], "null"],
  ["dig", ["a", null, {}], "null"],
])("%s of case %# is what sprig answers", (name, args, expected) => {
  expect(callSprig(name, ...args)).toBe(expected);
});

it.each<readonly [string, readonly GoValue[], string]>([
  ["last", [null], "cannot find last on type invalid"],
  ["slice", [[1n], 0n, 5n], "slice bounds out of range [0:5]"],
  ["chunk", [0n, [1n]], "integer divide by zero"],
  ["set", [null, "a", 1n], "assignment to entry in nil map"],
  ["merge", [nested(102), nested(102)], "merge: nested too deeply"],
  ["dig", ["a", {}], "dig needs at least three arguments"],
  ["dig", ["a", "b", "d", { a: 1n }], "dig: int is not a map"],
  ["dig", ["a", "d", null], "dig: invalid is not a map"],
])("%s of case %# is refused", (name, args, message) => {
  expect(() => callSprig(name, ...args)).toThrow(message);
});

import { expect, it } from "vitest";

import { GoTime } from "../../../src/languages/go-time.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { isTrue, TEMPLATE_FUNCTIONS } from "../../../src/languages/gotemplate/template-functions.ts";

const time = GoTime.fromMilliseconds(0);

function call(name: string, args: readonly GoValue[]): GoValue | undefined {
  return TEMPLATE_FUNCTIONS.get(name)?.call(args);
}

it.each<[string, GoValue[], GoValue]>([
  ["not", [""], true],
  ["len", ["größe"], 7n],
  ["len", [[1n, 2n]], 2n],
  ["len", [{ a: 1n }], 1n],
  ["index", [["a", "b"], 1n], "b"],
  ["index", [{ a: ["x"] }, "a", 0n], "x"],
  ["index", [{ a: null }, "a"], null],
  ["index", [{ a: 1n }, "toString"], null],
  ["index", ["ab", 1n], 98n],
  ["slice", ["abcd", 1n, 3n], "bc"],
  ["slice", ["größe", 4n], "ße"],
  ["slice", [["a", "b", "c"], 1n], ["b", "c"]],
  ["slice", [["a", "b"]], ["a", "b"]],
  ["html", ["<a href='x'>&\"\0"], "&lt;a href=&#39;x&#39;&gt;&amp;&#34;\ufffd"],
  ["js", ["it's <b> \\ \n"], "it\\'s \\u003Cb\\u003E \\\\ \\u000A"],
  ["urlquery", ["a b&(c)"], "a+b%26%28c%29"],
  ["printf", ["%s-%d", "a", 1n], "a-1"],
  ["eq", [1n, 2n, 1n], true],
  ["eq", [true, false], false],
  ["eq", ["a", "a"], true],
  ["eq", [null, null], true],
  ["eq", [null, 1n], false],
  ["eq", [time, GoTime.fromMilliseconds(0)], true],
  ["eq", [time, GoTime.fromMilliseconds(1)], false],
  ["ne", [1.5, 2.5], true],
  ["lt", [1n, 2n], true],
  ["lt", [2n, 2n], false],
  ["le", [2n, 2n], true],
  ["gt", [2.5, 1.5], true],
  ["ge", ["b", "a"], true],
  ["ge", ["a", "b"], false],
])("the function %s of case %# answers as in Go", (name, args, answer) => {
  expect(call(name, args)).toEqual(answer);
});

it.each<[string, GoValue[], string]>([
  ["len", [1n], "len of type int"],
  ["len", [null], "zero Value"],
  ["index", [null, 1n], "index of untyped nil"],
  ["index", [{ a: 1n }, 1n], "value has type int; should be string"],
  ["index", [1n, 1n], "can't index item of type int"],
  ["index", [["a"], "a"], "cannot index slice/array with type string"],
  ["index", [["a"], -1n], "out of range: -1"],
  ["index", [["a"], 1n], "out of range: 1"],
  ["slice", [1n], "can't slice item of type int"],
  ["slice", ["abc", -1n], "out of range: -1"],
  ["slice", ["abc", 0n, 4n], "out of range: 4"],
  ["slice", ["abc", "a"], "out of range: a"],
  ["slice", ["abc", 2n, 1n], "index out of range in slice"],
  ["printf", [1n], "expected string; got int"],
  ["eq", [1n], "missing argument for comparison"],
  ["eq", [1n, "1"], "incompatible types for comparison"],
  ["eq", [{ a: 1n }, { a: 1n }], "non-comparable type"],
  ["lt", [1n, 1.5], "incompatible types for comparison"],
  ["lt", [true, false], "invalid type for comparison"],
])("the function %s of case %# fails as in Go: %3$s", (name, args, message) => {
  expect(() => call(name, args)).toThrow(message);
});

it.each<[GoValue, boolean]>([
  [null, false],
  ["", false],
  ["a", true],
  [0n, false],
  [1.5, true],
  [[], false],
  [[null], true],
  [{}, false],
  [{ a: null }, true],
  [time, true],
])("whether case %# counts as true is known", (value, result) => {
  expect(isTrue(value)).toBe(result);
});

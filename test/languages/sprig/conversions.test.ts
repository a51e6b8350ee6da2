import { expect, it } from "vitest";

import { GoDuration } from "../../../src/languages/go-duration.ts";
import { GoTime } from "../../../src/languages/go-time.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import {
  floatOf,
  intOf,
  isDeepEqual,
  isEmpty,
  kindOf,
  listOf,
  mapOf,
  textOf,
  textsOf,
} from "../../../src/languages/sprig/conversions.ts";
import { SemanticVersion } from "../../../src/languages/sprig/semantic-version.ts";

const time = new GoTime(0n);
const second = new GoDuration(1_000_000_000n);

it.each<readonly [GoValue, bigint, number]>([
  [3n, 3n, 3],
  [3.9, 3n, 3.9],
  [true, 1n, 1],
  [false, 0n, 0],
  ["12", 12n, 12],
  ["x", 0n, 0],
  [null, 0n, 0],
  [[], 0n, 0],
])("case %# is an integer and a float as spf13/cast reads it", (value, integer, float) => {
  expect(intOf(value)).toBe(integer);
  expect(floatOf(value)).toBe(float);
});

it("a duration is its nanoseconds, and what is infinite is still an integer", () => {
  expect(intOf(second)).toBe(1_000_000_000n);
  expect(typeof intOf(Number.POSITIVE_INFINITY)).toBe("bigint");
});

it("what is missing or has another type is empty", () => {
  expect(textOf(undefined)).toBe("");
  expect(textsOf(undefined)).toEqual([]);
  expect(textsOf(null)).toEqual([]);
  expect(textsOf(1n)).toEqual(["1"]);
  expect(mapOf("x")).toEqual({});
  expect(() => listOf(undefined, "find last")).toThrow("cannot find last on type invalid");
});

it.each<readonly [GoValue, string, boolean]>([
  [null, "invalid", true],
  [0n, "int", true],
  [1n, "int", false],
  [0, "float64", true],
  [0.5, "float64", false],
  [false, "bool", true],
  [true, "bool", false],
  ["", "string", true],
  ["x", "string", false],
  [new GoDuration(0n), "int64", true],
  [second, "int64", false],
  [time, "struct", false],
  [new SemanticVersion("1.2.3"), "ptr", false],
  [[], "slice", true],
  [[null], "slice", false],
  [{}, "map", true],
  [{ a: null }, "map", false],
])("case %# has the kind and the emptiness of its Go value", (value, kind, isWithout) => {
  expect(kindOf(value)).toBe(kind);
  expect(isEmpty(value)).toBe(isWithout);
});

it.each<readonly [GoValue, GoValue, boolean]>([
  [1n, 1n, true],
  [1n, 1, false],
  [[1n, null], [1n, null], true],
  [[1n], [1n, 2n], false],
  [[1n], {}, false],
  [{ a: [1n], b: null }, { b: null, a: [1n] }, true],
  [{ a: 1n }, { b: 1n }, false],
  [{ a: null }, { b: null }, false],
  [{ a: 1n }, { a: 2n }, false],
  [{ a: 1n }, {}, false],
  [{ a: 1n }, "a", false],
  [second, new GoDuration(1_000_000_000n), true],
  [second, new GoDuration(1n), false],
  [second, time, false],
  [second, 1_000_000_000n, false],
])("case %# is compared as reflect.DeepEqual does", (left, right, isSame) => {
  expect(isDeepEqual(left, right)).toBe(isSame);
});

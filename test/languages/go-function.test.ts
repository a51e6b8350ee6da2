import { expect, it } from "vitest";

import {
  checkArgumentCount,
  fitsParameter,
  type GoFunction,
  type GoParameter,
  parameterAt,
  zeroValue,
} from "../../src/languages/go-function.ts";
import { GoTime } from "../../src/languages/go-time.ts";
import type { GoValue } from "../../src/languages/go-value.ts";

const pad: GoFunction = { name: "pad", parameters: ["string", "int"], variadic: true, call: () => null };

const cases: readonly (readonly [GoParameter, fitting: GoValue, other: GoValue])[] = [
  ["string", "a", 1n],
  ["int", 1n, 1.5],
  ["float64", 1.5, 1n],
  ["bool", true, "true"],
  ["map", { a: 1n }, [1n]],
  ["map", null, "a"],
  ["list", [1n], { a: 1n }],
  ["list", null, "a"],
  ["time", GoTime.zero(), "2024-05-06"],
];

it.each(cases)("a parameter of type %s takes what is of its type only", (parameter, fitting, other) => {
  expect(fitsParameter(fitting, parameter)).toBe(true);
  expect(fitsParameter(other, parameter)).toBe(false);
});

it.each<[GoParameter, GoValue]>([
  ["string", ""],
  ["int", 0n],
  ["float64", 0],
  ["bool", false],
  ["map", null],
  ["any", null],
])("nil becomes the zero value of %s", (parameter, value) => {
  expect(zeroValue(parameter)).toBe(value);
});

it("nil becomes the zero time", () => {
  expect(zeroValue("time")).toMatchObject({ nanoseconds: -62_135_596_800_000_000_000n });
});

it("the last parameter of a variadic function repeats", () => {
  expect([0, 1, 5].map((at) => parameterAt(pad, at))).toEqual(["string", "int", "int"]);
  expect(() => checkArgumentCount(pad, 1)).not.toThrow();
  expect(() => checkArgumentCount(pad, 0)).toThrow("wrong number of args for pad: want at least 1 got 0");
  expect(() => checkArgumentCount({ ...pad, variadic: false }, 3)).toThrow("want 2 got 3");
});

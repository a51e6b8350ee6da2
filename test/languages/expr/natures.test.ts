import { expect, it } from "vitest";

import { checkBinary } from "../../../src/languages/expr/check-binary.ts";
import { checkSignature } from "../../../src/languages/expr/check-signature.ts";
import {
  boolNature,
  durationNature,
  integerNature,
  isAssignable,
  mapNature,
  natureOfType,
  nilNature,
  sortOf,
  stringNature,
} from "../../../src/languages/expr/natures.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { evaluate } from "../../support/evaluate-expression.ts";

it("a type's name tells its nature", () => {
  expect(natureOfType("func(int) string").kind).toBe("function");
  expect(natureOfType("time.Time").kind).toBe("object");
  expect(sortOf(durationNature)).toBe("int64");
  expect(sortOf(integerNature)).toBe("int");
  expect(sortOf({ kind: "integer" })).toBe("integer");
});

it("nil can be a map but no string", () => {
  expect(isAssignable(nilNature, mapNature)).toBe(true);
  expect(isAssignable(nilNature, stringNature)).toBe(false);
});

it("the last parameter of a variadic function may be left out, or repeat", () => {
  const signature = { parameters: [stringNature, integerNature], isVariadic: true, result: boolNature };
  const check = (...args: (typeof stringNature)[]): unknown => checkSignature("f", signature, args);

  expect(check(stringNature)).toBe(boolNature);
  expect(check(stringNature, integerNature, integerNature)).toBe(boolNature);
  expect(() => check()).toThrow("not enough arguments to call f");
  expect(() => check(stringNature, integerNature, stringNature)).toThrow(
    "cannot use string as argument (type int) to call f",
  );
});

it("a map of which nothing more is known has strings as keys", () => {
  expect(checkBinary("in", stringNature, { kind: "map" })).toBe(boolNature);
  expect(() => checkBinary("in", integerNature, { kind: "map" })).toThrow("cannot use int as type string in map key");
});

it.each<readonly [string, GoValue]>([
  ["(date('2024-01-01T00:00:05Z') - duration('3s')).Second()", 2n],
  ["(duration('1s') + date('2024-01-01T00:00:05Z')).Second()", 6n],
  ["(date('2024-01-01T00:00:05Z') - date('2024-01-01T00:00:03Z')).Seconds()", 2],
  ["(duration('3s') - duration('1s')).Seconds()", 2],
  ["'Year' in now()", false],
])("the operator in %s takes these types", (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

it("only the name of a field can be in a time", () => {
  expect(() => evaluate("1 in now()")).toThrow("mismatched types int and time.Time");
});

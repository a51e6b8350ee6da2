import { expect, it } from "vitest";

import { LocationValue } from "../../../src/languages/expr/typed-values.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { UTC_ZONE } from "../../../src/languages/go-zone.ts";
import { evaluate } from "../../support/evaluate-expression.ts";

it.each<readonly [string, GoValue]>([
  ["fromJSON('\"aé\"')[0]", 97n],
  ["fromJSON('\"aé\"')[-1]", 169n],
  ["'aé'[1:]", "é"],
  ["[1, nil][1]", null],
  ["[1, 2, 3][-2:]", [2n, 3n]],
  ["split('a,b,c', ',')[1:]", ["b", "c"]],
  ["split('a,b,c', ',')[:9]", ["a", "b", "c"]],
  ["fromJSON('[1]')?.[0]", 1],
  ["fromJSON('null')?.[0]", null],
  ["fromJSON('null')?.a.b", null],
])("%s is what Go has there", (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

it.each<readonly [string, GoValue]>([
  ["date('2024-01-01').Before(date('2024-01-02'))", true],
  ["date('2024-01-01').Add(duration('1h')).Hour()", 1n],
  ["date('2024-01-31').AddDate(0, 0, 1).Day()", 1n],
  ["date('2024-01-31').Format('02.01.2006')", "31.01.2024"],
  ["sprig.semver('1.2.3-rc.1').Prerelease()", "rc.1"],
  ["sprig.semver('1.2.3').Minor()", 2n],
])("the method of %s is known", (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

it("what is beyond the end, has no elements, or has no such method is refused", () => {
  expect(() => evaluate("fromJSON('\"abc\"')[3]")).toThrow("index out of range: 3 (array length is 3)");
  expect(() => evaluate("fromJSON('[1]')[1]")).toThrow("index out of range: 1 (array length is 1)");
  expect(() => evaluate("fromJSON('1')[0:1]")).toThrow("cannot slice");
  expect(() => evaluate("fromJSON('1')[0]")).toThrow("cannot fetch 0 from");
  expect(new LocationValue(UTC_ZONE).method("Offset")).toBeUndefined();
});

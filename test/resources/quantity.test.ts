import { expect, it } from "vitest";
import { parseQuantity } from "../../src/resources/quantity.ts";

it.each([
  ["500m", 0.5],
  ["2", 2],
  ["1.5Gi", 1.5 * 2 ** 30],
  [".5k", 500],
  ["1e3", 1000],
  ["2E", 2e18],
  ["-1M", -1e6],
  ["100Ki", 102_400],
] as const)("%s is %d", (text, value) => {
  expect(parseQuantity(text)).toBe(value);
});

it.each(["", "1mi", "Gi", "1 Gi", "1Gb", "0x10", "1ki"])("%j is not a quantity", (text) => {
  expect(parseQuantity(text)).toBeUndefined();
});

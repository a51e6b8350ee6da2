import { expect, it } from "vitest";

import {
  formatFloatFixed,
  formatFloatShortest,
  parseGoFloat,
  parseGoInt,
  printFloat,
} from "../../src/languages/go-number.ts";

it("a float prints with the shortest digits and an exponent from 1e6 on and below 1e-4", () => {
  expect([1, 1.5, 0.0001, 0.00001, 123456, 1234567, -0, 1 / 3].map(printFloat)).toEqual([
    "1",
    "1.5",
    "0.0001",
    "1e-05",
    "123456",
    "1.234567e+06",
    "-0",
    "0.3333333333333333",
  ]);
});

it("a float prints without an exponent when asked for plain digits", () => {
  expect(formatFloatShortest(1e-7, "f")).toBe("0.0000001");
  expect(formatFloatShortest(1.25e22, "f")).toBe("12500000000000000000000");
  expect(formatFloatShortest(12.5, "e")).toBe("1.25e+01");
});

it("a fixed precision rounds and pads as Go does", () => {
  expect(formatFloatFixed(2212345678, "f", 0)).toBe("2212345678");
  expect(formatFloatFixed(1.5, "f", 6)).toBe("1.500000");
  expect(formatFloatFixed(123456, "g", 3)).toBe("1.23e+05");
  expect(formatFloatFixed(0.5, "e", 2)).toBe("5.00e-01");
});

it("integers are read in the bases that Go knows and refused outside 64 bits", () => {
  expect(parseGoInt("0x1f", 0)).toBe(31n);
  expect(parseGoInt("1_000", 0)).toBe(1000n);
  expect(parseGoInt("0777", 8)).toBe(511n);
  expect(() => parseGoInt("1_000")).toThrow("invalid syntax");
  expect(() => parseGoInt("9223372036854775808")).toThrow("out of range");
});

it("floats are read as strconv.ParseFloat reads them", () => {
  expect(parseGoFloat("-1.5e3")).toBe(-1500);
  expect(parseGoFloat("0x1p-2")).toBe(0.25);
  expect(() => parseGoFloat("1.5x")).toThrow('parsing "1.5x": invalid syntax');
});

it.each([
  [100, "g", 3, "100"],
  [1.5, "g", 4, "1.5"],
  [1e10, "g", 3, "1e+10"],
  [0.00001234, "g", 2, "1.2e-05"],
  [1e21, "f", 0, "1000000000000000000000"],
  [1e21, "f", 2, "1000000000000000000000.00"],
  [-0, "f", 1, "-0.0"],
  [Number.NaN, "f", 2, "NaN"],
  [Infinity, "g", 2, "+Inf"],
  [-Infinity, "e", 2, "-Inf"],
] as const)("%d as %%%s with the precision %d is %s", (value, format, precision, text) => {
  expect(formatFloatFixed(value, format, precision)).toBe(text);
});

it("what is no number prints as such", () => {
  expect([Number.NaN, Infinity, -Infinity].map(printFloat)).toEqual(["NaN", "+Inf", "-Inf"]);
});

it.each([
  ["NaN", Number.NaN],
  ["inf", Infinity],
  ["-Infinity", -Infinity],
  ["-0x1.8p1", -3],
  ["0xap0", 10],
])("the text %s is the number %d", (text, number) => {
  expect(parseGoFloat(text)).toBe(number);
});

it.each(["+nan", "0xp1", "0x1"])("the text %s is no number", (text) => {
  expect(() => parseGoFloat(text)).toThrow("invalid syntax");
});

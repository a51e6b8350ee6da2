import { expect, it } from "vitest";

import { evaluateResourceConditions } from "../../src/languages/resource-condition.ts";

const object = '{"a":{"b":"7","c":"x"}}';

it("a failure condition that is none is refused as such, whatever the other says", () => {
  expect(() =>
    evaluateResourceConditions({ object, successCondition: "a.b = 7", failureCondition: "a.b == x y" }),
  ).toThrow("fail condition");
});

it.each([
  ["a/b/c = d", "a valid label key must consist of"],
  ["/b = d", "prefix part must be non-empty"],
  ["a/ = d", "name part must be non-empty"],
  [`${"a".repeat(64)} = d`, "name part must be no more than 63 bytes"],
  [`${"a.".repeat(130)}a/b`, "prefix part must be no more than 253 bytes"],
  ["a > b/c", "[values[0]: Invalid value"],
  ["a in (b c)", "found 'c', expected: ',' or ')'"],
  ["a in (b,=)", "found '=', expected: ',', or identifier"],
  ["a in (=)", "found '=', expected: ',', ')' or identifier"],
  ["!= a", "expected: !, identifier"],
  ["! = a", "found '=', expected: identifier"],
  ["a = =", "found '=', expected: identifier"],
  ["a, =", "expected: identifier after ','"],
  ["a in", "found '' expected: '('"],
  ["a =! b", "found '!', expected: identifier"],
])("the condition %s is refused: %s", (condition, message) => {
  expect(() => evaluateResourceConditions({ object, successCondition: condition })).toThrow(message);
});

it("numbers are compared as integers, whatever else is compared as text", () => {
  expect(evaluateResourceConditions({ object, successCondition: "a.b > 6, a.b < 10" })).toBe("succeeded");
  expect(evaluateResourceConditions({ object, successCondition: "a.c > 6" })).toBe("waiting");
});

import { expect, it } from "vitest";

import { findOperator } from "../../../src/languages/json-path/find-operator.ts";

it.each([
  ["a==b", "==", 1],
  ["(a+b)+c", "+", 5],
  ["[a+b]+c", "+", 5],
  ["'a+b'+c", "+", 5],
  ["'(['+c", "+", 4],
  ["[(]+c", "+", 3],
  [`"it's"+c`, "+", 6],
  [`'say "+"'+c`, "+", 9],
  ["a-b", "+", -1],
  ["(a+b)", "+", -1],
])("of %s the operator %s stands at %d", (source, operator, index) => {
  expect(findOperator(source, operator)).toBe(index);
});

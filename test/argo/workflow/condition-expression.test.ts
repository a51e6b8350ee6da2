import { expect, it } from "vitest";

import { evaluateToText } from "../../../src/argo/workflow/condition-expression.ts";

const sources = { now: () => 0, random: () => 0 };

it.each([
  ["name + '!'", "a!"],
  ["1 + 1", "2"],
  ["[1, 'x']", '[1,"x"]'],
  ["true", "true"],
])("the text of %s is %s", (expression, text) => {
  expect(evaluateToText(expression, new Map([["name", "a"]]), sources)).toBe(text);
});

it("an expression that gives nothing has no text", () => {
  expect(() => evaluateToText("nil", new Map(), sources)).toThrow('failed to evaluate expression "nil"');
});

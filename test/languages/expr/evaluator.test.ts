import { expect, it } from "vitest";

import { evaluateNode } from "../../../src/languages/expr/evaluator.ts";
import { evaluateEventFilter } from "../../../src/languages/expr/event-filter.ts";
import type { Node } from "../../../src/languages/expr/syntax.ts";
import { evaluate } from "../../support/evaluate-expression.ts";

const sources = { now: () => 0, random: () => 0 };

it("`and` and `or` decide by what they need", () => {
  expect(evaluate("x and y", { x: true, y: false })).toBe(false);
  expect(evaluate("y and x", { x: true, y: false })).toBe(false);
  expect(evaluate("y or x", { x: true, y: false })).toBe(true);
});

it("a pointer is nothing outside of a predicate, and nil is no integer", () => {
  const nil: Node = { kind: "nil" };

  expect(() => evaluateNode({ kind: "pointer", name: "" }, { variables: {}, sources })).toThrow("outside predicate");
  expect(() =>
    evaluateNode({ kind: "binary", operator: "== simple", left: nil, right: nil }, { variables: {}, sources }),
  ).toThrow("interface {} is nil");
});

it("nil is an empty text to a function of a workflow, and refused in a filter of Argo Events", () => {
  expect(evaluate("sprig.trim(nil)")).toBe("");
  expect(() => evaluateEventFilter("sprig.trim(nil) == ''", {}, sources)).toThrow("as type string");
});

import { expect, it } from "vitest";

import { checkEventFilter, evaluateEventFilter } from "../../../src/languages/expr/event-filter.ts";
import { LanguageError } from "../../../src/languages/language-error.ts";

const sources = { now: () => 0, random: () => 0 };

it("a filter finds names with a dash under an underscore", () => {
  expect(evaluateEventFilter("a_b == 'x'", { "a-b": "x" }, sources)).toBe(true);
});

it("a filter that is no boolean lets nothing pass, and says so", () => {
  expect(() => evaluateEventFilter("body", { body: 1 }, sources)).toThrow(
    "unable to cast expression result '1' to bool",
  );
});

it("a filter can be checked before there is an event", () => {
  expect(() => checkEventFilter("body.a == 'x' && unknown == nil")).not.toThrow();
  expect(() => checkEventFilter("body.a = 1")).toThrow(LanguageError);
  expect(() => checkEventFilter("`raw` == body")).toThrow(LanguageError);
});

it("a filter sorts by the name of a field, and what has no fields by itself", () => {
  const data = { list: [{ n: 2 }, { n: 1 }], numbers: [2, 1] };

  expect(evaluateEventFilter("sortBy(list, 'n')[0].n == 1", data, sources)).toBe(true);
  expect(evaluateEventFilter("sortBy(numbers, 'n')[0] == 1", data, sources)).toBe(true);
});

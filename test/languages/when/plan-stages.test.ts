import { expect, it } from "vitest";

import { planStages } from "../../../src/languages/when/plan-stages.ts";
import { readTokens } from "../../../src/languages/when/read-tokens.ts";

it("no words are no condition", () => {
  expect(() => planStages([])).toThrow("Unexpected end of expression");
});

it("an operator in place of a value is refused", () => {
  expect(() => planStages(readTokens("true ? , 1"))).toThrow("Unable to plan token kind: 'SEPARATOR'");
});

it("operators of one precedence are nested from the left", () => {
  const stage = planStages(readTokens("1 - 2 + 3 - 4"));

  expect([stage.symbol, stage.left?.symbol, stage.left?.left?.symbol]).toEqual(["-", "+", "-"]);
  expect(stage.right?.literal?.value).toBe(4);
});

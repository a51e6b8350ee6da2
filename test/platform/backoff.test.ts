import { expect, test } from "vitest";
import { backoffMs } from "../../src/platform/backoff.ts";

const limits = { backoffFirstMs: 100, backoffMaxMs: 1_000 };

test("the wait doubles with each failure and stops growing at the cap", () => {
  const waits = [1, 2, 3, 4, 5, 50, 5_000].map((count) => backoffMs(limits, count, () => 0.999_999));

  expect(waits.map((ms) => Math.round(ms))).toEqual([100, 200, 400, 800, 1_000, 1_000, 1_000]);
});

test("chance spreads the wait over the upper half only", () => {
  expect([0, 0.5].map((chance) => backoffMs(limits, 2, () => chance))).toEqual([100, 150]);
});

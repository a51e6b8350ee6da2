import { expect, it } from "vitest";

import { power } from "../../src/languages/go-power.ts";

it.each([
  [2, 10, 1024],
  [2, -2, 0.25],
  [1, Number.NaN, 1],
  [-1, Infinity, 1],
  [-1, 0, 1],
  [0, 3, 0],
  [Number.NaN, 0, 1],
  [9, 0.5, 3],
  [4, -0.5, 0.5],
  [-8, 0.3, Number.NaN],
  [10, 400, Infinity],
  [10, -400, 0],
  [2, 1e18, Infinity],
  [0.5, 1e18, 0],
  [10, -300, 9.999999999999994e-301],
  [-2, 3, -8],
  [16, 0.75, 8],
])("%d to the power of %d is %d", (base, exponent, result) => {
  expect(power(base, exponent)).toBe(result);
});

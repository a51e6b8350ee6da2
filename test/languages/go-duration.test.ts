import { expect, it } from "vitest";

import { GoDuration } from "../../src/languages/go-duration.ts";

const duration = new GoDuration(90_500_000_000n);

it.each([
  ["Milliseconds", 90_500n],
  ["Seconds", 90.5],
  ["String", "1m30.5s"],
])("the method %s of a duration answers %s", (name, answer) => {
  expect(duration.method(name)?.()).toBe(answer);
});

it.each(["Days", "toString"])("a duration has no method %s", (name) => {
  expect(duration.method(name)).toBeUndefined();
});

import { expect, it } from "vitest";

import { callSprig } from "../../support/call-sprig.ts";

it("letters are drawn and mixed by the source of chance", () => {
  expect(callSprig("randNumeric", 3n)).toBe('"555"');
  expect(callSprig("randAlpha", 0n)).toBe('""');
  expect(callSprig("shuffle", "abc")).toBe('"bca"');
});

it("a text of less than no letters, or of too many, is refused", () => {
  expect(() => callSprig("randAlpha", -1n)).toThrow("-1 is not a possible length");
  expect(() => callSprig("randAlpha", 1_000_001n)).toThrow("1000001 is not a possible length");
});

import { describe, expect, it } from "vitest";

import {
  formatGoDuration,
  humanizeDuration,
  parseArgoDuration,
  parseGoDuration,
  parseGoDurationNanoseconds,
} from "../../src/languages/duration.ts";
import { LanguageError } from "../../src/languages/language-error.ts";

describe("durations", () => {
  it("are milliseconds, with a fraction when they are finer", () => {
    expect(parseGoDuration("1.5s")).toBe(1500);
    expect(parseGoDuration("1us")).toBe(0.001);
    expect(parseArgoDuration("20")).toBe(20_000);
  });

  it("reach down to the smallest 64-bit integer only with a minus sign", () => {
    expect(parseGoDurationNanoseconds("-9223372036854775808ns")).toBe(-(2n ** 63n));
    expect(() => parseGoDuration("9223372036854775808ns")).toThrow(LanguageError);
  });

  it("print with the largest unit that fits", () => {
    expect(formatGoDuration(61_500_000_000n)).toBe("1m1.5s");
    expect(formatGoDuration(-1_500n)).toBe("-1.5µs");
  });

  it.each([
    [59, "59 seconds"],
    [2 * 86_400, "2 days 0 hours"],
    [40 * 86_400, "1 month 0 hours"],
    [720 * 86_400 + 3600, "2 years 1 hour"],
  ])("of %d seconds are %s in words", (seconds, words) => {
    expect(humanizeDuration(seconds * 1000)).toBe(words);
  });
});

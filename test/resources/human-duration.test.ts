import { describe, expect, it } from "vitest";
import { humanDuration } from "../../src/resources/human-duration.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

describe("an age", () => {
  it.each([
    [-2, "<invalid>"],
    [-1, "0s"],
    [0, "0s"],
    [119, "119s"],
    [2 * MINUTE, "2m"],
    [9 * MINUTE + 59, "9m59s"],
    [10 * MINUTE, "10m"],
    [3 * HOUR - 1, "179m"],
    [3 * HOUR, "3h"],
    [7 * HOUR + 59 * MINUTE, "7h59m"],
    [8 * HOUR, "8h"],
    [2 * DAY - 1, "47h"],
    [2 * DAY, "2d"],
    [7 * DAY + 23 * HOUR, "7d23h"],
    [8 * DAY, "8d"],
    [2 * YEAR - 1, "729d"],
    [2 * YEAR, "2y"],
    [3 * YEAR + 10 * DAY, "3y10d"],
    [9 * YEAR, "9y"],
  ])("of %i seconds is printed as %s", (seconds, text) => {
    expect(humanDuration(seconds * 1000)).toBe(text);
  });
});

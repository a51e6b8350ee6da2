import { expect, it } from "vitest";

import { GoDuration } from "../../src/languages/go-duration.ts";
import { printGoValue } from "../../src/languages/go-format.ts";
import { GoNamedInt, GoTime } from "../../src/languages/go-time.ts";
import type { GoValue } from "../../src/languages/go-value.ts";

const time = GoTime.fromMilliseconds(Date.UTC(2024, 0, 31, 7, 8, 9));
const later = time.add(1n);
const hour = 3_600_000_000_000n;

function text(name: string, ...args: readonly GoValue[]): string {
  return printGoValue(time.method(name)?.(...args) ?? null);
}

it.each<[string, GoValue[], string]>([
  ["Format", ["2006"], "2024"],
  ["Add", [new GoDuration(hour)], "2024-01-31 08:08:09 +0000 UTC"],
  ["Add", [hour], "2024-01-31 08:08:09 +0000 UTC"],
  ["Add", ["-1h"], "2024-01-31 06:08:09 +0000 UTC"],
  ["Sub", [later], "-1ns"],
  ["Before", [later], "true"],
  ["After", [later], "false"],
  ["Equal", [time], "true"],
  ["Compare", [later], "-1"],
  ["Compare", [time], "0"],
  ["Compare", [time.add(-1n)], "1"],
  ["AddDate", [0n, 1n, 0n], "2024-03-02 07:08:09 +0000 UTC"],
  ["Truncate", [hour], "2024-01-31 07:00:00 +0000 UTC"],
  ["Truncate", [0n], "2024-01-31 07:08:09 +0000 UTC"],
  ["Weekday", [], "Wednesday"],
])("the method %s answers as Go's (case %#)", (name, args, answer) => {
  expect(text(name, ...args)).toBe(answer);
});

it.each<[string, GoValue[], string]>([
  ["Format", [1n], "a string was expected"],
  ["Sub", ["1h"], "a time.Time was expected"],
  ["Add", [true], "a time.Duration was expected"],
  ["AddDate", [1n, 1n], "AddDate needs three integers"],
])("the method %s refuses other types", (name, args, message) => {
  expect(() => text(name, ...args)).toThrow(message);
});

it("seconds before the epoch are rounded down", () => {
  const before = new GoTime(-1n);

  expect([before.seconds, before.fraction]).toEqual([-1n, 999_999_999n]);
});

it("months and times have no other methods than Go's", () => {
  const may = new GoNamedInt("time.Month", 5n, "May");

  expect(may.method("String")?.()).toBe("May");
  expect(may.method("Name")).toBeUndefined();
  expect(time.method("Parse")).toBeUndefined();
});

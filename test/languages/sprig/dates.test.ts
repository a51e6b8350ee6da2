import { expect, it } from "vitest";

import { GoDuration } from "../../../src/languages/go-duration.ts";
import { GoTime } from "../../../src/languages/go-time.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { callSprig } from "../../support/call-sprig.ts";

const at = (text: string): GoTime => GoTime.fromMilliseconds(Date.parse(text));

it.each<readonly [string, readonly GoValue[], string]>([
  ["now", [], '"2024-05-06T07:08:09Z"'],
  ["date", ["15:04", "no time"], '"07:08"'],
  ["htmlDate", [0n], '"1970-01-01"'],
  ["htmlDateInZone", [at("2024-05-06T23:30:00Z"), "Asia/Tokyo"], '"2024-05-07"'],
  ["htmlDateInZone", [at("2024-05-06T23:30:00Z"), "No/Where"], '"2024-05-06"'],
  ["toDate", ["2006-01-02", "2024-05-06"], '"2024-05-06T00:00:00Z"'],
  ["toDate", ["2006-01-02", "tomorrow"], '"0001-01-01T00:00:00Z"'],
  ["dateModify", ["-1h30m", at("2024-05-06T07:00:00Z")], '"2024-05-06T05:30:00Z"'],
  ["date_modify", ["soon", at("2024-05-06T07:00:00Z")], '"2024-05-06T07:00:00Z"'],
  ["mustDateModify", ["24h", at("2024-05-06T07:00:00Z")], '"2024-05-07T07:00:00Z"'],
  ["unixEpoch", [at("1970-01-01T00:01:00Z")], '"60"'],
  ["ago", [at("2024-05-06T07:09:09Z")], '"-1m0s"'],
  ["duration", ["95"], '"1m35s"'],
  ["duration", [95n], '"1m35s"'],
  ["duration", ["soon"], '"0s"'],
  ["durationRound", [at("2024-05-06T04:08:00Z")], '"3h"'],
  ["durationRound", ["-2h10m"], '"2h"'],
  ["durationRound", ["2400h10m5s"], '"3mo"'],
  ["durationRound", ["500ms"], '"0s"'],
  ["durationRound", ["soon"], '"0s"'],
  ["durationRound", [new GoDuration(0n)], '"0s"'],
  ["durationRound", [0n], '"0s"'],
  ["durationRound", [null], '"0s"'],
])("%s of case %# is what sprig answers", (name, args, expected) => {
  expect(callSprig(name, ...args)).toBe(expected);
});

it("a duration that must be right is refused when it is not", () => {
  expect(() => callSprig("mustDateModify", "soon", at("2024-05-06T07:00:00Z"))).toThrow("invalid duration");
});

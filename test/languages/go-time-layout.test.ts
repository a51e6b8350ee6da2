import { expect, it } from "vitest";

import { formatGoTime } from "../../src/languages/go-time-layout.ts";
import { fixedZone } from "../../src/languages/go-zone.ts";

const offsetSeconds = -(3 * 3600 + 30 * 60 + 15);
const morning = {
  seconds: BigInt(Date.UTC(2024, 4, 6, 7, 8, 9) / 1000 - offsetSeconds),
  fraction: 120_000_000n,
  zone: fixedZone(offsetSeconds, "XYZ"),
  wallClock: () => new Date(Date.UTC(2024, 4, 6, 7, 8, 9)),
};

it.each([
  ["Monday Mon January Jan", "Monday Mon May May"],
  ["3:04pm 03:04PM", "7:08am 07:08AM"],
  ["2 _2 02 002 __2 06", "6  6 06 127 127 24"],
  ["-07 -0700 -07:00", "-03 -0330 -03:30"],
  ["-070000 -07:00:00", "-033015 -03:30:15"],
  ["Z07:00 MST", "-03:30 XYZ"],
  ["05.000 05.999", "09.120 09.12"],
])("in the morning the layout %s prints %s", (layout, text) => {
  expect(formatGoTime(morning, layout)).toBe(text);
});

it("after noon it is PM", () => {
  const evening = { ...morning, wallClock: () => new Date(Date.UTC(2024, 4, 6, 19, 8)) };

  expect(formatGoTime(evening, "3 PM 3 pm 15")).toBe("7 PM 7 pm 19");
});

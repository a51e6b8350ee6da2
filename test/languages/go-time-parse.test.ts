import { expect, it } from "vitest";

import { parseGoTime } from "../../src/languages/go-time-parse.ts";

it.each([
  ["2006-01-02 03:04 PM", "2024-05-06 12:30 AM", "2024-05-06T00:30:00.000Z"],
  ["2006-01-02 03:04 pm", "2024-05-06 12:30 pm", "2024-05-06T12:30:00.000Z"],
  ["2006-01-02 3 PM", "2024-05-06 7 AM", "2024-05-06T07:00:00.000Z"],
  ["02.01.06", "06.05.68", "2068-05-06T00:00:00.000Z"],
  ["02.01.06", "06.05.69", "1969-05-06T00:00:00.000Z"],
  ["2006 002", "2024 060", "2024-02-29T00:00:00.000Z"],
  ["2006-01-02 15:4:5.000", "2024-05-06 7:8:9.120", "2024-05-06T07:08:09.120Z"],
  ["2006-01-02T15:04:05-07:00", "2024-05-06T07:08:09-03:30", "2024-05-06T10:38:09.000Z"],
  ["2006-01-02T15:04:05-07:00", "2024-05-06T07:08:09+00:00", "2024-05-06T07:08:09.000Z"],
  ["2006-01-02 15:04 MST", "2024-05-06 07:08 GMT+3", "2024-05-06T04:08:00.000Z"],
  ["2006-01-02 15:04 MST", "2024-05-06 07:08 UTC", "2024-05-06T07:08:00.000Z"],
  ["2006-01-02 15:04 MST", "2024-05-06 07:08 XYZ", "2024-05-06T07:08:00.000Z"],
])("by the layout %s the text %s is %s", (layout, text, instant) => {
  const { nanoseconds } = parseGoTime(layout, text);

  expect(new Date(Number(nanoseconds / 1_000_000n)).toISOString()).toBe(instant);
});

it.each([
  ["2006-01-02", "2024-02-30", "value out of range"],
  ["2006-01-02", "yesterday", "cannot parse"],
])("by the layout %s the text %s is refused: %s", (layout, text, message) => {
  expect(() => parseGoTime(layout, text)).toThrow(message);
});

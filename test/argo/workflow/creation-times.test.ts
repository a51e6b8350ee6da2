import { expect, it } from "vitest";

import { creationTimes } from "../../../src/argo/workflow/creation-times.ts";

function time(second: number): string {
  return new Date(Date.parse("2026-01-02T03:04:05Z") + second * 1000).toISOString().replace(".000", "");
}

it("a time is given in every form, and the oldest of many is forgotten", () => {
  const first = creationTimes(time(0));
  expect(first.get("workflow.creationTimestamp")).toBe("2026-01-02T03:04:05Z");
  expect(first.get("workflow.creationTimestamp.s")).toBe("1767323045");
  expect(first.get("workflow.creationTimestamp.Y")).toBe("2026");

  for (let second = 1; second < 256; second += 1) creationTimes(time(second));
  expect(creationTimes(time(0))).toBe(first);
  creationTimes(time(256));

  expect(creationTimes(time(0))).not.toBe(first);
  expect(creationTimes(time(0))).toEqual(first);
});

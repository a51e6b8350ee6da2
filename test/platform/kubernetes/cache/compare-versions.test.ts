import { expect, it } from "vitest";
import { compareVersions } from "../../../../src/platform/kubernetes/cache/compare-versions.ts";

it("resourceVersions are compared as numbers of any length", () => {
  const huge = "123456789012345678901234567890";
  const sorted = [undefined, "1", "9", "10", "99", "100", huge, `${huge}0`];

  expect([...sorted].toSorted(() => -1).toSorted(compareVersions)).toEqual([...sorted.slice(1), undefined]);
  expect(compareVersions("7", "7")).toBe(0);
  expect(compareVersions(undefined, "1")).toBeLessThan(0);
  expect(compareVersions("2", undefined)).toBeGreaterThan(0);
  expect(compareVersions("100", "99")).toBeGreaterThan(0);
  expect(compareVersions("12", "21")).toBeLessThan(0);
});

import { expect, it } from "vitest";
import { closestName } from "../../src/resources/closest-name.ts";

it.each([
  ["labell", ["label", "name"], "label"],
  ["CodeRum", ["CodeRun", "DocsRun"], "CodeRun"],
  ["nothing", ["label", "name"], undefined],
  ["x", [], undefined],
  ["ab", ["xy"], undefined],
])("of %s and %j the one that was meant is %s", (given, known, meant) => {
  expect(closestName(given, known)).toBe(meant);
});

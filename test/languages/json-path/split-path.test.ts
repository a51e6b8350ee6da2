import { expect, it } from "vitest";

import { splitPath } from "../../../src/languages/json-path/split-path.ts";

it.each([
  ["$", ["$"]],
  ["$.a..b", ["$", "a", "..", "b"]],
  ["$.'a.b'.c", ["$", "'a.b'", "c"]],
  ["$['a.b'][0]", ["$", "['a.b']", "[0]"]],
  ["$.length(a.b).c", ["$", "length(a.b)", "c"]],
])("the path %s has the steps %j", (path, steps) => {
  expect(splitPath(path)).toEqual(steps);
});

it.each(["", "a", "$a"])("%j is no path", (path) => {
  expect(() => splitPath(path)).toThrow("invalid JSONPath selector");
});

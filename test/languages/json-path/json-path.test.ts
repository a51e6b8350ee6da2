// The expected values are what evilmonkeyinc/jsonpath finds, the library behind Argo's `jsonpath` function.
import { expect, it } from "vitest";

import { readJson, writeJson } from "../../../src/languages/go-json.ts";
import { queryJsonPath } from "../../../src/languages/json-path/json-path.ts";

const document = {
  list: [1, 2, 3, 4, 5],
  name: "größe",
  nothing: null,
  two: 2,
  key: "two",
  measures: { length: null },
  quotes: { "it's": 1, 'say "x"': 2 },
  mixed: [[], [1], {}, { a: 1 }, "", "x", 0, 1, null, true, false],
  items: [
    { name: "p", price: 5, tags: ["x"], owner: { id: 1 } },
    { name: "q", price: 10, tags: [], sold: true },
    { name: "r", price: 20, tags: ["x", "y"], owner: {} },
  ],
};

function find(path: string): unknown {
  return JSON.parse(writeJson(queryJsonPath(path, readJson(JSON.stringify(document)))));
}

it.each([
  ["$.name.length", 7],
  ["$.list.length", 5],
  ["$.items[0].length", 4],
  ["$.measures.length", null],
])("%s counts bytes, items or keys, unless there is a key of that name", (path, length) => {
  expect(find(path)).toBe(length);
});

it.each([
  ["$['it''s']", "does not match"],
  ["$['list", "does not match"],
  ["$['list]", "does not match"],
  ["$.list[]", "does not match"],
  ["$.list[two]", "does not match"],
  ["$.list[1,2:3]", "does not match"],
  ["$.list[1:2:3:4]", "does not match"],
  ["$.list['a':2]", "does not match"],
  ["$.list[1,]", "does not match"],
  ["$.list[a,b]", "does not match"],
  ["$.items[?@.price]", "does not match"],
  ["$.items[?()]", "invalid expression. is empty"],
  ["$.items[?((@.price || @.name))]", "unsupported operator"],
  ["$.name[0]", "index: invalid token target"],
  ["$.two.length", "length: invalid token target"],
  ["$.list['a','b']", "union: invalid token target"],
  ["$.list[0,'a']", "expected an integer"],
  ["$.list[(@.length/2)]", "expected an integer"],
  ["$.list[(true)]", "expected an integer"],
  ["$.list[(nil)]", "expected an integer"],
  ["$[($.key)]", "key ''two'' not found"],
  ["$.list[::0]", "range: invalid token out of range"],
])("%s is refused: %s", (path, message) => {
  expect(() => find(path)).toThrow(message);
});

it.each([
  ["$.quotes['it\\'s']", 1],
  ['$.quotes["say \\"x\\""]', 2],
  ["$[(name)]", "größe"],
  ["$.list[(@.length-1)]", 5],
  ["$.list[($.two)]", 3],
])("%s names one member", (path, value) => {
  expect(find(path)).toEqual(value);
});

it.each([
  ["$.list[($.two):]", [3, 4, 5]],
  ["$.list[:($.two)]", [1, 2]],
  ["$.list[1 :4: 2]", [2, 4]],
  ["$.list[0,(@.length-1)]", [1, 5]],
  ["$.list[-1,0,9]", [5, 1]],
  ["$.items[0].owner['id','absent']", [1]],
  ["$.items[0:2].sold", [true]],
])("%s names several, and what does not exist is left out", (path, values) => {
  expect(find(path)).toEqual(values);
});

it.each([
  ["@", [[1], { a: 1 }, "x", 1, true]],
  ["@.length", [[1], { a: 1 }, "x"]],
  ["nil", []],
  ["null", []],
  ["0", []],
  ["f", []],
  ["''", []],
])("the filter %s takes what is neither nothing nor empty, zero or false", (filter, values) => {
  expect(find(`$.mixed[?(${filter})]`)).toEqual(values);
});

it.each(["1", "t", "word", "nil == null"])("the filter %s takes everything", (filter) => {
  expect(find(`$.mixed[?(${filter})]`)).toEqual(document.mixed);
});

it.each([
  ["@.owner", ["p"]],
  ['@.name == "p"', ["p"]],
  ['"" == @.name', []],
  ["@.name =~ p|q", ["p", "q"]],
  ["@.name =~ 'p|q'", ["p", "q"]],
  ["@.name =~ '*'", []],
  ["@.price in [5, 10]", ["p", "q"]],
  ['@.price in {"a": 5}', ["p"]],
  ["@.price in [five]", []],
  ["'x' in @.tags", []],
  ["x in @.tags", ["p", "r"]],
  ["@.absent in [1]", []],
  ["@.absent not in [1]", ["p", "q", "r"]],
  ["@.name + 1 > 0", []],
  ["@.name && true", []],
  ["nil || @.sold", ["q"]],
  ["!nil", ["p", "q", "r"]],
  ["@.price >", []],
  ["a @.price", ["p", "q", "r"]],
  ["(@.price > 6)", ["q", "r"]],
])("the filter %s takes the items %j", (filter, names) => {
  expect(find(`$.items[?(${filter})].name`)).toEqual(names);
});

it("an index behind a filter picks from what it takes", () => {
  expect(find("$.items[?(@.price > 5)][0].name")).toBe("q");
});

it("a filter that fails within a wildcard finds nothing", () => {
  expect(find("$.items[*][?()]")).toEqual([]);
});

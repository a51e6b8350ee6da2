import { expect, it } from "vitest";

import { readPath } from "../../../src/languages/gjson/gjson.ts";

const items = [
  { n: 1, s: "ab", ok: true, mixed: "0" },
  { n: 2, s: "b", ok: false, mixed: "yes" },
  { n: 3, s: "c", mixed: 0 },
  { n: 4, mixed: 5 },
  { n: 5, mixed: null },
  { n: 6, mixed: false },
];

it.each([
  ["n<2", [1]],
  ["n>=6", [6]],
  ["n%1", []],
  ['s!%"a*"', [2, 3]],
  ['s%"a*"', [1]],
  ["mixed==~false", [1, 3, 5, 6]],
  ["n==~other", []],
  ['ok!="x"', [1, 2]],
  ['ok>="x"', [1]],
  ['ok<="x"', [2]],
  ["ok>false", [1]],
])("the query %s finds the items %j", (query, numbers) => {
  expect(JSON.parse(readPath(JSON.stringify(items), `#(${query})#.n`).raw)).toEqual(numbers);
});

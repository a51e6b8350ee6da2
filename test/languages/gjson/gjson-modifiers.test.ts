// The expected values are what tidwall/gjson finds.
import { expect, it } from "vitest";

import { readPath } from "../../../src/languages/gjson/gjson.ts";

const document = JSON.stringify({
  age: 37,
  name: { first: "Tom", last: "Anderson" },
  lists: [[1, 2], [3, [4]], [], 5],
  mixed: [1, { a: 1, b: 2 }, [3], { a: 4 }],
  columns: { a: [1, 2], b: [3], c: 4 },
  text: '{"k":[1]}',
  deep: { x: { y: { x: 1 } }, list: [{ x: 2 }, { x: [{ x: 3 }] }] },
});

it.each([
  ["age|@reverse", "37"],
  ["age|@flatten", "37"],
  ["age|@join", "37"],
  ["age|@this", "37"],
  ["name|@flatten", '{"first":"Tom","last":"Anderson"}'],
  ["lists|@values", "[[1,2],[3,[4]],[],5]"],
])("%s leaves a value that it does not concern as it is", (path, raw) => {
  expect(readPath(document, path).raw).toBe(raw);
});

it.each(["age|@group", "nothing|@valid", "nothing|@fromstr", "age|@unknown"])("%s finds nothing", (path) => {
  expect(readPath(document, path).exists).toBe(false);
});

it.each([
  ["lists|@flatten", "[1,2,3,[4],5]"],
  ['lists|@flatten:{"deep":true}', "[1,2,3,4,5]"],
  ["lists|@reverse", "[5,[],[3,[4]],[1,2]]"],
  ["name|@reverse", '{"last":"Anderson","first":"Tom"}'],
  ["mixed|@join", '{"a":4,"b":2}'],
  ['mixed|@join:{"preserve":true}', '{"a":1,"b":2,"a":4}'],
  ["columns|@group", '[{"a":1,"b":3},{"a":2}]'],
  ["lists|@keys", "[null,null,null,null]"],
  ["text|@fromstr", '{"k":[1]}'],
  ["text|@fromstr|k.0", "1"],
  ["deep|@dig:x", '[{"y":{"x":1}},1,2,[{"x":3}],3]'],
  ["deep|@dig:absent", "[]"],
])("%s makes %s", (path, raw) => {
  expect(readPath(document, path).raw).toBe(raw);
});

it.each([
  ['name|@pretty:{"indent":"\\t"}', '{\n\t"first": "Tom",\n\t"last": "Anderson"\n}\n'],
  ['name|@pretty:{"indent":"- -","prefix":" "}', '{\n  "first": "Tom",\n  "last": "Anderson"\n }\n'],
  ['lists.0|@pretty:{"width":5}', "[\n  1,\n  2\n]\n"],
])("%s is laid out by its options, of which only blanks count", (path, text) => {
  expect(readPath(document, path).text).toBe(text);
});

it.each([
  ["lists|@pretty", "[[1, 2], [3, [4]], [], 5]\n"],
  ["mixed.#(a)#|@pretty", '[\n  {\n    "a": 1,\n    "b": 2\n  },\n  {\n    "a": 4\n  }\n]\n'],
  ['columns|@pretty:{"width":14}', '{\n  "a": [1, 2],\n  "b": [3],\n  "c": 4\n}\n'],
  ['columns|@pretty:{"width":13}', '{\n  "a": [\n    1,\n    2\n  ],\n  "b": [3],\n  "c": 4\n}\n'],
  ['lists|@pretty:{"width":9}', "[\n  [1, 2],\n  [\n    3,\n    [4]\n  ],\n  [],\n  5\n]\n"],
])("%s keeps a list on one line where it has no objects and fits behind its key", (path, text) => {
  expect(readPath(document, path).text).toBe(text);
});

it.each(["@keys:x|0", '@keys:{"a|b":1}|0', '@keys:"a|b"|0', "@keys:a(b|c)d|0", "@keys:|0"])(
  "the argument of %s ends at the pipe outside of brackets and quotes",
  (path) => {
    expect(readPath(document, path).text).toBe("age");
  },
);

it("@dig looks no deeper than 500 values", () => {
  const nested = (depth: number): string => `${"[".repeat(depth)}{"x":1}${"]".repeat(depth)}`;

  expect(readPath(nested(500), "@dig:x").raw).toBe("[1]");
  expect(readPath(nested(501), "@dig:x").raw).toBe("[]");
});

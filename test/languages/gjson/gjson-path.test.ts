// The expected values are what tidwall/gjson finds.
import { expect, it } from "vitest";

import { readPath } from "../../../src/languages/gjson/gjson.ts";

const document = JSON.stringify({
  age: 37,
  name: { first: "Tom", last: "Anderson" },
  "a.b": { "c.d": 1 },
  "x|y": 2,
  "s*r": 3,
  "colon:comma,": 4,
  words: ["one", "two"],
  friends: [
    { first: "Dale", age: 44, nets: ["ig", "fb"], o: { a: 1 } },
    { first: "Roger", age: 68, nets: ["fb"] },
    { first: "Jane", age: 47, nets: [], o: { a: 2 } },
  ],
});

it.each([
  ["a\\.b.c\\.d", "1"],
  ["x\\|y", "2"],
  ["s\\*r", "3"],
  ["s?\\*", "3"],
  ["friends.#.o\\.a|#", "0"],
  ["{a\\.b.c\\.d}", '{"c\\\\.d":1}'],
  ["{colon\\:comma\\,}", '{"colon\\\\:comma\\\\,":4}'],
  ['friends.#(fi\\rst=="Roger").age', "68"],
])("in %s a backslash makes the character a part of the name", (path, raw) => {
  expect(readPath(document, path).raw).toBe(raw);
});

it.each([
  ["{age}", '{"age":37}'],
  ["{name.first,name|last}", '{"first":"Tom","last":"Anderson"}'],
  ["{years:age}", '{"years":37}'],
  ['{"years":age}', '{"years":37}'],
  ['{"name":{"first":name.first},"age":age}', '{"name":{"first":"Tom"},"age":37}'],
  ["{friends.#}", '{"_":3}'],
  ["{friends.#(age>45)#.first,absent}", '{"first":["Roger","Jane"]}'],
  ["{friends.#(age>45)}", '{"_":{"first":"Roger","age":68,"nets":["fb"]}}'],
  ['{"names":name.@keys,age}', '{"names":["first","last"],"age":37}'],
  ['{"a":words.@flatten:{"deep":true}}', '{"a":["one","two"]}'],
  ['{"k":!"x"}', '{"k":"x"}'],
  ["[age,(words),words.0]", '[37,"one"]'],
  ["[name.[first,last],age].0.1", '"Anderson"'],
])("%s gathers %s", (path, raw) => {
  expect(readPath(document, path).raw).toBe(raw);
});

it.each([
  ["friends.#.nets|0", '["ig","fb"]'],
  ["friends.#.{first,age}|0", '{"first":"Dale","age":44}'],
  ['friends.#.nets.#(=="fb")|0', '"fb"'],
  ['friends.#(age<50)#.nets.#(=="a|b")#|#', "2"],
  // gjson passes over the character behind this hash, so that there is no pipe.
  ["friends.#.nets.#|0", "[]"],
])("the pipe of %s takes from the list of all finds", (path, raw) => {
  expect(readPath(document, path).raw).toBe(raw);
});

it.each([
  ['friends.#(first=="Da\\u006ce").age', "44"],
  ["friends.#(nets.#(==ig)).first", '"Dale"'],
  ["friends.#(first!Dale)#.age", "[44,68,47]"],
  ["friends.#(o)#.o.a", "[1,2]"],
  ["friends.#(first!)#.age", "[]"],
  ["friends.#()#.age", "[]"],
  ["friends.#(age>45)#.o", '[{"a":2}]'],
])("the query of %s takes %s", (path, raw) => {
  expect(readPath(document, path).raw).toBe(raw);
});

it.each([
  ['!"x"', '"x"'],
  ['name|!"x"', '"x"'],
  ["!true", "true"],
  ["![1,2].1", "2"],
])("%s is the value that stands in the path", (path, raw) => {
  expect(readPath(document, path).raw).toBe(raw);
});

it.each([
  "!word",
  "!trueish",
  'name.!"x"',
  "{age",
  "{age}x",
  "words.x.y",
  "words.x|y",
  "words.1.x",
  "words.#x",
  "friends.#(age",
  "name...first",
])("%s leads nowhere", (path) => {
  expect(readPath(document, path).exists).toBe(false);
});

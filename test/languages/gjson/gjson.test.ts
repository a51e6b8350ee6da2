import { expect, it } from "vitest";

import { readPath } from "../../../src/languages/gjson/gjson.ts";
import { parseGjson } from "../../../src/languages/gjson/gjson-result.ts";

it("a text ends at a control character behind an escape", () => {
  expect(readPath('{"a":"x\\t\ny"}', "a").text).toBe("x\t");
  expect(readPath('{"a":"x\ny"}', "a").text).toBe("x\ny");
});

it("white space outside of strings is dropped by @ugly", () => {
  expect(readPath(' { "a b" : [ 1 , 2 ] } ', "@ugly").raw).toBe('{"a b":[1,2]}');
});

it("nothing stays nothing when it is made pretty", () => {
  expect(readPath("", "@pretty").exists).toBe(false);
});

it("a list of scalars that is wider than the line has one of them per line", () => {
  const words = Array.from({ length: 10 }, (_, at) => `"${"x".repeat(9)}${at}"`);

  expect(readPath(`[${words.join(",")}]`, "@pretty").raw.trimEnd()).toBe(`[\n  ${words.join(",\n  ")}\n]`);
});

it.each(['"never closed', "word", ""])("the text %j holds no value", (text) => {
  expect(parseGjson(text).exists).toBe(false);
});

it.each([
  ['"x"', 0],
  ['"12.5"', 12.5],
  ["1e400", Infinity],
  ["-1e400", -Infinity],
])("%s counts as the number %d", (text, number) => {
  expect(parseGjson(text).number).toBe(number);
});

it.each([
  ['{"a":1,"b', "b"],
  ['{"a":1,"b":"x', "b"],
  ['[1,"x', "1"],
])("nothing is found behind the place where %s breaks off", (json, path) => {
  expect(readPath(json, path).exists).toBe(false);
});

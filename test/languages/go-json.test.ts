import { expect, it } from "vitest";

import { compareCodePoints, readJson, sortedKeys, writeJson } from "../../src/languages/go-json.ts";

it("JSON is written with sorted keys, safe escapes and Go's numbers", () => {
  const value = { b: 1n, a: ["<a>", 1e21, 1e-7, null, true], ü: 1.5 };

  expect(writeJson(value)).toBe('{"a":["\\u003ca\\u003e",1e+21,1e-7,null,true],"b":1,"ü":1.5}');
});

it("indented JSON keeps empty containers on one line", () => {
  expect(writeJson({ a: [], b: { c: [1n] } }, { indent: "  " })).toBe(
    '{\n  "a": [],\n  "b": {\n    "c": [\n      1\n    ]\n  }\n}',
  );
});

it("numbers that are read are float64", () => {
  expect(readJson('{"n":9007199254740993}')).toEqual({ n: 9007199254740992 });
});

it("keys are sorted by code points, so those beyond 16 bits come last", () => {
  expect(sortedKeys({ "\u{1f600}": 1n, "\uffee": 2n, a: 3n, "\u{1f600}b": 4n })).toEqual([
    "a",
    "\uffee",
    "\u{1f600}",
    "\u{1f600}b",
  ]);
  expect(compareCodePoints("\uffee", "\u{1f600}")).toBeLessThan(0);
  expect(compareCodePoints("\u{1f600}", "\uffee")).toBeGreaterThan(0);
});

it("a text without anything is refused as one that breaks off", () => {
  expect(() => readJson(" ")).toThrow("unexpected end of JSON input");
});

it("a text that is no JSON is refused", () => {
  expect(() => readJson("bad")).toThrow("invalid character 'b' looking for beginning of value");
});

import { expect, it } from "vitest";

import { GoTime } from "../../../src/languages/go-time.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { callSprig as call, valueOfSprig as valueOf } from "../../support/call-sprig.ts";

it.each<readonly [string, readonly GoValue[], string]>([
  ["substr", [1n, -1n, "hello"], '"ello"'],
  ["abbrev", [8n, "hello world"], '"hello..."'],
  ["abbrevboth", [5n, 10n, "1234 5678 9123"], '"...5678..."'],
  ["wrap", [5n, "hello world"], '"hello\\nworld"'],
  ["wrapWith", [5n, "\t", "Hello World"], '"Hello\\tWorld"'],
  ["snakecase", ["FirstName"], '"first_name"'],
  ["snakecase", ["HTTPServer"], '"http_server"'],
  ["kebabcase", ["NoHTTPS"], '"no-https"'],
  ["camelcase", ["http_server"], '"HttpServer"'],
  ["camelcase", ["GOLANG_IS_GREAT"], '"GolangIsGreat"'],
  ["title", ["hello wörld o'neil"], '"Hello Wörld O\'Neil"'],
  ["trimAll", ["$", "$5.00$"], '"5.00"'],
  ["cat", ["a", 1n, null], '"a 1"'],
  ["quote", ["a", null, 2n], '"\\"a\\" \\"2\\""'],
  ["plural", ["one", "many", 2n], '"many"'],
  ["split", [",", "a,b"], '{"_0":"a","_1":"b"}'],
  ["splitn", [",", 2n, "a,b,c"], '{"_0":"a","_1":"b,c"}'],
  ["join", ["-", [1n, null, "b"]], '"1-b"'],
  ["repeat", [2n, "ab"], '"abab"'],
])("texts: %s gives a known answer (case %#)", (name, args, expected) => {
  expect(call(name, ...args)).toBe(expected);
});

it.each<readonly [string, readonly GoValue[], string]>([
  ["add", ["1", 2n], "3"],
  ["sub", [5n, 2n], "3"],
  ["mul", [2n, 3n, 4n], "24"],
  ["div", [7n, 2n], "3"],
  ["addf", [0.1, 0.2], "0.3"],
  ["divf", [1n, 3n], "0.3333333333333333"],
  ["round", [123.5555, 3n], "123.556"],
  ["max", [1n, 5n, 3n], "5"],
  ["int", ["0x1f"], "31"],
  ["int", ["1_000"], "1000"],
  ["int", ["x"], "0"],
  ["toDecimal", ["0777"], "511"],
  ["until", [3n], "[0,1,2]"],
  ["untilStep", [0n, 10n, 3n], "[0,3,6,9]"],
  ["seq", [3n, 1n], '"3 2 1"'],
])("numbers: %s gives a known answer (case %#)", (name, args, expected) => {
  expect(call(name, ...args)).toBe(expected);
});

it.each<readonly [string, readonly GoValue[], string]>([
  ["default", ["d", 0n], '"d"'],
  ["coalesce", ["", null, "x"], '"x"'],
  ["ternary", ["a", "b", true], '"a"'],
  ["without", [[1n, 2n, 3n], 2n], "[1,3]"],
  ["chunk", [2n, [1n, 2n, 3n]], "[[1,2],[3]]"],
  ["uniq", [["a", "a", "b"]], '["a","b"]'],
  ["dict", ["a", 1n, "b"], '{"a":1,"b":""}'],
  ["dig", ["a", "b", "none", { a: { b: "x" } }], '"x"'],
  ["dig", ["a", "c", "none", { a: { b: "x" } }], '"none"'],
  ["merge", [{ a: { x: 1n } }, { a: { x: 2n, y: 3n }, b: 4n }], '{"a":{"x":1,"y":3},"b":4}'],
  ["mergeOverwrite", [{ a: 1n }, { a: 2n }], '{"a":2}'],
  ["pluck", ["a", { a: 1n }, {}, { a: 2n }], "[1,2]"],
  ["toPrettyJson", [{ a: 1n }], '"{\\n  \\"a\\": 1\\n}"'],
  ["fromJson", ["bad"], "null"],
  ["typeOf", [1.5], '"float64"'],
  ["kindOf", [null], '"invalid"'],
])("values: %s gives a known answer (case %#)", (name, args, expected) => {
  expect(call(name, ...args)).toBe(expected);
});

it.each<readonly [string, readonly GoValue[], string]>([
  ["sha1sum", ["x"], '"11f6ad8ec52a2984abaafd7c3b516503785c2072"'],
  ["sha256sum", ["a"], '"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"'],
  [
    "sha512sum",
    [""],
    '"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"',
  ],
  ["adler32sum", ["Wikipedia"], '"300286872"'],
  ["b64dec", ["eA=="], '"x"'],
  ["b32enc", ["x"], '"PA======"'],
  ["b32dec", ["PA======"], '"x"'],
  ["dir", ["a/b.txt"], '"a"'],
  ["ext", ["a/b.txt"], '".txt"'],
  ["clean", ["a/../b"], '"b"'],
  ["urlJoin", [{ scheme: "http", host: "h", path: "p" }], '"http://h/p"'],
  ["regexReplaceAll", ["(a)(c)", "xacx", "${2}${1}"], '"xcax"'],
  ["regexSplit", ["z+", "pizza", -1n], '["pi","a"]'],
  ["semver", ["1.2.3-beta"], '"1.2.3-beta"'],
  ["semverCompare", ["^1.2.0", "1.3.0"], "true"],
  ["semverCompare", ["~1.2 || >=3, <4", "2.9.0"], "false"],
  ["semverCompare", ["1.2 - 1.4", "1.3.9"], "true"],
  ["semverCompare", ["^1.2", "1.3.0-rc1"], "false"],
  [
    "dateInZone",
    ["2006-01-02 15:04 MST", new GoTime(1_714_979_289_000_000_000n), "Europe/Berlin"],
    '"2024-05-06 09:08 CEST"',
  ],
  ["ago", [new GoTime(1_714_979_229_000_000_000n)], '"1m0s"'],
  ["durationRound", ["2h10m5s"], '"2h"'],
])("encodings, versions and times: %s gives a known answer (case %#)", (name, args, expected) => {
  expect(call(name, ...args)).toBe(expected);
});

it("a time is read and printed with Go's layouts", () => {
  const time = valueOf("mustToDate", "2006-01-02T15:04:05Z07:00", "2024-05-06T07:08:09.25+02:00");

  expect(time instanceof GoTime && time.toString()).toBe("2024-05-06 07:08:09.25 +0200 +0200");
  expect(call("htmlDate", time ?? null)).toBe('"2024-05-06"');
  expect(() => valueOf("mustToDate", "2006-01-02", "2024-02-30")).toThrow("out of range");
});

it("nil is the zero value of a typed parameter and another type is refused", () => {
  expect(call("trim", null)).toBe('""');
  expect(() => call("trim", 1n)).toThrow("Call using int as type string");
  expect(() => call("trim")).toThrow("wrong number of args for trim: want 1 got 0");
});

it("functions of the system, the network and keys are refused by name", () => {
  expect(() => call("env", "HOME")).toThrow("env is not supported");
  expect(() => call("genCA", "x", 1n)).toThrow("genCA is not supported");
});

import { expect, it } from "vitest";

import { writePath, writeRawPath } from "../../../src/languages/sjson/sjson.ts";

it("a list is padded with nulls up to an index, but not without end", () => {
  expect(writeRawPath("[]", "2", "1")).toBe("[null,null,1]");
  expect(() => writeRawPath("[]", "10001", "1")).toThrow("the index 10001 is greater than 10000");
});

it("members that are missing are built with their way", () => {
  expect(writePath("{}", "a.b.1.c", "x")).toBe('{"a":{"b":[null,{"c":"x"}]}}');
});

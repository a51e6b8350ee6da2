import { expect, it } from "vitest";
import { applyMergePatch } from "../../src/resources/merge-patch.ts";

it("merges maps, replaces lists whole, and removes what is null (RFC 7386)", () => {
  const target = { a: { b: 1, c: 2 }, list: [1, 2], gone: "x" };

  expect(applyMergePatch(target, { a: { c: 3 }, list: [9], gone: null })).toEqual({ a: { b: 1, c: 3 }, list: [9] });
  expect(target.list).toEqual([1, 2]);
  expect(applyMergePatch("text", { a: { b: null } })).toEqual({ a: {} });
});

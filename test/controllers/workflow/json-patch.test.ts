import { describe, expect, it } from "vitest";
import {
  applyJsonPatch,
  applyMergePatch,
  applyStrategicPatch,
  PatchError,
} from "../../../src/controllers/workflow/json-patch.ts";

describe("a JSON patch", () => {
  it.each([
    ["add", [{ op: "add", path: "/list/1", value: "x" }], { list: ["a", "x", "b"], map: { "k/1": 1 } }],
    ["add at the end", [{ op: "add", path: "/list/-", value: "x" }], { list: ["a", "b", "x"], map: { "k/1": 1 } }],
    ["replace", [{ op: "replace", path: "/map/k~11", value: 2 }], { list: ["a", "b"], map: { "k/1": 2 } }],
    ["remove", [{ op: "remove", path: "/list/0" }], { list: ["b"], map: { "k/1": 1 } }],
    ["move", [{ op: "move", from: "/list/0", path: "/map/m" }], { list: ["b"], map: { "k/1": 1, m: "a" } }],
    [
      "copy",
      [{ op: "copy", from: "/map", path: "/copy" }],
      { list: ["a", "b"], map: { "k/1": 1 }, copy: { "k/1": 1 } },
    ],
    ["test", [{ op: "test", path: "/list", value: ["a", "b"] }], { list: ["a", "b"], map: { "k/1": 1 } }],
  ])("can %s", (_, operations, expected) => {
    const target = { list: ["a", "b"], map: { "k/1": 1 } };

    expect(applyJsonPatch(target, operations)).toEqual(expected);
    expect(target).toEqual({ list: ["a", "b"], map: { "k/1": 1 } });
  });

  it.each([
    [{ op: "replace", path: "/none", value: 1 }],
    [{ op: "test", path: "/list", value: ["a"] }],
    [{ op: "add", path: "/list/9", value: 1 }],
    [{ op: "turn", path: "/list" }],
    [{ op: "add", path: "list", value: 1 }],
  ])("refuses what does not fit: %j", (operation) => {
    expect(() => applyJsonPatch({ list: [] as string[] }, [operation])).toThrow(PatchError);
  });
});

it("merges objects, takes out null, and replaces lists", () => {
  const target = { a: { b: 1, c: 2 }, list: [1, 2], d: 3 };

  expect(applyMergePatch(target, { a: { b: null, e: 4 }, list: [3] })).toEqual({ a: { c: 2, e: 4 }, list: [3], d: 3 });
});

it("merges lists of named things by their name in a strategic patch", () => {
  const target = { items: [{ name: "a", x: 1, y: 1 }] };

  expect(applyStrategicPatch(target, { items: [{ name: "a", x: 2 }, { name: "b" }] })).toEqual({
    items: [{ name: "a", x: 2, y: 1 }, { name: "b" }],
  });
});

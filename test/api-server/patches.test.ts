import { describe, expect, it } from "vitest";
import { applyJsonPatch } from "../../src/api-server/json-patch.ts";
import { refuseTrueStrategicPatch } from "../../src/api-server/merge-patch.ts";
import { applyMergePatch } from "../../src/resources/merge-patch.ts";

describe("a merge patch", () => {
  // The examples of RFC 7386, appendix A.
  it.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ a: "foo" }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("turns %j by %j into %j", (target, patch, expected) => {
    expect(applyMergePatch(target, patch)).toEqual(expected);
  });

  it("sets a field named __proto__ without touching any prototype", () => {
    const patched = applyMergePatch({}, JSON.parse('{"__proto__":{"polluted":true}}'));

    expect(Object.keys(patched as object)).toEqual(["__proto__"]);
    expect(({} as { readonly polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe("a strategic merge patch", () => {
  it.each([
    [{ spec: { template: { spec: { containers: [{ name: "a" }] } } } }, "spec.template.spec.containers"],
    [{ metadata: { finalizers: ["a"] } }, "metadata.finalizers"],
    [{ metadata: { $patch: "replace" } }, "metadata.$patch"],
    [{ rules: [{ $patch: "delete" }] }, "rules[0].$patch"],
  ])("is refused where it means more than a merge patch: %j", (patch, field) => {
    expect(() => refuseTrueStrategicPatch(patch)).toThrow(field);
  });

  it("is taken where both mean the same", () => {
    expect(() =>
      refuseTrueStrategicPatch({
        metadata: { labels: { a: "b", c: null } },
        data: { x: "y" },
        rules: [{ verbs: ["get"] }],
      }),
    ).not.toThrow();
  });
});

describe("a JSON patch", () => {
  const target = { a: { b: [1, 2, 3] }, "x/y": 1, "m~n": 2 };

  it.each([
    [
      { op: "add", path: "/a/c", value: 4 },
      { ...target, a: { b: [1, 2, 3], c: 4 } },
    ],
    [
      { op: "add", path: "/a/b/1", value: 9 },
      { ...target, a: { b: [1, 9, 2, 3] } },
    ],
    [
      { op: "add", path: "/a/b/-", value: 9 },
      { ...target, a: { b: [1, 2, 3, 9] } },
    ],
    [
      { op: "replace", path: "/a/b/0", value: 9 },
      { ...target, a: { b: [9, 2, 3] } },
    ],
    [
      { op: "remove", path: "/a/b/0" },
      { ...target, a: { b: [2, 3] } },
    ],
    [
      { op: "remove", path: "/x~1y" },
      { a: target.a, "m~n": 2 },
    ],
    [
      { op: "replace", path: "/m~0n", value: 3 },
      { ...target, "m~n": 3 },
    ],
    [
      { op: "move", from: "/a/b", path: "/c" },
      { ...target, a: {}, c: [1, 2, 3] },
    ],
    [
      { op: "copy", from: "/a/b/2", path: "/a/b/0" },
      { ...target, a: { b: [3, 1, 2, 3] } },
    ],
    [{ op: "test", path: "/a/b", value: [1, 2, 3] }, target],
    [{ op: "replace", path: "", value: { whole: true } }, { whole: true }],
  ])("does %j", (operation, expected) => {
    expect(applyJsonPatch(target, [operation])).toEqual(expected);
  });

  it.each([
    [{ op: "replace", path: "/missing", value: 1 }, "does not exist"],
    [{ op: "remove", path: "/a/b/3" }, "no place"],
    [{ op: "add", path: "/a/b/5", value: 1 }, "no place"],
    [{ op: "add", path: "/a/b/01", value: 1 }, "no place"],
    [{ op: "add", path: "/none/x", value: 1 }, "/none does not exist"],
    [{ op: "add", path: "/m~0n/x", value: 1 }, "no object or list"],
    [{ op: "test", path: "/m~0n", value: 1 }, "testing value /m~0n failed"],
    [{ op: "copy", from: "/none", path: "/c" }, "/none does not exist"],
  ])("cannot do %j", (operation, message) => {
    expect(() => applyJsonPatch(target, [operation])).toThrow(message);
  });

  it.each([
    [{ op: "add" }, "must be a list"],
    [["add"], "is no object"],
    [[{ op: "add", path: "a", value: 1 }], "path must be a JSON pointer"],
    [[{ op: "add", path: "/a" }], "has no value"],
    [[{ op: "merge", path: "/a" }], "no known op"],
    [Array.from({ length: 10_001 }, () => ({ op: "remove", path: "/a" })), "at most 10000"],
  ])("is refused when it cannot be read", (patch, message) => {
    expect(() => applyJsonPatch(target, patch)).toThrow(message);
  });
});

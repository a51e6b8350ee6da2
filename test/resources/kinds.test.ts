import { expect, test } from "vitest";
import { apiVersionOf } from "../../src/resources/kind.ts";
import { kindOf, KINDS } from "../../src/resources/kinds.ts";

test("every kind is found by the apiVersion and kind of its manifests", () => {
  expect(KINDS.map((kind) => kindOf(apiVersionOf(kind), kind.kind))).toEqual(KINDS);
  expect(kindOf("v1", "Workflow")).toBeUndefined();
});

test("no two kinds share a plural within a group", () => {
  const names = KINDS.map((kind) => `${kind.plural}.${kind.group}`);

  expect(new Set(names).size).toBe(names.length);
});

test("kinds are plain data, so that they can be sent to another thread", () => {
  expect(structuredClone(KINDS)).toEqual(KINDS);
});

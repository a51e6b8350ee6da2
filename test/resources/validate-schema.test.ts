import { expect, test } from "vitest";
import { validateBySchema } from "../../src/resources/validate-schema.ts";

const text = { type: "string" };

/** Paths and messages, one line each. */
function problems(schema: object, value: unknown): readonly string[] {
  return validateBySchema(schema as never, value).map(({ field, message }) => `${field}: ${message}`);
}

test.each<[string, object, unknown, readonly string[]]>([
  ["a string", text, "a", []],
  ["no string", text, 1, [": must be of type string, but is number"]],
  ["an integer", { type: "integer" }, 3, []],
  ["a fraction is no integer", { type: "integer" }, 3.5, [": must be of type integer, but is number"]],
  ["a number", { type: "number" }, 3.5, []],
  ["a list is no object", { type: "object" }, [], [": must be of type object, but is array"]],
  ["an object is no list", { type: "array" }, {}, [": must be of type array, but is object"]],
  ["null", text, null, [": must be of type string, but is null"]],
  ["a nullable field", { type: "string", nullable: true }, null, []],
  ["an integer or string", { "x-kubernetes-int-or-string": true }, "80%", []],
  ["an integer or string as a number", { "x-kubernetes-int-or-string": true }, 80, []],
  ["neither", { "x-kubernetes-int-or-string": true }, true, [": must be an integer or a string, but is boolean"]],
  ["one of an enumeration", { enum: ["a", "b"] }, "b", []],
  ["none of an enumeration", { enum: ["a", { b: 1 }] }, "c", [': must be one of "a", {"b":1}']],
  ["below the minimum", { minimum: 1 }, 0, [": must be at least 1"]],
  ["at the minimum", { minimum: 1 }, 1, []],
  ["at an exclusive minimum", { minimum: 1, exclusiveMinimum: true }, 1, [": must be greater than 1"]],
  ["above the maximum", { maximum: 1 }, 2, [": must be at most 1"]],
  ["at an exclusive maximum", { maximum: 1, exclusiveMaximum: true }, 1, [": must be less than 1"]],
  ["no multiple", { multipleOf: 5 }, 7, [": must be a multiple of 5"]],
  ["too large for 32 bits", { format: "int32" }, 2 ** 31, [": must fit into 32 bits"]],
  ["a pattern", { type: "string", pattern: "^a+$" }, "aa", []],
  ["against a pattern", { type: "string", pattern: "^a+$" }, "ab", [": must match the pattern ^a+$"]],
  ["too short", { minLength: 2 }, "ü", [": must have at least 2 characters, but has 1"]],
  ["as long as allowed, counted in characters", { maxLength: 2 }, "😀😀", []],
  ["no time", { format: "date-time" }, "today", [": must be a time in the form 2006-01-02T15:04:05Z"]],
  ["too many items", { maxItems: 1 }, [1, 2], [": must have at most 1 items, but has 2"]],
  ["an item twice", { uniqueItems: true }, [{ a: 1 }, { a: 1 }], [": must not hold the same item twice"]],
  ["too few fields", { minProperties: 1 }, {}, [": must have at least 1 fields, but has 0"]],
  ["all of", { allOf: [{ minimum: 1 }, { maximum: 2 }] }, 3, [": must be at most 2"]],
  ["any of", { anyOf: [{ minimum: 5 }, { maximum: 2 }] }, 1, []],
  ["none of anyOf", { anyOf: [{ minimum: 5 }, { maximum: 2 }] }, 3, [": must validate at least one schema of anyOf"]],
  ["one of", { oneOf: [{ minimum: 5 }, { maximum: 2 }] }, 6, []],
  [
    "two of oneOf",
    { oneOf: [{ minimum: 1 }, { minimum: 2 }] },
    3,
    [": must validate exactly one schema of oneOf, but validates 2"],
  ],
  ["not", { not: { enum: ["a"] } }, "a", [": must not validate the schema of not"]],
])("%s", (_name, schema, value, expected) => {
  expect(problems(schema, value)).toEqual(expected);
});

test("every wrong field is named by its path, in order", () => {
  const schema = {
    type: "object",
    required: ["name", "kind"],
    properties: {
      name: text,
      items: { type: "array", items: { type: "object", required: ["key"], properties: { key: text } } },
      map: { type: "object", additionalProperties: text },
      closed: { type: "object", additionalProperties: false },
    },
  };
  const value = { name: 1, items: [{ key: "a" }, {}, { key: 2 }], map: { "a.b": false }, closed: { x: 1 } };

  expect(problems(schema, value)).toEqual([
    "kind: is required",
    "name: must be of type string, but is number",
    "items[1].key: is required",
    "items[2].key: must be of type string, but is number",
    "map.a.b: must be of type string, but is boolean",
    "closed.x: is not a known field",
  ]);
});

test("a field that the schema says nothing of is legal, unless it allows no others", () => {
  const open = { type: "object", properties: { a: text } };

  expect(problems(open, { a: "x", b: 1 })).toEqual([]);
  expect(problems({ ...open, additionalProperties: false }, { a: "x", b: 1 })).toEqual(["b: is not a known field"]);
});

test("a message never holds the value, which may be a secret", () => {
  expect(problems({ type: "integer" }, "hunter2").join()).not.toContain("hunter2");
});

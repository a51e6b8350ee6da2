import { expect, it } from "vitest";
import { definedFields } from "../../src/resources/defined-fields.ts";

it("leaves out what is undefined, and nothing else", () => {
  const fields = definedFields({ a: 1, b: undefined, c: null, d: "" });

  expect(Object.keys(fields)).toEqual(["a", "c", "d"]);
});

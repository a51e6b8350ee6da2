import { expect, it } from "vitest";

import {
  checkField,
  noEffect,
  readFields,
  refused,
  required,
  supported,
  type EventFields,
  type FieldProblem,
} from "../../src/argo/event-fields.ts";
import { LanguageError } from "../../src/languages/language-error.ts";

const fields: EventFields = {
  name: required("string"),
  port: supported("text"),
  count: supported("integer"),
  factor: supported("number"),
  labels: supported({ map: "string" }),
  items: supported({ list: { object: { name: required("string") } } }),
  pod: noEffect("there is no pod"),
  volume: refused("there are no volumes"),
};

function read(value: unknown): { readonly value: object; readonly problems: readonly string[] } {
  const problems: FieldProblem[] = [];
  const result = readFields(value, fields, { path: "spec", problems });
  return { value: result, problems: problems.map(({ path, message }) => `${path} ${message}`) };
}

it("supported fields are kept, fields without an effect dropped, null counts as absent", () => {
  expect(read({ name: "a", port: 80, count: null, labels: { x: "y" }, items: [{ name: "i" }], pod: {} })).toEqual({
    value: { name: "a", port: "80", labels: { x: "y" }, items: [{ name: "i" }] },
    problems: [],
  });
});

it("every problem is named with its path, all at once", () => {
  const { problems } = read({ count: 1.5, labels: { x: 1 }, items: [{}, 3], volume: {}, other: 1, toString: 1 });

  expect(problems).toEqual([
    "spec.count must be an integer, is 1.5",
    "spec.labels.x must be a string, is 1",
    "spec.items[0].name is required",
    "spec.items[1] must be an object, is 3",
    "spec.volume is not supported: there are no volumes",
    "spec.other is not a field that is known here",
    "spec.toString is not a field that is known here",
    "spec.name is required",
  ]);
});

it("what is no object at all is refused", () => {
  expect(read([]).problems).toEqual(["spec must be an object, is []"]);
  expect(read(undefined).problems).toEqual(["spec must be an object, is missing"]);
});

it.each<readonly [object, string]>([
  [{ port: true }, "spec.port must be a string or integer, is true"],
  [{ labels: ["x"] }, 'spec.labels must be an object, is ["x"]'],
  [{ factor: "2" }, 'spec.factor must be a number, is "2"'],
  [{ factor: "1".repeat(70) }, `spec.factor must be a number, is "${"1".repeat(59)}…`],
])("case %#: a wrong shape is named with what is there, long values cut", (change, problem) => {
  expect(read({ name: "a", ...change }).problems).toEqual([problem]);
});

it("only what a text in the language gets wrong is a problem of its field", () => {
  const problems: FieldProblem[] = [];
  const place = { path: "spec.expression", problems };
  checkField(place, () => "right");
  checkField(place, () => {
    throw new LanguageError("no such name");
  });

  expect(problems).toEqual([{ path: "spec.expression", message: "no such name" }]);
  expect(() => checkField(place, () => expect.fail("a fault"))).toThrow("a fault");
});

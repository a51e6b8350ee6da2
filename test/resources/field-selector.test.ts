import { expect, test } from "vitest";
import {
  FieldSelectorError,
  matchesFields,
  parseFieldSelector,
  requiredField,
} from "../../src/resources/field-selector.ts";

const KEY = { namespace: "alpha", name: "a" };

test.each<[string, boolean]>([
  ["", true],
  ["metadata.name=a", true],
  ["metadata.name==b", false],
  ["metadata.name!=b", true],
  ["metadata.namespace=alpha,metadata.name=a", true],
  ["metadata.namespace=beta,metadata.name=a", false],
])("%j matches: %j", (text, expected) => {
  expect(matchesFields(parseFieldSelector(text), KEY)).toBe(expected);
});

test.each(["spec.nodeName=x", "metadata.name", "metadata.name=a,", "=a"])("%j is refused", (text) => {
  expect(() => parseFieldSelector(text)).toThrow(FieldSelectorError);
});

test("the one value that a field must have is known", () => {
  const selector = parseFieldSelector("metadata.name!=x,metadata.namespace=alpha");

  expect(requiredField(selector, "namespace")).toBe("alpha");
  expect(requiredField(selector, "name")).toBeUndefined();
});

// What the tables of expected results leave out.
import { expect, it } from "vitest";

import { parseLoopItems } from "../../../src/argo/workflow/loop-items.ts";
import { expandSequence } from "../../../src/argo/workflow/sequence.ts";

it("null is a list without items, as for Go", () => {
  expect(parseLoopItems("null")).toEqual([]);
});

it("an object shows its entries by name", () => {
  expect(parseLoopItems('[{"b": "x", "a": 1.0}]')).toEqual([
    { description: "a:1.0,b:x", variables: { item: '{"a":1.0,"b":"x"}', "item.a": "1.0", "item.b": "x" } },
  ]);
});

it.each([
  ["true", "json: cannot unmarshal bool into Go value of type []v1alpha1.Item"],
  ["3", "json: cannot unmarshal number into Go value of type []v1alpha1.Item"],
  ['"x"', "json: cannot unmarshal string into Go value of type []v1alpha1.Item"],
  ["{}", "json: cannot unmarshal object into Go value of type []v1alpha1.Item"],
  [" ", "unexpected end of JSON input"],
  ["'", "invalid character '\\'' looking for beginning of value"],
])("withParam %j is no list: %s", (text, reason) => {
  expect(() => parseLoopItems(text)).toThrow(
    `withParam value could not be parsed as a JSON list: ${text.trim()}: ${reason}`,
  );
});

it.each([
  [{ count: "100001" }, "withSequence has more than 100000 items"],
  [{ end: "1e3" }, 'strconv.Atoi: parsing "1e3": invalid syntax'],
  [{ end: "99999999999999999999" }, 'strconv.Atoi: parsing "99999999999999999999": value out of range'],
])("withSequence %j is refused: %s", (sequence, reason) => {
  expect(() => expandSequence(sequence)).toThrow(reason);
});

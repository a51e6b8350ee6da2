import { describe, expect, test } from "vitest";
import { LabelSelectorError, matchesLabels, parseLabelSelector } from "../../src/resources/label-selector.ts";

const LABELS = { tier: "front", "example.com/size": "3", empty: "", in: "yes" };

test.each<[string, boolean]>([
  ["", true],
  ["  ", true],
  ["tier=front", true],
  [" tier = front ", true],
  ["tier==front", true],
  ["tier=back", false],
  ["tier!=back", true],
  ["tier!=front", false],
  ["absent!=x", true],
  ["tier in (back,front)", true],
  ["tier in ( back , front )", true],
  ["tier in(back)", false],
  ["tier notin (back)", true],
  ["absent notin (x)", true],
  ["tier notin (front)", false],
  ["tier", true],
  ["absent", false],
  ["!absent", true],
  ["! tier", false],
  ["empty=", true],
  ["empty", true],
  ["empty in ()", true],
  ["tier=", false],
  ["in=yes", true],
  ["in in (yes)", true],
  ["example.com/size>2", true],
  ["example.com/size > 3", false],
  ["example.com/size<4", true],
  ["tier>1", false],
  ["absent<1", false],
  ["tier=front,example.com/size in (3),!absent", true],
  ["tier=front,absent", false],
])("%j matches: %j", (text, expected) => {
  expect(matchesLabels(parseLabelSelector(text), LABELS)).toBe(expected);
});

test("an object without labels matches what asks for nothing", () => {
  expect(matchesLabels(parseLabelSelector("!a,b!=c"), undefined)).toBe(true);
  expect(matchesLabels(parseLabelSelector("a"), undefined)).toBe(false);
});

describe("what cannot be read is refused", () => {
  test.each([
    "a in b",
    "a in (b",
    "a=b,",
    ",a",
    "a==",
    "a=b c",
    "ain (b)",
    "a=(b)",
    "!a=b",
    "a>b",
    "-a",
    "a=-b",
    "a//b=c",
    "=b",
  ])("%j", (text) => {
    // `a==` asks for the empty value and is legal; everything else is not.
    const parse = (): unknown => parseLabelSelector(text);
    if (text === "a==") expect(parse()).toEqual([{ kind: "in", key: "a", values: [""] }]);
    else expect(parse).toThrow(LabelSelectorError);
  });

  test("with the place", () => {
    expect(() => parseLabelSelector("a=b,c in d")).toThrow(/cannot read a requirement at "c in d"/);
  });
});

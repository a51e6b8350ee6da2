import { expect, it } from "vitest";

import { TokenCursor } from "../../../src/languages/expr/grammar.ts";
import { parseExpression } from "../../../src/languages/expr/parser.ts";
import { type Node, walk } from "../../../src/languages/expr/syntax.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { evaluate } from "../../support/evaluate-expression.ts";

it.each<readonly [string, GoValue]>([
  ["max(1, 2,)", 2n],
  ["[1, 2,]", [1n, 2n]],
  ["{a: 1,}", { a: 1n }],
  ["1 /* one */ + 1", 2n],
  ["`raw``text`", "raw`text"],
])("%s is read", (text, expected) => {
  expect(evaluate(text)).toEqual(expected);
});

it.each([
  [")", 'unexpected token Bracket(")")'],
  ["map([1], #; 2)", "wrap predicate with brackets { and }"],
  ["1 /* one", "unclosed comment"],
  ["1 + \u{1f600}", "unrecognized character: \u{1f600}"],
  ["12ab", 'bad number syntax: "12"'],
  ["99999999999999999999", "invalid integer literal"],
  ["[1][", "unexpected token EOF"],
  [`${"(".repeat(100_000)}1`, "more than 500 expressions inside each other"],
  [`${"!".repeat(100_000)}true`, "more than 500 expressions inside each other"],
])("%s is refused: %s", (text, message) => {
  expect(() => evaluate(text)).toThrow(message);
});

it("a cursor over no tokens is at the end", () => {
  const cursor = new TokenCursor([]);

  expect(cursor.next()).toEqual({ kind: "end", text: "" });
  expect(cursor.position).toBe(0);
});

function kindsOf(tree: Node): readonly string[] {
  const kinds: string[] = [];
  walk(tree, ({ kind }) => kinds.push(kind));
  return kinds;
}

it("a tree is walked from the leaves up, in the order of the text", () => {
  expect(kindsOf(parseExpression("let a = 1; a[2:]"))).toEqual(["integer", "identifier", "integer", "slice", "let"]);
  expect(kindsOf(parseExpression("'a'; 1.5"))).toEqual(["string", "float", "sequence"]);
  const needle: Node = { kind: "identifier", name: "a" };
  expect(kindsOf({ kind: "in-strings", needle, strings: new Set(["b"]) })).toEqual(["identifier", "in-strings"]);
});

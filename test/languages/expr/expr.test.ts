import { describe, expect, it } from "vitest";

import { argoEnvironment } from "../../../src/languages/expr/environment.ts";
import { evaluateBoolean, evaluateExpression } from "../../../src/languages/expr/expr.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";
import { LanguageError } from "../../../src/languages/language-error.ts";
import { describeExpression } from "../../support/describe-expression.ts";

const sources = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5), random: () => 0.5 };

function evaluate(text: string, variables: Readonly<Record<string, GoValue>> = {}): GoValue {
  return evaluateExpression(text, argoEnvironment(variables, sources), sources);
}

describe("an expression", () => {
  it("gives plain data: integers as bigint, floats as number, whatever their Go types", () => {
    expect(evaluate("1 + 1")).toBe(2n);
    expect(evaluate("1 / 2")).toBe(0.5);
    expect(evaluate("sprig.add(1, 2)")).toBe(3n);
    expect(evaluate("[split('a,b', ','), 1..2]")).toEqual([
      ["a", "b"],
      [1n, 2n],
    ]);
    expect(evaluate("fromPairs([['a', 1], [true, 2]])")).toEqual({ a: 1n, true: 2n });
    expect(evaluate("{a: sprig.split(',', 'x')}")).toEqual({ a: { _0: "x" } });
  });

  it("sees the time that it is given", () => {
    expect(evaluate("now().Format('2006-01-02 15:04:05')")).toBe("2026-01-02 03:04:05");
    expect(evaluate("now(timezone('Asia/Tokyo')).Hour()")).toBe(12n);
    expect(evaluate("timezone('Asia/Tokyo').String()")).toBe("Asia/Tokyo");
  });

  it("prints typed values as Go does", () => {
    expect(evaluate("string(sprig.split(',', 'b,a'))")).toBe("map[_0:b _1:a]");
    expect(evaluate("string(groupBy([1, 2, 3], # % 2))")).toBe("map[0:[2] 1:[1 3]]");
    expect(evaluate("string([1..2, sprig.add(1, 1)])")).toBe("[[1 2] 2]");
    expect(evaluate("string(timezone('UTC'))")).toBe("UTC");
    expect(evaluate("string(concat([]))")).toBe("[]");
    expect(evaluate("concat([]) ?? 'nothing'")).toBe("nothing");
  });

  it("walks the members of maps in a fixed order", () => {
    expect(evaluate("keys({b: 1, a: 2})")).toHaveLength(2);
    expect(evaluate("values({a: 2})")).toEqual([2n]);
    expect(evaluate("toPairs({a: 2})")).toEqual([["a", 2n]]);
  });

  it.each([
    "take('abc', 1)",
    "fromPairs([1])",
    "fromPairs([['a']])",
    "fromPairs([[[1], 2]])",
    "keys(fromJSON('1'))",
    "abs(fromJSON('\"x\"'))",
    "ceil(fromJSON('\"x\"'))",
    "len(fromJSON('1'))",
    "join(1..2)",
    "join([1], ',')",
    "bitand(fromJSON('1'), 1)",
    "get(1, 2, 3)",
    "get('a', 1)",
    "sortBy([1], #, 1)",
    "sortBy([1], #, 'up')",
    "repeat('ab', 600000)",
    "first(1)",
    "date(1)",
    "date()",
    "now(1)",
    "fromBase64('*')",
    "$env()",
    "nil()",
    "nil.x",
    "[1].x()",
    "1.5[0]",
    "#index",
    "filter([1], #acc)",
    "let now = 1; now",
    `[${"1,".repeat(10_001)}]`,
  ])("%# that cannot be evaluated is refused", (text) => {
    expect(() => evaluate(text)).toThrow(LanguageError);
  });

  it("may be required to be a boolean", () => {
    expect(evaluateBoolean("1 < 2", {}, sources)).toBe(true);
    expect(() => evaluateBoolean("1", {}, sources)).toThrow("unable to cast expression result '1' to bool");
    expect(() => evaluateBoolean("x", {}, sources)).toThrow("unable to evaluate expression 'x': unknown name x");
  });

  it("whose value has no JSON cannot be described", () => {
    expect(() => describeExpression("{a: asInt}", argoEnvironment({}, sources), sources)).toThrow("unsupported type");
    expect(describeExpression("timezone('UTC')", {}, sources).type).toBe("*time.Location");
    expect(describeExpression("b'hi'", {}, sources)).toEqual({ type: "[]uint8", json: '"aGk="' });
  });
});

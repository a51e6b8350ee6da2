import { describe, expect, it } from "vitest";

import { isMissingVariable, splitTags, substitute } from "../../../src/languages/template/substitute.ts";
import { LanguageError } from "../../../src/languages/language-error.ts";
import type { GoValue } from "../../../src/languages/go-value.ts";

const sources = { now: () => 0, random: () => 0 };

function strictly(template: string, values: Readonly<Record<string, GoValue>>): string {
  return substitute(template, values, { mode: "strict", sources });
}

function errorOf(action: () => unknown): LanguageError {
  try {
    action();
  } catch (error) {
    if (error instanceof LanguageError) return error;
  }
  throw new Error("no LanguageError");
}

describe("substitution", () => {
  it("tells variables that may appear later from errors that stay", () => {
    expect(isMissingVariable(errorOf(() => strictly('"{{tasks.a.status}}"', {})))).toBe(true);
    expect(isMissingVariable(errorOf(() => strictly('"{{=tasks.a.status}}"', {})))).toBe(true);
    expect(isMissingVariable(errorOf(() => strictly('"{{a}}"', { a: null })))).toBe(false);
    expect(isMissingVariable(errorOf(() => strictly('"{{=a + 1}}"', { a: "x" })))).toBe(false);
  });

  it("of an expression that spans two strings is refused", () => {
    expect(() => strictly('["{{=1", "2}}"]', {})).toThrow("failed to unmarshall JSON expression");
  });

  it("leaves an expression alone while a placeholder stands for a value", () => {
    const values = { a: "__argo__internal__placeholder-1", b: ["x"] };

    expect(strictly('"{{=a + 1}}"', values)).toBe('"{{=a + 1}}"');
    expect(strictly('"{{=nil}}"', values)).toBe('"{{=nil}}"');
  });

  it("leaves a tag alone in which a value stands that is no text", () => {
    expect(substitute('"{{a.{{b}}"', { b: 1n }, { mode: "lenient", sources })).toBe('"{{a.{{b}}"');
  });

  it("knows the texts between tags", () => {
    expect(splitTags("a{{b}}{{=c}}d")).toEqual(["a", { tag: "b" }, "", { tag: "=c" }, "d"]);
  });

  it("does not take names that every object has for variables", () => {
    expect(() => strictly('"{{constructor}}"', {})).toThrow("failed to resolve {{constructor}}");
    expect(() => strictly('"{{=toString}}"', {})).toThrow("toString is missing");
    expect(strictly('"{{=__proto__}}"', { "a.b": "c", ["__proto__"]: "x" })).toBe('"x"');
  });
});

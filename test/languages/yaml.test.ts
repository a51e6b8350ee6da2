import { describe, expect, it } from "vitest";

import { LanguageError } from "../../src/languages/language-error.ts";
import { formatYaml, parseYaml, parseYamlDocuments, readYaml } from "../../src/languages/yaml.ts";

describe("YAML", () => {
  it("with several documents is read as a list, empty ones as null", () => {
    expect(parseYamlDocuments("a: 1\n---\n---\n- b\n")).toEqual([{ a: 1 }, null, ["b"]]);
    expect(parseYamlDocuments("")).toEqual([]);
  });

  it("keeps integers above 2^53 where the caller asks for them", () => {
    expect(readYaml("a: 9007199254740993")).toEqual({ a: 9007199254740993n });
    expect(parseYaml("a: 7")).toEqual({ a: 7 });
  });

  it("ignores indentation inside of flow collections", () => {
    expect(parseYaml("a:\n  b: [\n1,\n{c: 2\n}\n]\nd: 3\n")).toEqual({ a: { b: [1, { c: 2 }] }, d: 3 });
  });

  it("that is wrong is refused with its line", () => {
    expect(() => parseYaml("a: 1\nb: [1\nc: 2\n")).toThrow(/line \d/);
    expect(() => parseYaml("a: &a [*a]\n")).toThrow(LanguageError);
    expect(() => parseYaml("a: *b\n")).toThrow("unknown anchor 'b'");
    expect(() => parseYaml("a: !!int x\n")).toThrow("cannot decode !!str `x` as a !!int");
    expect(() => parseYaml("a: !!binary '*'\n")).toThrow("invalid base64");
    expect(() => parseYaml("a:\n  <<: 1\n")).toThrow("map merge");
    expect(() => parseYaml("a:\n  <<:\n")).toThrow("map merge");
    expect(() => parseYaml("a: .inf")).toThrow("unsupported value");
  });

  it("whose aliases unfold without end is refused", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level += 1) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    }

    expect(() => parseYaml(lines.join("\n"))).toThrow("excessive aliasing");
  });

  it("merges where the key is plain or tagged so, and takes a quoted one as any other key", () => {
    expect(parseYaml("base: &b\n  x: 1\na:\n  <<: *b\n")).toMatchObject({ a: { x: 1 } });
    expect(parseYaml('base: &b\n  x: 1\na:\n  !!merge "<<": *b\n')).toMatchObject({ a: { x: 1 } });
    expect(parseYaml('a:\n  "<<":\n    x: 1\n')).toEqual({ a: { "<<": { x: 1 } } });
  });

  it("turns keys that are no strings into text", () => {
    expect(parseYaml(".inf: 1\n-.inf: 2\n.nan: 3\n0.1: 4\n1e30: 5\n")).toEqual({
      ".inf": 1,
      "-.inf": 2,
      ".nan": 3,
      "0.1": 4,
      "1e+30": 5,
    });
    expect(() => parseYaml("18446744073709551615: 1")).toThrow("unsupported map key");
  });

  it("is written so that words of YAML 1.1 stay strings", () => {
    const value = { a: "yes", b: "012", c: ["1:30", true, 1.5, null], d: "x\ny\n" };

    expect(parseYaml(formatYaml(value))).toEqual(value);
  });
});

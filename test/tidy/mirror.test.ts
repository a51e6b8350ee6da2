// Tests mirror the source: what has logic has a test of its own, or one of its folder that reaches it.
import { describe, expect, test } from "vitest";
import { hasLogic, indirectlyTestedRules, strayTests, untestedFiles } from "./mirror-rules.ts";
import { parseSource, readSources, type SourceFile } from "./source-tree.ts";

const SOURCES = readSources("src").map(parseSource);
const TESTS = readSources("test").map(parseSource);

function planted(texts: Readonly<Record<string, string>>): readonly SourceFile[] {
  return Object.entries(texts).map(([path, text]) => parseSource({ path, text }));
}

describe("the source tree", () => {
  test("has a test for every file with logic", () => {
    expect(untestedFiles(SOURCES, TESTS)).toEqual([]);
  });

  test("has a test of its own for every file that decides, builds or summarizes", () => {
    expect(indirectlyTestedRules(SOURCES, TESTS)).toEqual([]);
  });

  test("has the folder that each test mirrors", () => {
    expect(strayTests(SOURCES, TESTS)).toEqual([]);
  });
});

const LOGIC = "export const double = (n: number): number => 2 * n;";

describe("a file without a test is found", () => {
  const sources = planted({
    "src/gateway/models/ledger.ts": LOGIC,
    "src/gateway/models/money.ts": `import { double } from "./ledger.ts"; export const four = () => double(2);`,
    "src/gateway/models/types.ts": "export interface Money { readonly cents: number }",
    "src/programs/engine.ts": LOGIC,
  });
  const importing = (path: string): string => `import { double } from "${path}"; void double;`;

  test("when nothing reaches it", () => {
    expect(untestedFiles(sources, [])).toEqual(["src/gateway/models/ledger.ts", "src/gateway/models/money.ts"]);
  });

  test("but not when a test of its own, of its folder or of one above reaches it", () => {
    for (const path of [
      "test/gateway/models/money.test.ts",
      "test/gateway/models/a.test.ts",
      "test/gateway/models.test.ts",
    ]) {
      const target = path.includes("/models/")
        ? "../../../src/gateway/models/money.ts"
        : "../../src/gateway/models/money.ts";
      expect(untestedFiles(sources, planted({ [path]: importing(target) }))).toEqual([]);
    }
  });

  test("and a test of another area, or a file that is no test, does not count", () => {
    const target = "../../src/gateway/models/money.ts";

    expect(untestedFiles(sources, planted({ "test/agent/a.test.ts": importing(target) }))).toHaveLength(2);
    expect(untestedFiles(sources, planted({ "test/gateway/support.ts": importing(target) }))).toHaveLength(2);
  });

  test("unless it is started as a thread by what is tested", () => {
    const parts = planted({
      "src/platform/embedded/store.ts":
        "export const start = () => new URL(`./writer${extname(import.meta.url)}`, import.meta.url);",
      "src/platform/embedded/writer.ts": LOGIC,
    });
    const tests = planted({
      "test/platform/embedded/store.test.ts": `import "../../../src/platform/embedded/store.ts";`,
    });

    expect(untestedFiles(parts, tests)).toEqual([]);
  });
});

test("a deciding file that is tested only through another is found", () => {
  const sources = planted({
    "src/controllers/lane/decide-lane.ts": LOGIC,
    "src/controllers/lane/lane-controller.ts": `export * from "./decide-lane.ts";`,
  });
  const through = planted({
    "test/controllers/lane/a.test.ts": `import "../../../src/controllers/lane/lane-controller.ts";`,
  });
  const directly = planted({
    "test/controllers/lane/a.test.ts": `import "../../../src/controllers/lane/decide-lane.ts";`,
  });

  expect(indirectlyTestedRules(sources, through)).toEqual(["src/controllers/lane/decide-lane.ts"]);
  expect(indirectlyTestedRules(sources, directly)).toEqual([]);
});

test("a test in the mirror of a folder that is gone is found; contracts and scenarios have no mirror", () => {
  const sources = planted({ "src/gateway/models/ledger.ts": LOGIC });
  const tests = planted({
    "test/gateway/money/a.test.ts": "",
    "test/gateway/models.test.ts": "",
    "test/gateway/models/behaviour.test.ts": "",
    "test/scenarios/a.test.ts": "",
  });

  expect(strayTests(sources, tests)).toEqual(["test/gateway/money/a.test.ts"]);
});

test("types, tables and constants are no logic", () => {
  const [types, table, logic] = planted({
    "src/argo/a.ts": "export interface A { readonly call: (n: number) => void }\n// function in a comment",
    "src/argo/b.ts": `export const B = { a: 1, b: ["class", "=>"] };`,
    "src/argo/c.ts": LOGIC,
  });

  expect([types, table, logic].map((file) => file !== undefined && hasLogic(file))).toEqual([false, false, true]);
});

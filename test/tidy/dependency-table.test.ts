// ARCHITECTURE.md says what may import what, and this test holds the code to it. Each rule is also shown a violation.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  areaOf,
  forbiddenImports,
  importCycles,
  outsideImports,
  packageImports,
  parseDependencyTable,
  parsePackageTable,
  simulatorsInProduction,
} from "./dependency-rules.ts";
import { impurities } from "./purity-rules.ts";
import { oversizedParts } from "./size-rules.ts";
import { parseSource, readSources, ROOT, type SourceFile } from "./source-tree.ts";

const ARCHITECTURE = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
const RULES = parseDependencyTable(ARCHITECTURE);
const PACKAGES = parsePackageTable(ARCHITECTURE);
const FILES = readSources("src").map(parseSource);

/** Files that exist only here. */
function planted(texts: Readonly<Record<string, string>>): readonly SourceFile[] {
  return Object.entries(texts).map(([path, text]) => parseSource({ path, text }));
}

describe("the source tree", () => {
  test("has only the imports that the table allows", () => {
    expect(forbiddenImports(FILES, RULES)).toEqual([]);
  });

  test("touches the outside world only where the table says so", () => {
    expect(outsideImports(FILES, RULES)).toEqual([]);
  });

  test("keeps the simulators out of every program for production", () => {
    expect(simulatorsInProduction(FILES)).toEqual([]);
  });

  test("imports npm packages only where the table says so, and no other than package.json names", () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { dependencies: object };

    expect(packageImports(FILES, RULES, PACKAGES)).toEqual([]);
    expect([...PACKAGES.keys()].sort()).toEqual(Object.keys(dependencies).sort());
  });

  test("has no import cycle", () => {
    expect(importCycles(FILES)).toEqual([]);
  });

  test("is pure where it must be", () => {
    expect(FILES.flatMap(impurities)).toEqual([]);
  });

  test("has no function and no file that is too long", () => {
    expect(FILES.flatMap(oversizedParts)).toEqual([]);
  });
});

describe("the table", () => {
  test("is read row by row", () => {
    expect(RULES.find((rule) => rule.area === "argo")).toEqual({
      area: "argo",
      mayImport: ["resources", "languages"],
      mayTouchOutside: false,
    });
    expect(RULES.length).toBeGreaterThan(10);
    expect(() => parseDependencyTable("no table")).toThrow(/no table/);
    expect(() => parseDependencyTable("| area | may import | outside |\n|--|--|--|\n| a | – | perhaps |")).toThrow(
      /perhaps/,
    );
  });

  test.each([
    ["src/platform/errors.ts", "platform"],
    ["src/platform/embedded/migrations/migration.ts", "platform/embedded"],
    ["src/controllers/loop/work-queue.ts", "controllers/loop"],
    ["src/controllers/lane/deep/file.ts", "controllers/*"],
    ["src/unknown/file.ts", undefined],
  ])("puts %s into %s", (path, area) => {
    expect(areaOf(path, RULES)).toBe(area);
  });
});

describe("a forbidden import is found", () => {
  const target = "export type T = 1;";
  const table: [string, Readonly<Record<string, string>>, RegExp][] = [
    [
      "of another area",
      { "src/languages/a.ts": `import type { T } from "../argo/b.ts";`, "src/argo/b.ts": target },
      /languages may not import argo/,
    ],
    [
      "by a re-export",
      { "src/languages/a.ts": `export * from "../argo/b.ts";`, "src/argo/b.ts": target },
      /languages may not import argo/,
    ],
    [
      "by a dynamic import",
      { "src/languages/a.ts": `export const b = import("../argo/b.ts");`, "src/argo/b.ts": target },
      /languages may not import argo/,
    ],
    [
      "by an import type",
      { "src/languages/a.ts": `export type B = import("../argo/b.ts").T;`, "src/argo/b.ts": target },
      /languages may not import argo/,
    ],
    [
      "of another controller",
      {
        "src/controllers/lane/a.ts": `import type { T } from "../sensor/b.ts";`,
        "src/controllers/sensor/b.ts": target,
      },
      /may not import controllers/,
    ],
    [
      "of an implementation by a controller",
      {
        "src/controllers/lane/a.ts": `import type { T } from "../../platform/node/b.ts";`,
        "src/platform/node/b.ts": target,
      },
      /may not import platform\/node/,
    ],
    [
      "of a program",
      { "src/gateway/a.ts": `import type { T } from "../programs/b.ts";`, "src/programs/b.ts": target },
      /nothing imports programs/,
    ],
    [
      "of a simulator by a program",
      {
        "src/programs/engine.ts": `import type { T } from "../github-simulator/b.ts";`,
        "src/github-simulator/b.ts": target,
      },
      /no production program imports a simulator/,
    ],
    ["of a missing file", { "src/argo/a.ts": `import type { T } from "./none.ts";` }, /does not exist/],
    ["in an unknown area", { "src/unknown/a.ts": target }, /no area/],
  ];

  test.each(table)("%s", (_name, texts, message) => {
    expect(forbiddenImports(planted(texts), RULES)).toEqual([expect.stringMatching(message)]);
  });

  test("and an allowed one is not", () => {
    const texts = {
      "src/controllers/lane/a.ts": `import type { T } from "../loop/b.ts";\nimport type { T as U } from "./c.ts";`,
      "src/controllers/lane/c.ts": target,
      "src/controllers/loop/b.ts": target,
      "src/programs/demo.ts": `import type { T } from "../github-simulator/d.ts";`,
      "src/github-simulator/d.ts": target,
    };

    expect(forbiddenImports(planted(texts), RULES)).toEqual([]);
  });
});

test("a simulator is found in a program for production, however it came there", () => {
  const texts = {
    "src/programs/cli.ts": `import { demo } from "./demo.ts"; demo();`,
    "src/programs/engine.ts": `import { load } from "./engine/load.ts"; load();`,
    "src/programs/engine/load.ts": `export const load = () => import("../../model-simulator/a.ts");`,
    "src/programs/demo.ts": `import { start } from "../github-simulator/b.ts"; export const demo = start;`,
    "src/programs/gateway.ts": "export const run = 1;",
    "src/github-simulator/b.ts": "export const start = () => 1;",
    "src/model-simulator/a.ts": "export const start = () => 1;",
  };

  expect(simulatorsInProduction(planted(texts))).toEqual([
    "src/programs/cli.ts reaches a simulator: src/programs/cli.ts → src/programs/demo.ts → src/github-simulator/b.ts",
    "src/programs/engine.ts reaches a simulator: src/programs/engine.ts → src/programs/engine/load.ts → src/model-simulator/a.ts",
  ]);
});

test.each([
  ["a builtin", `import { readFileSync } from "node:fs";`],
  ["a builtin that makes others", `import { createRequire } from "node:module";`],
])("%s is refused where the outside world is out of reach", (_name, text) => {
  expect(outsideImports(planted({ "src/controllers/lane/a.ts": text }), RULES)).toHaveLength(1);
  expect(outsideImports(planted({ "src/platform/node/a.ts": text }), RULES)).toEqual([]);
});

test("pure builtins are allowed there", () => {
  const text = `import { isDeepStrictEqual } from "node:util";\nimport { join } from "node:path/posix";`;

  expect(outsideImports(planted({ "src/resources/a.ts": text }), RULES)).toEqual([]);
});

test.each([
  ["a package elsewhere than the table says", `import { request } from "undici";`, "src/api-server/a.ts"],
  ["a package in a program that may import every area", `import { Hono } from "hono/tiny";`, "src/programs/a.ts"],
  ["a package that the table does not know", `import x from "@scope/unknown/deep";`, "src/platform/node/a.ts"],
  ["a builtin without its prefix", `import { readFileSync } from "fs";`, "src/platform/node/a.ts"],
])("%s is refused", (_name, text, path) => {
  expect(packageImports(planted({ [path]: text }), RULES, PACKAGES)).toHaveLength(1);
});

test("packages are allowed where the table says so", () => {
  const texts = {
    "src/resources/a.ts": `import { parse } from "yaml";`,
    "src/gateway/models/a.ts": `import { request } from "undici";`,
    "src/github-simulator/rest/a.ts": `import { serve } from "@hono/node-server/utils";`,
  };

  expect(packageImports(planted(texts), RULES, PACKAGES)).toEqual([]);
});

test("a cycle is found, through types too", () => {
  const texts = {
    "src/argo/a.ts": `import type { B } from "./b.ts"; export type A = B;`,
    "src/argo/b.ts": `import type { C } from "./c.ts"; export type B = C;`,
    "src/argo/c.ts": `import type { A } from "./a.ts"; export type C = A;`,
    "src/argo/d.ts": `import type { A } from "./a.ts"; export type D = A;`,
  };

  expect(importCycles(planted(texts))).toEqual(["import cycle: src/argo/a.ts, src/argo/b.ts, src/argo/c.ts"]);
});

describe("an impurity is found", () => {
  test.each([
    ["await", "export async function f(p: Promise<void>) { await p; }"],
    ["await", "export async function f(p: AsyncIterable<void>) { for await (const x of p) void x; }"],
    ["Date.now", "export const now = () => Date.now();"],
    ["new Date()", "export const now = () => new Date();"],
    ["Date()", "export const now = () => Date();"],
    ["Math.random", "export const chance = () => Math.random();"],
    ["process", "export const home = () => process.env.HOME;"],
    ["process", "export const home = () => (process as { env: object }).env;"],
    ["crypto", "export const id = () => crypto.randomUUID();"],
    ["console", "export const say = () => console.log(1);"],
    ["globalThis", "export const wait = () => globalThis['set' + 'Timeout'];"],
    ["fetch", "export const get = () => fetch('http://x');"],
    ["setTimeout", "export const wait = (f: () => void) => setTimeout(f, 1);"],
    ["setImmediate", "export const wait = (f: () => void) => [setImmediate].map((g) => g(f));"],
  ])("%s", (name, text) => {
    for (const path of ["src/languages/a.ts", "src/controllers/lane/decide-lane.ts", "src/gateway/build-answer.ts"]) {
      expect(planted({ [path]: text }).flatMap(impurities)).toEqual([expect.stringContaining(`: ${name} in a file`)]);
    }
    expect(planted({ "src/gateway/serve.ts": text }).flatMap(impurities)).toEqual([]);
  });

  test("but not in names that only look like it", () => {
    const text = `
      export const parsed = (text: string) => new Date(text);
      export const half = (x: number) => Math.floor(x / 2);
      export const read = (job: { process: string }) => job.process;
      export const call = (fetch: () => number) => fetch();
      // Date.now() in a comment, and "process" in a text
      export const text = "process.env";`;

    expect(planted({ "src/argo/a.ts": text }).flatMap(impurities)).toEqual([]);
  });
});

describe("what is too long is found", () => {
  const body = (count: number): string => Array.from({ length: count }, (_, index) => `  void ${index};\n`).join("");

  test("a function", () => {
    const [fits, exceeds] = [68, 69].map((count) =>
      planted({ "src/argo/a.ts": `export function f() {\n${body(count)}}\n${body(5)}` }),
    );

    expect(fits?.flatMap(oversizedParts)).toEqual([]);
    expect(exceeds?.flatMap(oversizedParts)).toEqual(["src/argo/a.ts, line 1: a function of 71 lines, at most 70"]);
  });

  test("a file, without its comments and blank lines", () => {
    const padding = "// a comment\n\n/* more\n * of it */\n".repeat(50);

    expect(planted({ "src/argo/a.ts": padding + body(300) }).flatMap(oversizedParts)).toEqual([]);
    expect(planted({ "src/argo/a.ts": body(301) }).flatMap(oversizedParts)).toEqual([
      "src/argo/a.ts has 301 lines, at most 300",
    ]);
  });
});

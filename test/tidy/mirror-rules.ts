// The rule that tests mirror the source, as functions from files to violations.
import { posix } from "node:path";
import { walk, type SourceFile } from "./source-tree.ts";

/**
 * Source files with logic that no test of their own, and no test of their folder or one above it, reaches. Programs only
 * join the parts; scenarios start them.
 */
export function untestedFiles(sources: readonly SourceFile[], tests: readonly SourceFile[]): readonly string[] {
  const files = new Map([...sources, ...tests].map((file) => [file.path, file]));
  const reachedFrom = new Map(tests.filter(isTestFile).map((test) => [test.path, reach(test.path, files)]));
  return sources
    .filter((file) => !file.path.startsWith("src/programs/") && hasLogic(file))
    .filter(({ path }) => ![...reachedFrom].some(([test, reached]) => reached.has(path) && isNeighbour(test, path)))
    .map(({ path }) => path);
}

/** Files that decide, build or summarize are pure and easily tested: each needs a test that imports it itself. */
export function indirectlyTestedRules(sources: readonly SourceFile[], tests: readonly SourceFile[]): readonly string[] {
  const imported = new Set(tests.flatMap((test) => test.imports));
  return sources
    .filter((file) => /\/(decide|build|summarize)-[^/]*\.ts$/.test(file.path) && hasLogic(file))
    .filter((file) => !imported.has(file.path))
    .map((file) => file.path);
}

/** Tests in the mirror of a folder that does not exist (any more). A test may be named after what it shows. */
export function strayTests(sources: readonly SourceFile[], tests: readonly SourceFile[]): readonly string[] {
  const known = new Set<string>();
  for (const { path } of sources) {
    for (let part = path.replace(/\.ts$/, ""); part !== "src"; part = posix.dirname(part)) known.add(part);
  }
  return tests
    .filter(isTestFile)
    .map((test) => test.path)
    .filter((path) => isInMirror(path, known) && !known.has(posix.dirname(path).replace(/^test/, "src")));
}

/** Folders of tests that have no counterpart in src hold contracts, scenarios and the like. */
function isInMirror(test: string, known: ReadonlySet<string>): boolean {
  const [, area = ""] = test.split("/");
  return known.has(`src/${area}`);
}

/** The conformance tables are read by a program that is also a command. */
function isTestFile(file: SourceFile): boolean {
  return file.path.endsWith(".test.ts") || file.path.startsWith("test/conformance/");
}

/** The tables of known answers are the tests of Argo's rules and of the languages. */
const CONFORMANCE_AREAS = ["src/languages/", "src/argo/"];

/** True when the test stands in the mirror of the file's folder or of a folder above it, but not above the area. */
function isNeighbour(test: string, path: string): boolean {
  if (test.startsWith("test/conformance/")) return CONFORMANCE_AREAS.some((area) => path.startsWith(area));
  const folder = posix.dirname(test).replace(/^test/, "src");
  return folder !== "src" && posix.dirname(path).concat("/").startsWith(`${folder}/`);
}

function reach(start: string, files: ReadonlyMap<string, SourceFile>): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = [start];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = files.get(path);
    if (file === undefined || reached.has(path)) continue;
    reached.add(path);
    waiting.push(...file.imports, ...file.starts);
  }
  return reached;
}

/** Logic is a function; types, tables and constants have none. */
export function hasLogic(file: SourceFile): boolean {
  // Most files that hold one of the words do have a function; the others need not be walked.
  if (!/=>|\bfunction\b|\bclass\b/.test(file.text)) return false;
  let found = false;
  walk(file.syntax(), (node) => {
    found ||= /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type);
  });
  return found;
}

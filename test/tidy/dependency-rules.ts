// The rules of ARCHITECTURE.md as functions from files to violations, so that a test can show that each one bites.
import { posix } from "node:path";
import type { SourceFile } from "./source-tree.ts";

export interface AreaRule {
  readonly area: string;
  /** Areas, or "everything". */
  readonly mayImport: readonly string[];
  readonly mayTouchOutside: boolean;
}

/** Reads the rows of the dependency table. Throws when the table is not found or a row cannot be read. */
export function parseDependencyTable(markdown: string): readonly AreaRule[] {
  return rowsBelow(markdown, ["area", "may import"]).map(([area = "", imports = "", outside = ""]) => {
    if (!["yes", "no"].includes(outside))
      throw new Error(`dependency table, row "${area}": "${outside}" is neither yes nor no`);
    return { area, mayImport: imports === "–" ? [] : listOf(imports), mayTouchOutside: outside === "yes" };
  });
}

/** npm package → the areas that may import it, or "everything". Throws when the table is not found. */
export function parsePackageTable(markdown: string): ReadonlyMap<string, readonly string[]> {
  const rows = rowsBelow(markdown, ["npm package", "may be imported by"]);
  return new Map(rows.flatMap(([names = "", areas = ""]) => listOf(names).map((name) => [name, listOf(areas)])));
}

function rowsBelow(markdown: string, columns: readonly string[]): readonly (readonly string[])[] {
  const lines = markdown.split("\n").map(cellsOf);
  const header = lines.findIndex((cells) => columns.every((column, index) => cells[index] === column));
  if (header === -1) throw new Error(`ARCHITECTURE.md has no table with the columns \`${columns.join(" | ")}\``);
  const below = lines.slice(header + 2);
  const end = below.findIndex((cells) => cells.length === 0);
  return end === -1 ? below : below.slice(0, end);
}

function cellsOf(line: string): readonly string[] {
  if (!line.startsWith("|")) return [];
  return line
    .split("|")
    .slice(1)
    .map((cell) => cell.trim());
}

function listOf(cell: string): readonly string[] {
  return cell.split(",").map((name) => name.trim());
}

/** The row that a source file belongs to; `controllers/*` is the row of each folder that has none of its own. */
export function areaOf(path: string, rules: readonly AreaRule[]): string | undefined {
  const folder = posix.dirname(path).replace(/^src\/?/, "");
  const parts = folder.split("/");
  for (let length = parts.length; length > 0; length -= 1) {
    const candidate = parts.slice(0, length).join("/");
    if (rules.some((rule) => rule.area === candidate)) return candidate;
    const wildcard = [...parts.slice(0, length - 1), "*"].join("/");
    if (length > 1 && rules.some((rule) => rule.area === wildcard)) return wildcard;
  }
  return undefined;
}

/** What a folder may always import from: its own area, and below `controllers/*` only its own controller. */
function homeOf(path: string, area: string): string {
  return area.endsWith("/*")
    ? path
        .split("/")
        .slice(0, area.split("/").length + 1)
        .join("/")
    : area;
}

const SIMULATORS = ["github-simulator", "model-simulator"];
const SIMULATOR_PROGRAMS = new Set(["src/programs/demo.ts", ...SIMULATORS.map((name) => `src/programs/${name}.ts`)]);

/**
 * Programs for production whose imports lead to a simulator, through whatever file: the way is named, so that it can be
 * cut. A program that is started (a path, no import) does not count: a process of its own is not part of the program.
 */
export function simulatorsInProduction(files: readonly SourceFile[]): readonly string[] {
  const imports = new Map(files.map((file) => [file.path, file.imports]));
  return files
    .filter(({ path }) => /^src\/programs\/[^/]+\.ts$/.test(path) && !SIMULATOR_PROGRAMS.has(path))
    .flatMap(({ path }) => {
      const way = wayToSimulator(path, imports);
      return way === undefined ? [] : [`${path} reaches a simulator: ${way.join(" → ")}`];
    });
}

function wayToSimulator(start: string, imports: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const waiting: (readonly string[])[] = [[start]];
  const seen = new Set([start]);
  for (let way = waiting.shift(); way !== undefined; way = waiting.shift()) {
    const last = way.at(-1) ?? "";
    if (SIMULATORS.some((name) => last.startsWith(`src/${name}/`))) return way;
    for (const target of imports.get(last) ?? []) {
      if (!seen.has(target)) {
        seen.add(target);
        waiting.push([...way, target]);
      }
    }
  }
  return undefined;
}

export function forbiddenImports(files: readonly SourceFile[], rules: readonly AreaRule[]): readonly string[] {
  const known = new Set(files.map((file) => file.path));
  return files.flatMap((file) => {
    const area = areaOf(file.path, rules);
    if (area === undefined) return [`${file.path} is in no area of the dependency table`];
    const rule = rules.find((candidate) => candidate.area === area);
    const problems = file.imports.map((target) => {
      if (!target.startsWith("src/")) return undefined;
      if (!known.has(target)) return `${target}, which does not exist`;
      return forbiddenTarget({ path: file.path, area }, target, rule, rules);
    });
    return problems.flatMap((problem) => (problem === undefined ? [] : [`${file.path} imports ${problem}`]));
  });
}

function forbiddenTarget(
  from: { readonly path: string; readonly area: string },
  target: string,
  rule: AreaRule | undefined,
  rules: readonly AreaRule[],
): string | undefined {
  const targetArea = areaOf(target, rules) ?? "";
  if (targetArea === "programs" && from.area !== "programs") return `${target}: nothing imports programs`;
  if (homeOf(from.path, from.area) === homeOf(target, targetArea)) return undefined;
  if (from.area === "programs" && SIMULATORS.includes(targetArea)) {
    return SIMULATOR_PROGRAMS.has(from.path) ? undefined : `${target}: no production program imports a simulator`;
  }
  const isAllowed = rule?.mayImport.some((name) => name === "everything" || name === targetArea) === true;
  return isAllowed ? undefined : `${target}: ${from.area} may not import ${targetArea}`;
}

const PURE_BUILTINS = new Set(["node:path/posix", "node:util"]);

/** Imports of Node's modules where the table says no. */
export function outsideImports(files: readonly SourceFile[], rules: readonly AreaRule[]): readonly string[] {
  return files.flatMap((file) => {
    const area = areaOf(file.path, rules);
    if (rules.find((rule) => rule.area === area)?.mayTouchOutside !== false) return [];
    const outside = file.imports.filter((target) => target.startsWith("node:") && !PURE_BUILTINS.has(target));
    return outside.map((target) => `${file.path} imports ${target}: ${String(area)} may not touch the outside world`);
  });
}

/** Imports of npm packages that the table of packages does not allow; a builtin without its prefix looks like one. */
export function packageImports(
  files: readonly SourceFile[],
  rules: readonly AreaRule[],
  packages: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  return files.flatMap((file) => {
    const area = areaOf(file.path, rules) ?? "";
    const names = file.imports.filter((target) => !/^(src\/|node:)/.test(target)).map(packageOf);
    const refused = names.filter((name) => {
      const allowed = packages.get(name) ?? [];
      return !allowed.includes("everything") && !allowed.includes(area);
    });
    return refused.map((name) => `${file.path} imports ${name}: the table of packages does not allow it in ${area}`);
  });
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
}

/** One line per group of files that import each other in a circle, types included (Tarjan's algorithm). */
export function importCycles(files: readonly SourceFile[]): readonly string[] {
  const edges = new Map(files.map((file) => [file.path, file.imports]));
  const places = new Map<string, { readonly index: number; low: number }>();
  const stack: string[] = [];
  const cycles: string[] = [];
  const visit = (path: string): number => {
    const place = { index: places.size, low: places.size };
    places.set(path, place);
    stack.push(path);
    for (const target of edges.get(path) ?? []) {
      if (!edges.has(target)) continue;
      const seen = places.get(target);
      if (seen === undefined) place.low = Math.min(place.low, visit(target));
      else if (stack.includes(target)) place.low = Math.min(place.low, seen.index);
    }
    if (place.low === place.index) {
      const group = stack.splice(stack.indexOf(path));
      if (group.length > 1) cycles.push(`import cycle: ${group.sort().join(", ")}`);
    }
    return place.low;
  };
  for (const path of edges.keys()) if (!places.has(path)) visit(path);
  return cycles;
}

// The source files as the tidy tests see them: text, imports, and (only where needed) the syntax tree.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { posix } from "node:path";
import { parseSync } from "oxc-parser";

export const ROOT = join(import.meta.dirname, "../..");

export interface SourceText {
  /** From the root of the repository, with slashes: `src/resources/kind.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface SourceFile extends SourceText {
  /** What it imports or exports from, types included: paths of files, or names of packages. */
  readonly imports: readonly string[];
  /** Files that it starts as threads (`new URL("./name…", import.meta.url)`) or as processes (`…/programs/name.…`, `"programs", "name.…"`). */
  readonly starts: readonly string[];
  /** Lines that hold code, from 1: neither blank nor only comment. */
  readonly codeLines: readonly number[];
  /** Parsed when first asked for: most files do not need it. */
  readonly syntax: () => SyntaxNode;
}

export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** All TypeScript files below a folder of the repository. */
export function readSources(folder: string): readonly SourceText[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

export function parseSource(source: SourceText): SourceFile {
  const { path, text } = source;
  const parsed = parseSync(path, text);
  const error = parsed.errors[0];
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const { staticImports, staticExports } = parsed.module;
  const exported = staticExports.flatMap((statement) => statement.entries.map((entry) => entry.moduleRequest?.value));
  const specifiers = [
    ...staticImports.map((statement) => statement.moduleRequest.value),
    ...exported.filter((specifier) => specifier !== undefined && specifier !== null),
    // Both `await import("…")` and the type `import("…").Name`.
    ...Array.from(text.matchAll(/\bimport\(\s*["']([^"']+)["']/g), (match) => match[1] ?? ""),
  ];
  return {
    path,
    text,
    imports: [...new Set(specifiers.map((specifier) => resolveImport(path, specifier)))],
    starts: startsOf(path, text),
    codeLines: codeLinesOf(text, parsed.comments),
    syntax: () => parsed.program as unknown as SyntaxNode,
  };
}

function resolveImport(path: string, specifier: string): string {
  return specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : specifier;
}

function startsOf(path: string, text: string): readonly string[] {
  const threads = text.matchAll(/new URL\(\s*[`"'](\.{1,2}\/[\w./-]*?)(?:\.ts|\$)/g);
  const processes = text.matchAll(/(?:\/programs\/|"programs", `)([\w-]+)\.(?:ts|\$)/g);
  return [
    ...Array.from(threads, (match) => resolveImport(path, `${match[1] ?? ""}.ts`)),
    ...Array.from(processes, (match) => `src/programs/${match[1] ?? ""}.ts`),
  ];
}

function codeLinesOf(
  text: string,
  comments: readonly { readonly start: number; readonly end: number }[],
): readonly number[] {
  let code = text;
  for (const { start, end } of comments) {
    const blank = text.slice(start, end).replaceAll(/[^\n]/g, " ");
    code = code.slice(0, start) + blank + code.slice(end);
  }
  return code.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [index + 1]));
}

/** Calls `visit` for the node and everything below it, with the node above and the field that leads to it. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined, field: string) => void,
): void {
  const step = (current: SyntaxNode, parent: SyntaxNode | undefined, field: string): void => {
    visit(current, parent, field);
    for (const [name, value] of Object.entries(current)) {
      for (const child of Array.isArray(value) ? (value as unknown[]) : [value]) {
        if (isSyntaxNode(child)) step(child, current, name);
      }
    }
  };
  step(node, undefined, "");
}

export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

/** The line of an offset, from 1. */
export function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

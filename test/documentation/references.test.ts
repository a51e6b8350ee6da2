// What the pages name is there: the files that they link to, the paths that they print, the scripts that they tell to run.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const PAGES = globSync(["*.md", "docs/**/*.md", "charts/**/*.md", "test/**/*.md"], { cwd: ROOT }).sort();
const SCRIPTS = Object.keys(
  (JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { readonly scripts: object }).scripts,
);

interface Page {
  readonly path: string;
  readonly text: string;
}

/** Links that lead nowhere, printed paths without a file, and scripts that package.json does not have. */
function wrongReferences({ path, text }: Page): readonly string[] {
  const links = matches(text, /\]\((?!https?:|#)([^)#\s]+)/g).filter(
    (link) => !existsSync(join(ROOT, dirname(path), link)),
  );
  // A placeholder in angle brackets, a glob or a name in capitals stands for many paths.
  const printed = matches(text, /`((?:src|test|charts|docs|scripts|bin|bench|examples)\/[\w./-]+)`/g);
  const paths = printed.filter((name) => !/[A-Z]{3}/.test(name) && !existsSync(join(ROOT, name)));
  const scripts = matches(text, /npm run (?:-s )?([\w:-]+)/g).filter((name) => !SCRIPTS.includes(name));
  return [
    ...links.map((link) => `${path} links to ${link}, which is not there`),
    ...paths.map((name) => `${path} names ${name}, which is not there`),
    ...scripts.map((name) => `${path} runs the script ${name}, which package.json does not have`),
  ];
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return Array.from(text.matchAll(pattern), (match) => match[1] ?? "");
}

describe("the pages", () => {
  it("name only what is there", () => {
    const pages = PAGES.map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

    expect(pages.length).toBeGreaterThan(15);
    expect(pages.flatMap(wrongReferences)).toEqual([]);
  });
});

it.each([
  ["a link", "see [it](gone.md)", "docs/a.md links to gone.md, which is not there"],
  ["a path", "`src/resources/gone.ts` does it", "docs/a.md names src/resources/gone.ts, which is not there"],
  ["a script", "`npm run gone`", "docs/a.md runs the script gone, which package.json does not have"],
])("%s that leads nowhere is found", (_what, text, message) => {
  expect(wrongReferences({ path: "docs/a.md", text })).toEqual([message]);
});

it("links to other sites, to sections and to files that are there are not", () => {
  const text =
    "[a](https://example.com/x) [b](#section) [c](../README.md#try-it) `src/resources/kind.ts` `npm run check`";

  expect(wrongReferences({ path: "docs/a.md", text })).toEqual([]);
});

// The rule that every branch of a pure file is taken by a test, as functions from a report to violations. Files that are
// not there yet are listed with the number of branches that are missing; a number only falls.
import { relative } from "node:path";

export const PURE_FILES = [
  "src/{resources,languages,argo,configuration}/**/*.ts",
  "src/**/{decide,build,summarize}-*.ts",
] as const;

/** The part of an Istanbul report that is read. */
export type CoverageReport = Readonly<Record<string, FileReport>>;

interface FileReport {
  readonly b: Readonly<Record<string, readonly number[]>>;
  readonly branchMap: Readonly<Record<string, BranchReport>>;
}

interface BranchReport {
  readonly loc: { readonly start: { readonly line: number } };
  readonly locations: readonly { readonly start?: { readonly line?: number } }[];
}

/** File to the number of its branches that no test takes; files without any are left out. */
export type Uncovered = Readonly<Record<string, number>>;

/** Lines of the branches that no test took, by file. */
export function uncoveredLines(report: CoverageReport, root: string): ReadonlyMap<string, readonly number[]> {
  const entries = Object.entries(report).map(([path, file]) => [relative(root, path), linesOf(file)] as const);
  return new Map(entries.filter(([, lines]) => lines.length > 0).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function linesOf({ b, branchMap }: FileReport): readonly number[] {
  return Object.entries(b).flatMap(([id, counts]) =>
    counts.flatMap((count, index) => {
      const branch = branchMap[id];
      return count > 0 || branch === undefined ? [] : [branch.locations[index]?.start?.line ?? branch.loc.start.line];
    }),
  );
}

/** What the list does not allow, one line per file: more branches than it says, or an entry that is no longer needed. */
export function coverageProblems(found: ReadonlyMap<string, readonly number[]>, allowed: Uncovered): readonly string[] {
  const worse = [...found].flatMap(([file, lines]) => {
    const most = allowed[file] ?? 0;
    if (lines.length <= most) return [];
    const where = [...new Set(lines)].join(", ");
    return [`${file}: no test takes ${lines.length} branches, at most ${most} may be left; lines ${where}`];
  });
  const done = Object.keys(allowed)
    .filter((file) => !found.has(file))
    .map((file) => `${file}: every branch is taken now (or the file is gone); take it out of the list`);
  return [...worse, ...done];
}

/** The list with what became better since; nothing is added and no number rises. */
export function loweredList(found: ReadonlyMap<string, readonly number[]>, allowed: Uncovered): Uncovered {
  return Object.fromEntries(
    Object.entries(allowed).flatMap(([file, most]) => {
      const now = Math.min(most, found.get(file)?.length ?? 0);
      return now === 0 ? [] : [[file, now]];
    }),
  );
}

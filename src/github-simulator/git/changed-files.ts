// What a range of commits changes, file by file, in GitHub's words.

import { runGit } from "./run-git.ts";

export interface ChangedFile {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: "added" | "removed" | "modified" | "renamed" | "changed";
  readonly blobSha: string;
  readonly additions: number;
  readonly deletions: number;
  /** Unified hunks without the header; null for binary files and pure renames. */
  readonly patch: string | null;
}

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** `from` null means: everything in `to` is new. */
export async function readChangedFiles(directory: string, from: string | null, to: string): Promise<ChangedFile[]> {
  const range = [from ?? EMPTY_TREE, to];
  const facts = await runGit({ directory, args: ["diff", "--raw", "--numstat", "--no-abbrev", "-z", "-M", ...range] });
  const patches = await runGit({ directory, args: ["diff", "-M", ...range] });
  return joinPatches(parseFacts(facts.split("\0")), patches);
}

type Facts = Omit<ChangedFile, "patch">;

/** NUL-separated: all `--raw` records, each followed by its path or (rename) two paths; then all `--numstat` records. */
function parseFacts(tokens: readonly string[]): Facts[] {
  const queue = tokens.filter((token) => token !== "").values();
  const files: Omit<Facts, "additions" | "deletions">[] = [];
  const counts: string[] = [];
  for (const token of queue) {
    if (token.startsWith(":")) {
      files.push(parseRaw(token, () => queue.next().value ?? ""));
    } else {
      counts.push(token);
      if (token.endsWith("\t")) {
        queue.next(); // a rename's two paths follow in tokens of their own
        queue.next();
      }
    }
  }
  return files.map((file, index) => {
    const [additions = "0", deletions = "0"] = (counts[index] ?? "").split("\t");
    return Object.assign(file, { additions: Number(additions) || 0, deletions: Number(deletions) || 0 });
  });
}

function parseRaw(record: string, nextPath: () => string): Omit<Facts, "additions" | "deletions"> {
  const [, , , blobSha = "", letter = ""] = record.split(" ");
  const first = nextPath();
  const isRename = letter.startsWith("R");
  return {
    path: isRename ? nextPath() : first,
    previousPath: isRename ? first : null,
    status: statusOf(letter),
    blobSha,
  };
}

function statusOf(letter: string): ChangedFile["status"] {
  switch (letter.slice(0, 1)) {
    case "A":
      return "added";
    case "D":
      return "removed";
    case "R":
      return "renamed";
    case "T":
      return "changed";
    default:
      return "modified";
  }
}

function joinPatches(facts: readonly Facts[], output: string): ChangedFile[] {
  const sections = output.split(/^(?=diff --git )/m).filter((section) => section !== "");
  return facts.map((fact, index) => {
    const section = sections[index] ?? "";
    const start = section.search(/^@@ /m);
    return { ...fact, patch: start < 0 ? null : section.slice(start).replace(/\n$/, "") };
  });
}

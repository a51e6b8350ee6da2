// The tree that a stage starts from: the branch's head with the base merged in, or the base where the branch is new.
// Every container makes the same tree from /source, so that a change can be handed on as a patch to it.
import type { Files } from "../platform/files.ts";
import type { ProcessRunner } from "../platform/process-runner.ts";
import { createGit, type Git } from "./git.ts";
import type { Change } from "./patch/decide-patch.ts";
import { readChanges } from "./patch/read-changes.ts";
import { REPOSITORY_DIRECTORY, type Prepared } from "./prepared.ts";

export interface StartTree {
  readonly git: Git;
  readonly directory: string;
  /** Commit that the change is measured against. */
  readonly startSha: string;
  /** `merged`: conflicts with the base were decided for the branch. `left`: not even that was possible. */
  readonly conflicts: "none" | "merged" | "left";
  readonly files: Files;
}

export interface StartTreeOptions {
  readonly runner: ProcessRunner;
  readonly files: Files;
  readonly source: string;
  readonly directory: string;
}

/** Clones the mirror below `source` into `directory`, whatever was there, and checks the start out. */
export async function checkOutStart(prepared: Prepared, options: StartTreeOptions): Promise<StartTree> {
  const { runner, files, source, directory } = options;
  await files.remove(directory);
  const identity = { name: "Runyard", email: "runyard@users.noreply.github.com", epochSeconds: prepared.startedAt };
  const mirror = `${source}/${REPOSITORY_DIRECTORY}`;
  await createGit({ runner, directory: source }).run(
    "clone",
    "--quiet",
    "--no-checkout",
    "--no-hardlinks",
    mirror,
    directory,
  );
  const git = createGit({ runner, directory, identity });
  await git.run("checkout", "--quiet", "-B", prepared.branch, prepared.branchSha ?? prepared.baseSha);
  const conflicts = await mergeBase(git, prepared);
  return { git, directory, startSha: (await git.run("rev-parse", "HEAD")).trim(), conflicts, files };
}

async function mergeBase(git: Git, { baseBranch, baseSha }: Prepared): Promise<StartTree["conflicts"]> {
  const merge = async (...strategy: readonly string[]) => {
    const message = `Merge ${baseBranch}`;
    const result = await git.attempt("merge", "--quiet", "--no-edit", "-m", message, ...strategy, baseSha);
    if (result.exitCode !== 0) await git.attempt("merge", "--abort");
    return result.exitCode === 0;
  };
  if (await merge()) return "none";
  return (await merge("-X", "ours")) ? "merged" : "left";
}

const DIFF_FORM = [
  "--cached",
  "--binary",
  "--full-index",
  "--no-renames",
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--src-prefix=a/",
  "--dst-prefix=b/",
];

/** Writes the difference of the index to the start as a patch to `path`. */
export async function writeDiff({ git, startSha }: StartTree, path: string): Promise<void> {
  await git.run("diff", ...DIFF_FORM, `--output=${path}`, startSha);
}

/** What the index changes, from the start or from another commit. Invalid when the list is longer than a file may be. */
export async function changesOf(
  { git, directory, files, startSha }: StartTree,
  from: string = startSha,
): Promise<readonly Change[]> {
  // By a file: what comes through a pipe is kept only in part.
  const list = `${directory}.changes`;
  await git.run("diff", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", `--output=${list}`, from);
  const changes = readChanges((await files.read(list)) ?? "");
  await files.remove(list);
  return changes;
}

/** Takes every path that `isTaken` from the commit again, or removes it where the commit has none; index and files. */
export async function takeFrom(
  tree: StartTree,
  commit: string,
  isTaken: (path: string) => boolean,
): Promise<readonly string[]> {
  const taken = (await changesOf(tree, commit)).filter((change) => isTaken(change.path));
  for (const { path, added } of taken) {
    if (added) await tree.git.run("rm", "-q", "-f", "--", `:(literal)${path}`);
    else await tree.git.run("checkout", "-q", commit, "--", `:(literal)${path}`);
  }
  return taken.map((change) => change.path);
}

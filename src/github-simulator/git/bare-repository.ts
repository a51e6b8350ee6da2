// One bare repository on disk: what REST and events tell about git is read from here, never remembered elsewhere.

import { rmSync } from "node:fs";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { type ChangedFile, readChangedFiles } from "./changed-files.ts";
import { COMMIT_FORMAT, type Commit, parseCommits } from "./commit.ts";
import { Memory } from "./memory.ts";
import { runGit, tryGit } from "./run-git.ts";

const LOG_COMMITS_MAX = 2_000;

export interface TreeEntry {
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly sha: string;
  readonly size: number | null;
  readonly path: string;
}

export class BareRepository {
  readonly directory: string;
  readonly #commits = new Memory<Commit | undefined>();
  readonly #ranges = new Memory<Commit[]>();
  readonly #mergeBases = new Memory<string | undefined>();
  readonly #changes = new Memory<ChangedFile[]>();
  readonly #mergeTrees = new Memory<string | undefined>();
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Creates the repository; a leftover of an earlier simulator at the same place is removed. */
  static async create(directory: string, defaultBranch: string): Promise<BareRepository> {
    rmSync(directory, { recursive: true, force: true });
    await mkdir(directory, { recursive: true });
    await runGit({ directory, args: ["init", "--quiet", "--bare", `--initial-branch=${defaultBranch}`, "."] });
    await appendFile(join(directory, "config"), CONFIG);
    await writeFile(join(directory, "hooks", "update"), UPDATE_HOOK, { mode: 0o755 });
    return new BareRepository(directory);
  }

  /** Runs `work` when no other push or ref update of this repository is under way. */
  exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(work);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** All refs with the objects they name. */
  async refs(prefix = "refs"): Promise<Map<string, string>> {
    const output = await this.git("for-each-ref", "--format=%(refname) %(objectname)", prefix);
    const lines = output.split("\n").filter((line) => line !== "");
    return new Map(lines.map((line) => line.split(" ") as [string, string]));
  }

  /** The commit that a branch, tag, full ref or SHA names; undefined when there is none. */
  async commitSha(name: string): Promise<string | undefined> {
    const candidates = /^[0-9a-f]{40}$/.test(name)
      ? [name]
      : [...(name.startsWith("refs/") ? [name] : []), `refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`];
    for (const candidate of candidates) {
      const found = await this.try("rev-parse", "--verify", "--quiet", `${candidate}^{commit}`);
      if (found.exitCode === 0) {
        return found.stdout.toString("utf8").trim();
      }
    }
    return name === "HEAD" ? this.#headSha() : undefined;
  }

  branchSha(branch: string): Promise<string | undefined> {
    return this.commitSha(`refs/heads/${branch}`);
  }

  /** The commit of a full SHA. */
  commit(sha: string): Promise<Commit | undefined> {
    const ask = async (): Promise<Commit | undefined> => (await this.log([sha, "--max-count=1"]))[0];
    return this.#commits.recall(sha, ask, (commit) => commit !== undefined); // a missing one may still be pushed
  }

  /** Commits that `to` has and `from` lacks, oldest first; both are full SHAs. */
  commitsBetween(from: string, to: string): Promise<Commit[]> {
    return this.#ranges.recall(`${from} ${to}`, () => this.log(["--reverse", to, `^${from}`]));
  }

  /** `git log` with the arguments, newest first; empty when a revision is unknown. */
  async log(args: readonly string[]): Promise<Commit[]> {
    const found = await this.try("log", "-z", COMMIT_FORMAT, `--max-count=${LOG_COMMITS_MAX}`, ...args);
    return found.exitCode === 0 ? parseCommits(found.stdout.toString("utf8")) : [];
  }

  /** The merge base of two full SHAs; undefined for unrelated histories. */
  mergeBase(one: string, other: string): Promise<string | undefined> {
    return this.#mergeBases.recall(`${one} ${other}`, async () => {
      const found = await this.try("merge-base", one, other);
      return found.exitCode === 0 ? found.stdout.toString("utf8").trim() : undefined;
    });
  }

  async isAncestor(ancestor: string, descendant: string): Promise<boolean> {
    const found = await this.try("merge-base", "--is-ancestor", ancestor, descendant);
    return found.exitCode === 0;
  }

  /** Files that differ between two full SHAs; `from` null means: everything in `to` is new. */
  changedFiles(from: string | null, to: string): Promise<ChangedFile[]> {
    return this.#changes.recall(`${from ?? ""} ${to}`, () => readChangedFiles(this.directory, from, to));
  }

  /** Entries of the tree that a commit or tree SHA has at `path` ("" is the root). */
  async treeEntries(treeish: string, path: string, recursive: boolean): Promise<TreeEntry[]> {
    const flags = ["-z", "--long", ...(recursive ? ["-r", "-t"] : [])];
    const found = await this.try("ls-tree", ...flags, path === "" ? treeish : `${treeish}:${path}`);
    const records = found.exitCode === 0 ? found.stdout.toString("utf8").split("\0") : [];
    return records.filter((record) => record !== "").map(parseTreeEntry);
  }

  /** Type and bytes of an object by SHA or `revision:path`. */
  async object(
    name: string,
  ): Promise<{ readonly type: string; readonly sha: string; readonly bytes: Buffer } | undefined> {
    const found = await tryGit({ directory: this.directory, args: ["cat-file", "--batch"], input: `${name}\n` });
    const end = found.stdout.indexOf(10);
    const [sha = "", type = "missing", size = "0"] = found.stdout.subarray(0, end).toString("utf8").split(" ");
    if (type === "missing" || found.exitCode !== 0 || !/^[0-9a-f]{40}$/.test(sha)) {
      return undefined;
    }
    return { type, sha, bytes: found.stdout.subarray(end + 1, end + 1 + Number(size)) };
  }

  /** The merged tree, or undefined on conflict. */
  mergeTree(base: string, head: string): Promise<string | undefined> {
    return this.#mergeTrees.recall(`${base} ${head}`, async () => {
      const found = await this.try("merge-tree", "--write-tree", base, head);
      return found.exitCode === 0 ? found.stdout.toString("utf8").split("\n")[0] : undefined;
    });
  }

  async writeCommit(commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly by: { readonly name: string; readonly email: string; readonly date: string };
  }): Promise<string> {
    const environment = {
      GIT_AUTHOR_NAME: commit.by.name,
      GIT_AUTHOR_EMAIL: commit.by.email,
      GIT_AUTHOR_DATE: commit.by.date,
      GIT_COMMITTER_NAME: commit.by.name,
      GIT_COMMITTER_EMAIL: commit.by.email,
      GIT_COMMITTER_DATE: commit.by.date,
    };
    const args = ["commit-tree", commit.tree, ...commit.parents.flatMap((parent) => ["-p", parent])];
    return (await runGit({ directory: this.directory, args, input: commit.message, environment })).trim();
  }

  async updateRef(ref: string, sha: string): Promise<void> {
    await this.git("update-ref", ref, sha);
  }

  async deleteRef(ref: string): Promise<void> {
    await this.git("update-ref", "-d", ref);
  }

  git(...args: readonly string[]): Promise<string> {
    return runGit({ directory: this.directory, args });
  }

  try(...args: readonly string[]): ReturnType<typeof tryGit> {
    return tryGit({ directory: this.directory, args });
  }

  async #headSha(): Promise<string | undefined> {
    const found = await this.try("rev-parse", "--verify", "--quiet", "HEAD^{commit}");
    return found.exitCode === 0 ? found.stdout.toString("utf8").trim() : undefined;
  }
}

/** `gc.auto`: no process may outlive its request. */
const CONFIG = `[http]
\treceivepack = true
[gc]
\tauto = 0
[uploadpack]
\tallowAnySHA1InWant = true
\tallowFilter = true
[receive]
\tadvertisePushOptions = true
`;

// GitHub refuses a push by an App that creates or changes a workflow file unless the App has the `workflows`
// permission. New commits are those that no ref reaches yet. The variable is set for the receiving process only.
const UPDATE_HOOK = `#!/bin/sh
[ "$SIMULATOR_MAY_CHANGE_WORKFLOWS" = yes ] && exit 0
case "$3" in *[!0]*) ;; *) exit 0 ;; esac
changed=$(git log --format= --name-only "$3" --not --all -- .github/workflows | sort -u | head -n 1)
[ -z "$changed" ] && exit 0
echo "refusing to allow a GitHub App to create or update workflow \\\`$changed\\\` without \\\`workflows\\\` permission" >&2
exit 1
`;

function parseTreeEntry(record: string): TreeEntry {
  const tab = record.indexOf("\t");
  const [mode = "", type = "", sha = "", size = "-"] = record.slice(0, tab).split(/ +/);
  return {
    mode,
    type: type as TreeEntry["type"],
    sha,
    size: size === "-" ? null : Number(size),
    path: record.slice(tab + 1),
  };
}

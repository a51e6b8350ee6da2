// Commits as git tells them, and the log format by which they are read.

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** UTC, whole seconds. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

const FIELD = "\x1f";

/** One record per commit, ended by NUL (`-z`). */
export const COMMIT_FORMAT = `--format=${["%H", "%T", "%P", "%an", "%ae", "%aI", "%cn", "%ce", "%cI", "%B"].join("%x1f")}`;

export function parseCommits(output: string): Commit[] {
  return output
    .split("\0")
    .filter((record) => record !== "")
    .map(parseCommit);
}

function parseCommit(record: string): Commit {
  const [sha = "", tree = "", parents = "", an = "", ae = "", ad = "", cn = "", ce = "", cd = "", ...message] =
    record.split(FIELD);
  return {
    sha,
    tree,
    parents: parents.split(" ").filter((parent) => parent !== ""),
    author: { name: an, email: ae, date: utc(ad) },
    committer: { name: cn, email: ce, date: utc(cd) },
    message: message.join(FIELD).replace(/\n+$/, ""),
  };
}

function utc(date: string): string {
  return `${new Date(date).toISOString().slice(0, 19)}Z`;
}

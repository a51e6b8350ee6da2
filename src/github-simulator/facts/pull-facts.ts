// What is computed about a pull request from git and the tables whenever somebody looks.

import type { ChangedFile } from "../git/changed-files.ts";
import type { Commit } from "../git/commit.ts";
import type { PullIssue } from "../state/rows.ts";
import type { PullFacts } from "../views/view-pull.ts";
import type { World } from "../world.ts";
import { repositoryFacts } from "./table-facts.ts";

export interface PullRange {
  readonly commits: readonly Commit[];
  readonly files: readonly ChangedFile[];
}

/** Commits (oldest first) and files of a pull request: from the merge base to its head. */
export async function readPullRange(world: World, issue: PullIssue): Promise<PullRange> {
  const git = world.gitOf(issue.repository);
  const { baseSha, headSha } = issue.pull;
  const from = await git.mergeBase(baseSha, headSha);
  const commits = await git.commitsBetween(baseSha, headSha);
  return { commits, files: await git.changedFiles(from ?? null, headSha) };
}

/** The whole diff as git writes it. */
export async function readPullDiff(world: World, issue: PullIssue): Promise<string> {
  const git = world.gitOf(issue.repository);
  const { baseSha, headSha } = issue.pull;
  return git.git("diff", "-M", (await git.mergeBase(baseSha, headSha)) ?? baseSha, headSha);
}

export async function readPullFacts(world: World, issue: PullIssue): Promise<PullFacts> {
  const range = await readPullRange(world, issue);
  const sum = (count: (file: ChangedFile) => number): number =>
    range.files.reduce((total, file) => total + count(file), 0);
  const { state } = world;
  return {
    headSha: issue.pull.headSha,
    baseSha: issue.pull.baseSha,
    commits: range.commits.length,
    additions: sum((file) => file.additions),
    deletions: sum((file) => file.deletions),
    changedFiles: range.files.length,
    mergeable: await isMergeable(world, issue),
    comments: state.comments.filter((comment) => comment.issue === issue).length,
    reviewComments: state.reviewComments.filter((comment) => comment.issue === issue).length,
    authorRole: state.roleOf(issue.author.user, issue.repository),
    repositoryFacts: (repository) => repositoryFacts(world, repository),
  };
}

async function isMergeable(world: World, issue: PullIssue): Promise<boolean | null> {
  if (issue.state === "closed") {
    return null;
  }
  const { baseSha, headSha } = issue.pull;
  return (await world.gitOf(issue.repository).mergeTree(baseSha, headSha)) !== undefined;
}

// What follows from changed refs, whoever changed them (git push or REST): effects, push events, pull requests that
// move, close or count as merged, and CI.

import type { Commit } from "../git/commit.ts";
import type { PullIssue, Repository, User } from "../state/rows.ts";
import { fullName } from "../state/state.ts";
import { emitPull } from "../webhooks/events.ts";
import { emitPush } from "../webhooks/push-event.ts";
import { timestamp, type World } from "../world.ts";
import { closePull, keepPullRef } from "./pull-changes.ts";

interface RefChange {
  readonly ref: string;
  readonly before: string | null;
  readonly after: string | null;
}

/**
 * Runs `change`, which may move refs, alone in the repository, and follows up on what it moved. Returns the result of
 * `change`.
 */
export function changeRefs<Result>(
  world: World,
  about: { readonly repository: Repository; readonly sender: User },
  change: () => Promise<Result>,
): Promise<Result> {
  const git = world.gitOf(about.repository);
  return git.exclusively(async () => {
    const before = await visibleRefs(world, about.repository);
    const result = await change();
    const after = await visibleRefs(world, about.repository);
    for (const refChange of difference(before, after)) {
      await followUp(world, about, refChange);
    }
    return result;
  });
}

async function visibleRefs(world: World, repository: Repository): Promise<Map<string, string>> {
  const refs = await world.gitOf(repository).refs();
  return new Map([...refs].filter(([ref]) => !ref.startsWith("refs/pull/")));
}

function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): RefChange[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((ref) => before.get(ref) !== after.get(ref))
    .map((ref) => ({ ref, before: before.get(ref) ?? null, after: after.get(ref) ?? null }));
}

async function followUp(
  world: World,
  about: { readonly repository: Repository; readonly sender: User },
  change: RefChange,
): Promise<void> {
  const { repository, sender } = about;
  const commits = await newCommits(world, repository, change);
  for (const commit of commits) {
    world.effects.learnCommit(commit.sha, commit.tree);
  }
  recordEffect(world, about, change, commits);
  repository.pushedAt = timestamp(world.clock);
  await emitPush(world, about, change, commits);
  const branch = change.ref.startsWith("refs/heads/") ? change.ref.slice("refs/heads/".length) : undefined;
  if (branch === undefined) {
    return;
  }
  for (const issue of world.state.openPullsFrom(repository, branch)) {
    await moveHead(world, issue, change.after, sender);
  }
  if (change.after !== null) {
    await moveBase(world, about, branch, change.after);
    world.startCi({ repository, branch, before: change.before, after: change.after, pusher: sender });
  }
}

/** Commits that the change brought, oldest first. */
async function newCommits(world: World, repository: Repository, change: RefChange): Promise<readonly Commit[]> {
  if (change.after === null) {
    return [];
  }
  const git = world.gitOf(repository);
  if (change.before !== null) {
    return git.commitsBetween(change.before, change.after);
  }
  const others = [...(await visibleRefs(world, repository))].filter(([ref]) => ref !== change.ref);
  return git.log(["--reverse", change.after, ...others.map(([, sha]) => `^${sha}`)]);
}

function recordEffect(
  world: World,
  about: { readonly repository: Repository; readonly sender: User },
  change: RefChange,
  commits: readonly Commit[],
): void {
  const verb = updateVerb(change);
  world.effects.record({
    actor: about.sender.login,
    kind: `ref.${verb}`,
    repository: fullName(about.repository),
    subject: change.ref,
    detail: {
      commits: commits.map((commit) => commit.message),
      ...(change.after === null ? {} : { head: change.after }),
    },
  });
}

function updateVerb(change: RefChange): string {
  if (change.before === null) {
    return "created";
  }
  return change.after === null ? "deleted" : "updated";
}

async function moveHead(world: World, issue: PullIssue, after: string | null, sender: User): Promise<void> {
  if (after === null) {
    await closePull(world, issue, sender);
    return;
  }
  const before = issue.pull.headSha;
  issue.pull.headSha = after;
  issue.updatedAt = timestamp(world.clock);
  await keepPullRef(world, issue);
  await emitPull(world, issue, { action: "synchronize", sender, more: { before, after } });
}

/** GitHub counts a pull request as merged when its base branch comes to hold its head. */
async function moveBase(
  world: World,
  about: { readonly repository: Repository; readonly sender: User },
  branch: string,
  after: string,
): Promise<void> {
  const git = world.gitOf(about.repository);
  const pulls = world.state
    .openPulls()
    .filter((issue) => issue.repository === about.repository && issue.pull.baseBranch === branch);
  for (const issue of pulls) {
    if (await git.isAncestor(issue.pull.headSha, after)) {
      await closePull(world, issue, about.sender, { mergeCommitSha: after });
    } else {
      issue.pull.baseSha = after;
    }
  }
}

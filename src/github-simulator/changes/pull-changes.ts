// The life of a pull request: opened, closed, merged, made ready or a draft again.

import type { Actor, Issue, Pull, PullIssue, Repository, User } from "../state/rows.ts";
import { fullName } from "../state/state.ts";
import { emitPull } from "../webhooks/events.ts";
import { timestamp, type World } from "../world.ts";

export interface NewPull {
  readonly repository: Repository;
  readonly author: Actor;
  readonly title: string;
  readonly body: string | null;
  readonly draft: boolean;
  readonly maintainerCanModify: boolean;
  readonly head: { readonly repository: Repository; readonly branch: string; readonly sha: string };
  readonly base: { readonly branch: string; readonly sha: string };
}

/** The caller has made sure that no open pull request joins the same branches. */
export async function openPull(world: World, request: NewPull): Promise<PullIssue> {
  const now = timestamp(world.clock);
  const pull: Pull = {
    id: world.state.pullIds.nextId(),
    headRepository: request.head.repository,
    headBranch: request.head.branch,
    baseBranch: request.base.branch,
    draft: request.draft,
    maintainerCanModify: request.maintainerCanModify,
    requestedReviewers: [],
    headSha: request.head.sha,
    baseSha: request.base.sha,
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
  };
  request.repository.lastNumber += 1;
  const issue = world.state.issues.insert((id): Issue => ({
    id,
    repository: request.repository,
    number: request.repository.lastNumber,
    author: request.author,
    createdAt: now,
    title: request.title,
    body: request.body,
    state: "open",
    stateReason: null,
    labels: [],
    assignees: [],
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    pull,
  })) as PullIssue;
  await keepPullRef(world, issue);
  recordPull(world, issue, {
    verb: "opened",
    actor: request.author.user,
    detail: {
      title: issue.title,
      body: issue.body,
      base: pull.baseBranch,
      draft: pull.draft,
    },
  });
  await emitPull(world, issue, { action: "opened", sender: request.author.user });
  return issue;
}

/** Notes an effect on a pull request, which is named by its branch: numbers depend on the order of runs. */
export function recordPull(
  world: World,
  issue: PullIssue,
  deed: { readonly verb: string; readonly actor: User; readonly detail?: Readonly<Record<string, unknown>> },
): void {
  world.effects.record({
    actor: deed.actor.login,
    kind: `pull.${deed.verb}`,
    repository: fullName(issue.repository),
    subject: `pull ${issue.pull.headBranch}`,
    detail: deed.detail ?? {},
  });
}

/** Keeps `refs/pull/N/head` in the base repository, as GitHub does; objects of a fork arrive by it. */
export async function keepPullRef(world: World, issue: PullIssue): Promise<void> {
  const git = world.gitOf(issue.repository);
  const ref = `refs/pull/${issue.number}/head`;
  if (issue.pull.headRepository === issue.repository) {
    await git.updateRef(ref, issue.pull.headSha);
    return;
  }
  const fork = world.gitOf(issue.pull.headRepository).directory;
  await git.git("fetch", "--quiet", fork, `+${issue.pull.headSha}:${ref}`);
}

/** Closes an open pull request; with a merge commit it counts as merged. Does nothing when it is closed. */
export async function closePull(
  world: World,
  issue: PullIssue,
  sender: User,
  merge?: { readonly mergeCommitSha: string },
): Promise<void> {
  if (issue.state === "closed") {
    return;
  }
  const now = timestamp(world.clock);
  issue.state = "closed";
  issue.closedAt = now;
  issue.closedBy = sender;
  issue.updatedAt = now;
  if (merge !== undefined) {
    issue.pull.mergedAt = now;
    issue.pull.mergedBy = sender;
    issue.pull.mergeCommitSha = merge.mergeCommitSha;
  }
  recordPull(world, issue, { verb: merge === undefined ? "closed" : "merged", actor: sender });
  await emitPull(world, issue, { action: "closed", sender });
}

/** Reopens a closed pull request whose branch still exists. Returns false when it cannot be reopened. */
export async function reopenPull(world: World, issue: PullIssue, sender: User): Promise<boolean> {
  const { pull } = issue;
  const headSha = await world.gitOf(pull.headRepository).branchSha(pull.headBranch);
  const baseSha = await world.gitOf(issue.repository).branchSha(pull.baseBranch);
  if (issue.state === "open" || pull.mergedAt !== null || headSha === undefined || baseSha === undefined) {
    return false;
  }
  pull.headSha = headSha;
  pull.baseSha = baseSha;
  issue.state = "open";
  issue.closedAt = null;
  issue.closedBy = null;
  issue.updatedAt = timestamp(world.clock);
  await keepPullRef(world, issue);
  recordPull(world, issue, { verb: "reopened", actor: sender });
  await emitPull(world, issue, { action: "reopened", sender });
  return true;
}

/** Makes the pull request a draft or ready; does nothing when it is that already. */
export async function setDraft(world: World, issue: PullIssue, draft: boolean, sender: User): Promise<void> {
  if (issue.pull.draft === draft) {
    return;
  }
  issue.pull.draft = draft;
  issue.updatedAt = timestamp(world.clock);
  const verb = draft ? "converted_to_draft" : "ready_for_review";
  recordPull(world, issue, { verb, actor: sender });
  await emitPull(world, issue, { action: verb, sender });
}

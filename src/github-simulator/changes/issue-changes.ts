// Changes that issues and pull requests share: labels, edits, comments; and the opening and closing of issues.

import type { Actor, Comment, Issue, Label, Repository, User } from "../state/rows.ts";
import { fullName, isPullIssue } from "../state/state.ts";
import { viewLabel } from "../views/view-issue.ts";
import { type Deed, emitComment, emitIssue, emitPull } from "../webhooks/events.ts";
import { timestamp, type World } from "../world.ts";

const LABEL_COLOR = "ededed";

export interface NewIssue {
  readonly repository: Repository;
  readonly author: Actor;
  readonly title: string;
  readonly body: string | null;
  readonly labels: readonly string[];
  readonly assignees: readonly User[];
}

export async function openIssue(world: World, request: NewIssue): Promise<Issue> {
  const now = timestamp(world.clock);
  request.repository.lastNumber += 1;
  const issue = world.state.issues.insert((id) => ({
    id,
    repository: request.repository,
    number: request.repository.lastNumber,
    author: request.author,
    createdAt: now,
    title: request.title,
    body: request.body,
    state: "open",
    stateReason: null,
    labels: request.labels.map((name) => labelNamed(world, request.repository, name)),
    assignees: [...request.assignees],
    updatedAt: now,
    closedAt: null,
    closedBy: null,
    pull: null,
  }));
  const { user } = request.author;
  recordIssue(world, issue, {
    verb: "opened",
    actor: user,
    detail: { title: issue.title, body: issue.body, labels: request.labels },
  });
  emitIssue(world, issue, { action: "opened", sender: user });
  for (const label of issue.labels) {
    await emitEither(world, issue, { action: "labeled", sender: user, more: { label: viewLabel(world.urls, label) } });
  }
  return issue;
}

/** Notes an effect on an issue or pull request. A pull request is named by its branch, see `recordPull`. */
export function recordIssue(
  world: World,
  issue: Issue,
  deed: { readonly verb: string; readonly actor: User; readonly detail?: Readonly<Record<string, unknown>> },
): void {
  world.effects.record({
    actor: deed.actor.login,
    kind: `${issue.pull === null ? "issue" : "pull"}.${deed.verb}`,
    repository: fullName(issue.repository),
    subject: issue.pull === null ? `issue ${issue.number}` : `pull ${issue.pull.headBranch}`,
    detail: deed.detail ?? {},
  });
}

/** The label of that name; created when the repository lacks it, as GitHub does when one is applied. */
export function labelNamed(world: World, repository: Repository, name: string): Label {
  return (
    world.state.labelByName(repository, name) ??
    world.state.labels.insert((id) => ({ id, repository, name, color: LABEL_COLOR, description: null }))
  );
}

export async function addLabels(world: World, issue: Issue, names: readonly string[], sender: User): Promise<void> {
  for (const name of names) {
    const label = labelNamed(world, issue.repository, name);
    if (!issue.labels.includes(label)) {
      issue.labels = [...issue.labels, label];
      await noteLabel(world, "labeled", issue, { label, sender });
    }
  }
}

export async function removeLabels(world: World, issue: Issue, labels: readonly Label[], sender: User): Promise<void> {
  for (const label of labels) {
    issue.labels = issue.labels.filter((other) => other !== label);
    await noteLabel(world, "unlabeled", issue, { label, sender });
  }
}

async function noteLabel(
  world: World,
  action: "labeled" | "unlabeled",
  issue: Issue,
  change: { readonly label: Label; readonly sender: User },
): Promise<void> {
  issue.updatedAt = timestamp(world.clock);
  recordIssue(world, issue, { verb: action, actor: change.sender, detail: { label: change.label.name } });
  await emitEither(world, issue, {
    action,
    sender: change.sender,
    more: { label: viewLabel(world.urls, change.label) },
  });
}

async function emitEither(world: World, issue: Issue, deed: Deed): Promise<void> {
  if (isPullIssue(issue)) {
    await emitPull(world, issue, deed);
  } else {
    emitIssue(world, issue, deed);
  }
}

/** Changes title or body; sends `edited` with what was there before. Does nothing when nothing differs. */
export async function editText(
  world: World,
  issue: Issue,
  text: { readonly title?: string | undefined; readonly body?: string | null | undefined },
  sender: User,
): Promise<void> {
  const title = text.title ?? issue.title;
  const body = text.body === undefined ? issue.body : text.body;
  const changes = {
    ...(title === issue.title ? {} : { title: { from: issue.title } }),
    ...(body === issue.body ? {} : { body: { from: issue.body ?? "" } }),
  };
  if (Object.keys(changes).length === 0) {
    return;
  }
  issue.title = title;
  issue.body = body;
  issue.updatedAt = timestamp(world.clock);
  recordIssue(world, issue, { verb: "edited", actor: sender, detail: { title, body } });
  await emitEither(world, issue, { action: "edited", sender, more: { changes } });
}

export function setIssueState(
  world: World,
  issue: Issue,
  to: { readonly state: "open" | "closed"; readonly reason: Issue["stateReason"] },
  sender: User,
): void {
  if (issue.state === to.state) {
    return;
  }
  const now = timestamp(world.clock);
  const isClosing = to.state === "closed";
  issue.state = to.state;
  issue.stateReason = isClosing ? (to.reason ?? "completed") : "reopened";
  issue.closedAt = isClosing ? now : null;
  issue.closedBy = isClosing ? sender : null;
  issue.updatedAt = now;
  const action = isClosing ? "closed" : "reopened";
  recordIssue(world, issue, { verb: action, actor: sender, detail: { reason: issue.stateReason } });
  emitIssue(world, issue, { action, sender });
}

export function addComment(world: World, issue: Issue, author: Actor, body: string): Comment {
  const now = timestamp(world.clock);
  const comment = world.state.comments.insert((id) => ({ id, issue, author, createdAt: now, body, updatedAt: now }));
  issue.updatedAt = now;
  recordIssue(world, issue, { verb: "commented", actor: author.user, detail: { body } });
  emitComment(world, comment, { action: "created", sender: author.user });
  return comment;
}

export function editComment(world: World, comment: Comment, body: string, sender: User): void {
  if (comment.body === body) {
    return;
  }
  const from = comment.body;
  comment.body = body;
  comment.updatedAt = timestamp(world.clock);
  recordIssue(world, comment.issue, { verb: "comment_edited", actor: sender, detail: { body } });
  emitComment(world, comment, { action: "edited", sender, more: { changes: { body: { from } } } });
}

export function deleteComment(world: World, comment: Comment, sender: User): void {
  world.state.comments.delete(comment.id);
  recordIssue(world, comment.issue, { verb: "comment_deleted", actor: sender, detail: { body: comment.body } });
  emitComment(world, comment, { action: "deleted", sender });
}

// Issues, labels and comments as the API and the payloads show them.

import type { Actor, Comment, Issue, Label, Repository, Role, User } from "../state/rows.ts";
import type { Json } from "./json.ts";
import { issuePage, nodeId, repositoryApi, type Urls } from "./urls.ts";
import { viewApp, viewUser, viewUserOrNull } from "./view-user.ts";

export function viewLabel(urls: Urls, label: Label): Json {
  return {
    id: label.id,
    node_id: nodeId("LA", label.id),
    url: `${repositoryApi(urls, label.repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  };
}

export interface IssueFacts {
  readonly comments: number;
  readonly authorRole: Role;
}

export function viewIssue(urls: Urls, issue: Issue, facts: IssueFacts): Json {
  const repository = repositoryApi(urls, issue.repository);
  const url = `${repository}/issues/${issue.number}`;
  const page = issuePage(urls, issue);
  return {
    id: issue.id,
    node_id: nodeId("I", issue.id),
    url,
    repository_url: repository,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: page,
    number: issue.number,
    state: issue.state,
    state_reason: issue.stateReason,
    title: issue.title,
    body: issue.body,
    user: viewUser(urls, issue.author.user),
    labels: issue.labels.map((label) => viewLabel(urls, label)),
    assignee: viewUserOrNull(urls, issue.assignees[0] ?? null),
    assignees: issue.assignees.map((user) => viewUser(urls, user)),
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: facts.comments,
    closed_at: issue.closedAt,
    closed_by: viewUserOrNull(urls, issue.closedBy),
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    author_association: authorAssociation(issue.author.user, issue.repository, facts.authorRole),
    performed_via_github_app: viewAppOf(urls, issue.author),
    reactions: viewReactions(url),
    ...viewPullOfIssue(urls, issue),
  };
}

function viewPullOfIssue(urls: Urls, issue: Issue): Json {
  if (issue.pull === null) {
    return {};
  }
  const page = issuePage(urls, issue);
  return {
    draft: issue.pull.draft,
    pull_request: {
      url: `${repositoryApi(urls, issue.repository)}/pulls/${issue.number}`,
      html_url: page,
      diff_url: `${page}.diff`,
      patch_url: `${page}.patch`,
      merged_at: issue.pull.mergedAt,
    },
  };
}

export function viewComment(urls: Urls, comment: Comment, authorRole: Role): Json {
  const repository = repositoryApi(urls, comment.issue.repository);
  const url = `${repository}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId("IC", comment.id),
    url,
    html_url: `${issuePage(urls, comment.issue)}#issuecomment-${comment.id}`,
    issue_url: `${repository}/issues/${comment.issue.number}`,
    body: comment.body,
    user: viewUser(urls, comment.author.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: authorAssociation(comment.author.user, comment.issue.repository, authorRole),
    performed_via_github_app: viewAppOf(urls, comment.author),
    reactions: viewReactions(url),
  };
}

export function viewAppOf(urls: Urls, actor: Actor): Json | null {
  return actor.app === null ? null : viewApp(urls, actor.app);
}

/** GitHub's own label for authors. Coarse on purpose, as there: a collaborator who may only read has it too. */
export function authorAssociation(user: User, repository: Repository, role: Role): string {
  if (repository.owner === user) {
    return "OWNER";
  }
  const isListed = role !== "none" && repository.collaborators.has(user.login.toLowerCase());
  return isListed ? "COLLABORATOR" : "NONE";
}

export function viewReactions(url: string): Json {
  return {
    url: `${url}/reactions`,
    total_count: 0,
    "+1": 0,
    "-1": 0,
    laugh: 0,
    hooray: 0,
    confused: 0,
    heart: 0,
    rocket: 0,
    eyes: 0,
  };
}

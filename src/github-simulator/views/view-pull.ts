// Pull requests, their reviews and review comments as the API and the payloads show them.

import type { PullIssue, Repository, Review, ReviewComment, Role } from "../state/rows.ts";
import type { Json } from "./json.ts";
import { issuePage, nodeId, repositoryApi, type Urls } from "./urls.ts";
import { authorAssociation, viewLabel, viewReactions } from "./view-issue.ts";
import { type RepositoryFacts, viewRepository } from "./view-repository.ts";
import { viewUser, viewUserOrNull } from "./view-user.ts";

/** What git and the tables tell about a pull request at this moment. */
export interface PullFacts {
  readonly headSha: string;
  readonly baseSha: string;
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changedFiles: number;
  /** null while it makes no sense to ask: closed or merged. */
  readonly mergeable: boolean | null;
  readonly comments: number;
  readonly reviewComments: number;
  readonly authorRole: Role;
  readonly repositoryFacts: (repository: Repository) => RepositoryFacts;
}

/** The form in lists and in review payloads. */
export function viewPullSimple(urls: Urls, issue: PullIssue, facts: PullFacts): Json {
  const repository = repositoryApi(urls, issue.repository);
  const url = `${repository}/pulls/${issue.number}`;
  const page = issuePage(urls, issue);
  const { pull } = issue;
  return {
    id: pull.id,
    node_id: nodeId("PR", pull.id),
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: `${repository}/issues/${issue.number}`,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repository}/pulls/comments{/number}`,
    comments_url: `${repository}/issues/${issue.number}/comments`,
    statuses_url: `${repository}/statuses/${facts.headSha}`,
    number: issue.number,
    state: issue.state,
    locked: false,
    title: issue.title,
    user: viewUser(urls, issue.author.user),
    body: issue.body,
    labels: issue.labels.map((label) => viewLabel(urls, label)),
    milestone: null,
    active_lock_reason: null,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    assignee: viewUserOrNull(urls, issue.assignees[0] ?? null),
    assignees: issue.assignees.map((user) => viewUser(urls, user)),
    requested_reviewers: pull.requestedReviewers.map((user) => viewUser(urls, user)),
    requested_teams: [],
    head: viewEnd(urls, pull.headRepository, { ref: pull.headBranch, sha: facts.headSha }, facts),
    base: viewEnd(urls, issue.repository, { ref: pull.baseBranch, sha: facts.baseSha }, facts),
    _links: viewLinks(url, repository, issue, { page, headSha: facts.headSha }),
    author_association: authorAssociation(issue.author.user, issue.repository, facts.authorRole),
    auto_merge: null,
    draft: pull.draft,
  };
}

/** The form of a single pull request and of pull_request payloads. */
export function viewPull(urls: Urls, issue: PullIssue, facts: PullFacts): Json {
  const { pull } = issue;
  return {
    ...viewPullSimple(urls, issue, facts),
    merged: pull.mergedAt !== null,
    mergeable: facts.mergeable,
    rebaseable: facts.mergeable,
    mergeable_state: mergeableState(issue, facts),
    merged_by: viewUserOrNull(urls, pull.mergedBy),
    comments: facts.comments,
    review_comments: facts.reviewComments,
    maintainer_can_modify: pull.maintainerCanModify,
    commits: facts.commits,
    additions: facts.additions,
    deletions: facts.deletions,
    changed_files: facts.changedFiles,
  };
}

function mergeableState(issue: PullIssue, facts: PullFacts): string {
  if (facts.mergeable === null) {
    return "unknown";
  }
  if (!facts.mergeable) {
    return "dirty";
  }
  return issue.pull.draft ? "draft" : "clean";
}

function viewEnd(
  urls: Urls,
  repository: Repository,
  end: { readonly ref: string; readonly sha: string },
  facts: PullFacts,
): Json {
  return {
    label: `${repository.owner.login}:${end.ref}`,
    ref: end.ref,
    sha: end.sha,
    user: viewUser(urls, repository.owner),
    repo: {
      ...viewRepository(urls, repository, facts.repositoryFacts(repository)),
      allow_auto_merge: false,
      allow_merge_commit: true,
      allow_rebase_merge: true,
      allow_squash_merge: true,
      allow_update_branch: false,
      delete_branch_on_merge: false,
    },
  };
}

function viewLinks(
  url: string,
  repository: string,
  issue: PullIssue,
  ends: { readonly page: string; readonly headSha: string },
): Json {
  return {
    self: { href: url },
    html: { href: ends.page },
    issue: { href: `${repository}/issues/${issue.number}` },
    comments: { href: `${repository}/issues/${issue.number}/comments` },
    review_comments: { href: `${url}/comments` },
    review_comment: { href: `${repository}/pulls/comments{/number}` },
    commits: { href: `${url}/commits` },
    statuses: { href: `${repository}/statuses/${ends.headSha}` },
  };
}

export function viewReview(urls: Urls, review: Review, authorRole: Role): Json {
  const page = `${issuePage(urls, review.issue)}#pullrequestreview-${review.id}`;
  const url = `${repositoryApi(urls, review.issue.repository)}/pulls/${review.issue.number}`;
  return {
    id: review.id,
    node_id: nodeId("PRR", review.id),
    user: viewUser(urls, review.author.user),
    body: review.body,
    state: review.state,
    html_url: page,
    pull_request_url: url,
    _links: { html: { href: page }, pull_request: { href: url } },
    submitted_at: review.submittedAt,
    commit_id: review.commitId,
    author_association: authorAssociation(review.author.user, review.issue.repository, authorRole),
  };
}

export function viewReviewComment(urls: Urls, comment: ReviewComment, authorRole: Role): Json {
  const repository = repositoryApi(urls, comment.issue.repository);
  const url = `${repository}/pulls/comments/${comment.id}`;
  const pullUrl = `${repository}/pulls/${comment.issue.number}`;
  const page = `${issuePage(urls, comment.issue)}#discussion_r${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId("PRRC", comment.id),
    url,
    html_url: page,
    pull_request_url: pullUrl,
    pull_request_review_id: comment.review.id,
    diff_hunk: comment.diffHunk,
    path: comment.path,
    commit_id: comment.commitId,
    original_commit_id: comment.commitId,
    position: 1,
    original_position: 1,
    line: comment.line,
    original_line: comment.line,
    start_line: null,
    original_start_line: null,
    start_side: null,
    side: comment.side,
    subject_type: comment.line === null ? "file" : "line",
    user: viewUser(urls, comment.author.user),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: authorAssociation(comment.author.user, comment.issue.repository, authorRole),
    reactions: viewReactions(url),
    _links: { self: { href: url }, html: { href: page }, pull_request: { href: pullUrl } },
    ...(comment.inReplyToId === null ? {} : { in_reply_to_id: comment.inReplyToId }),
  };
}

// Reviews and their comments: nothing is announced before the review is submitted.

import type { Actor, PullIssue, Review, ReviewComment, ReviewState } from "../state/rows.ts";
import { emitReview, emitReviewComment } from "../webhooks/events.ts";
import { timestamp, type World } from "../world.ts";
import { recordPull } from "./pull-changes.ts";

/** A pending review; `submitReview` makes it known. */
export function addReview(
  world: World,
  request: {
    readonly issue: PullIssue;
    readonly author: Actor;
    readonly body: string;
    readonly commitId: string;
  },
): Review {
  const submittedAt = timestamp(world.clock);
  return world.state.reviews.insert((id) => ({ ...request, id, submittedAt, state: "PENDING" }));
}

export interface NewReviewComment {
  readonly review: Review;
  readonly author: Actor;
  readonly path: string;
  readonly line: number | null;
  readonly side: "LEFT" | "RIGHT";
  readonly body: string;
  readonly inReplyToId: number | null;
}

export async function addReviewComment(world: World, request: NewReviewComment): Promise<ReviewComment> {
  const { review } = request;
  const now = timestamp(world.clock);
  const diffHunk = await readHunk(world, review.issue, request.path);
  return world.state.reviewComments.insert((id) => ({
    id,
    issue: review.issue,
    review,
    author: request.author,
    path: request.path,
    line: request.line,
    side: request.side,
    commitId: review.commitId,
    diffHunk,
    inReplyToId: request.inReplyToId,
    createdAt: now,
    body: request.body,
    updatedAt: now,
  }));
}

/** Submits a pending review: one event for it, one for each of its comments. */
export async function submitReview(world: World, review: Review, state: ReviewState): Promise<void> {
  if (review.state !== "PENDING") {
    return;
  }
  review.state = state;
  const { issue, author } = review;
  issue.updatedAt = timestamp(world.clock);
  const comments = world.state.reviewComments.filter((comment) => comment.review === review);
  recordPull(world, issue, {
    verb: "reviewed",
    actor: author.user,
    detail: {
      state,
      body: review.body,
      comments: comments.map((comment) => `${comment.path}:${comment.line ?? "file"}: ${comment.body}`),
    },
  });
  await emitReview(world, review, { action: "submitted", sender: author.user });
  for (const comment of comments) {
    await emitReviewComment(world, comment, { action: "created", sender: author.user });
  }
}

async function readHunk(world: World, issue: PullIssue, path: string): Promise<string> {
  const git = world.gitOf(issue.repository);
  const base = await git.mergeBase(issue.pull.baseSha, issue.pull.headSha);
  const files = await git.changedFiles(base ?? null, issue.pull.headSha);
  return files.find((file) => file.path === path)?.patch ?? "";
}

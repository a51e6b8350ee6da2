// Reviews, review comments and requested reviewers of pull requests.

import { z } from "zod";

import { recordPull } from "../changes/pull-changes.ts";
import { addReview, addReviewComment, submitReview } from "../changes/review-changes.ts";
import { showReview, showReviewComment } from "../facts/table-facts.ts";
import type { PullIssue, Review, ReviewComment } from "../state/rows.ts";
import { viewUser } from "../views/view-user.ts";
import { emitPull } from "../webhooks/events.ts";
import { showPullSimple, wantedPull } from "./pulls.ts";
import { invalid, notFound, Refusal } from "./refusal.ts";
import {
  json,
  numberParam,
  page,
  parseBody,
  reads,
  type Reply,
  type RepositoryCall,
  repositoryRoute,
  type Route,
  writes,
} from "./route.ts";

const REPOSITORY_COMMENTS = "/repos/{owner}/{repo}/pulls/comments";
const COMMENT = `${REPOSITORY_COMMENTS}/{comment_id}`;
const PULL = "/repos/{owner}/{repo}/pulls/{pull_number}";
const READS = reads("pull_requests");
/** Reviews and remarks are open to every reader. */
const REMARKS = writes("pull_requests", "read");

export const reviewRoutes: readonly Route[] = [
  repositoryRoute("GET", REPOSITORY_COMMENTS, READS, (call) => {
    const since = call.query.get("since");
    const rows = call.world.state.reviewComments.filter(
      (row) =>
        row.issue.repository === call.repository && (since === null || Date.parse(row.updatedAt) >= Date.parse(since)),
    );
    return page(rows, (row) => showReviewComment(call.world, row));
  }),
  repositoryRoute("GET", COMMENT, READS, (call) => json(showReviewComment(call.world, wantedComment(call)))),
  repositoryRoute("GET", `${PULL}/reviews`, READS, (call) => {
    const issue = wantedPull(call);
    const rows = call.world.state.reviews.filter((review) => review.issue === issue);
    return page(rows, (review) => showReview(call.world, review));
  }),
  repositoryRoute("POST", `${PULL}/reviews`, REMARKS, createReview),
  repositoryRoute("GET", `${PULL}/reviews/{review_id}`, READS, (call) =>
    json(showReview(call.world, wantedReview(call))),
  ),
  repositoryRoute("POST", `${PULL}/reviews/{review_id}/events`, REMARKS, async (call) => {
    const review = wantedReview(call);
    const { event } = parseBody(call, "PullRequestReview", z.object({ event: reviewEvent }));
    await submitReview(call.world, review, STATE_OF_EVENT[event]);
    return json(showReview(call.world, review));
  }),
  repositoryRoute("GET", `${PULL}/reviews/{review_id}/comments`, READS, (call) => {
    const review = wantedReview(call);
    const rows = call.world.state.reviewComments.filter((comment) => comment.review === review);
    return page(rows, (row) => showReviewComment(call.world, row));
  }),
  repositoryRoute("GET", `${PULL}/comments`, READS, (call) => {
    const issue = wantedPull(call);
    const rows = call.world.state.reviewComments.filter((comment) => comment.issue === issue);
    return page(rows, (row) => showReviewComment(call.world, row));
  }),
  repositoryRoute("POST", `${PULL}/comments`, REMARKS, createComment),
  repositoryRoute("POST", `${PULL}/comments/{comment_id}/replies`, REMARKS, createReply),
  repositoryRoute("GET", `${PULL}/requested_reviewers`, READS, (call) => {
    const users = wantedPull(call).pull.requestedReviewers.map((user) => viewUser(call.world.urls, user));
    return json({ users, teams: [] });
  }),
  repositoryRoute("POST", `${PULL}/requested_reviewers`, writes("pull_requests", "triage"), requestReviewers),
  repositoryRoute("DELETE", `${PULL}/requested_reviewers`, writes("pull_requests", "triage"), removeReviewers),
];

const reviewEvent = z.enum(["APPROVE", "REQUEST_CHANGES", "COMMENT"]);

const STATE_OF_EVENT = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

const newReview = z.object({
  commit_id: z.string().optional(),
  body: z.string().default(""),
  /** Without it the review stays pending. */
  event: reviewEvent.optional(),
  comments: z
    .array(
      z.object({
        path: z.string(),
        body: z.string().min(1),
        line: z.number().int().optional(),
        position: z.number().int().optional(),
        side: z.enum(["LEFT", "RIGHT"]).default("RIGHT"),
      }),
    )
    .default([]),
});

async function createReview(call: RepositoryCall): Promise<Reply> {
  const { world } = call;
  const issue = wantedPull(call);
  const request = parseBody(call, "PullRequestReview", newReview);
  requireSensible(call, issue, request);
  const review = addReview(world, {
    issue,
    author: call.actor,
    body: request.body,
    commitId: request.commit_id ?? issue.pull.headSha,
  });
  for (const comment of request.comments) {
    const line = comment.line ?? comment.position ?? null;
    await addReviewComment(world, { review, author: call.actor, ...comment, line, inReplyToId: null });
  }
  if (request.event !== undefined) {
    await submitReview(world, review, STATE_OF_EVENT[request.event]);
  }
  return json(showReview(world, review));
}

/** Nobody judges their own pull request, and a remark must say something. */
function requireSensible(call: RepositoryCall, issue: PullIssue, request: z.infer<typeof newReview>): void {
  const { event } = request;
  const isOwn = issue.author.user === call.actor.user;
  if (isOwn && (event === "APPROVE" || event === "REQUEST_CHANGES")) {
    const word = event === "APPROVE" ? "approve" : "request changes on";
    throw new Refusal(422, "Unprocessable Entity", { errors: [`Can not ${word} your own pull request`] });
  }
  const isSilent = request.body === "" && request.comments.length === 0;
  if (isSilent && (event === "REQUEST_CHANGES" || event === "COMMENT")) {
    throw new Refusal(422, "Unprocessable Entity", { errors: ["Body can't be blank"] });
  }
}

const newComment = z.object({
  body: z.string().min(1),
  commit_id: z.string(),
  path: z.string().min(1),
  line: z.number().int().positive().optional(),
  side: z.enum(["LEFT", "RIGHT"]).default("RIGHT"),
  subject_type: z.enum(["line", "file"]).default("line"),
});

/** A comment outside a review makes a review of its own, as on GitHub. */
async function createComment(call: RepositoryCall): Promise<Reply> {
  const { world, actor } = call;
  const issue = wantedPull(call);
  const request = parseBody(call, "PullRequestReviewComment", newComment);
  if (request.subject_type === "line" && request.line === undefined) {
    throw invalid({ resource: "PullRequestReviewComment", field: "line", code: "missing_field" });
  }
  const review = addReview(world, { issue, author: actor, body: "", commitId: request.commit_id });
  const comment = await addReviewComment(world, {
    review,
    author: actor,
    path: request.path,
    line: request.line ?? null,
    side: request.side,
    body: request.body,
    inReplyToId: null,
  });
  await submitReview(world, review, "COMMENTED");
  return json(showReviewComment(world, comment), 201);
}

async function createReply(call: RepositoryCall): Promise<Reply> {
  const { world, actor } = call;
  const issue = wantedPull(call);
  const parent = wantedComment(call);
  const { body } = parseBody(call, "PullRequestReviewComment", z.object({ body: z.string().min(1) }));
  const review = addReview(world, { issue, author: actor, body: "", commitId: parent.commitId });
  const comment = await addReviewComment(world, {
    review,
    author: actor,
    path: parent.path,
    line: parent.line,
    side: parent.side,
    body,
    inReplyToId: parent.inReplyToId ?? parent.id,
  });
  await submitReview(world, review, "COMMENTED");
  return json(showReviewComment(world, comment), 201);
}

const reviewers = z.object({ reviewers: z.array(z.string()).default([]) });

async function requestReviewers(call: RepositoryCall): Promise<Reply> {
  const { world, actor } = call;
  const issue = wantedPull(call);
  for (const login of parseBody(call, "PullRequest", reviewers).reviewers) {
    const user = world.state.userByLogin(login);
    if (user === undefined || user === issue.author.user) {
      throw invalid({ resource: "PullRequest", field: "reviewers", code: "invalid" });
    }
    if (!issue.pull.requestedReviewers.includes(user)) {
      issue.pull.requestedReviewers = [...issue.pull.requestedReviewers, user];
      recordPull(world, issue, { verb: "review_requested", actor: actor.user, detail: { reviewer: user.login } });
      const more = { requested_reviewer: viewUser(world.urls, user) };
      await emitPull(world, issue, { action: "review_requested", sender: actor.user, more });
    }
  }
  return json(await showPullSimple(world, issue), 201);
}

async function removeReviewers(call: RepositoryCall): Promise<Reply> {
  const { world, actor } = call;
  const issue = wantedPull(call);
  for (const login of parseBody(call, "PullRequest", reviewers).reviewers) {
    const user = issue.pull.requestedReviewers.find((known) => known.login === login);
    if (user !== undefined) {
      issue.pull.requestedReviewers = issue.pull.requestedReviewers.filter((known) => known !== user);
      recordPull(world, issue, { verb: "review_request_removed", actor: actor.user, detail: { reviewer: user.login } });
      const more = { requested_reviewer: viewUser(world.urls, user) };
      await emitPull(world, issue, { action: "review_request_removed", sender: actor.user, more });
    }
  }
  return json(await showPullSimple(world, issue));
}

function wantedReview(call: RepositoryCall): Review {
  const found = call.world.state.reviews.get(numberParam(call, "review_id"));
  if (found === undefined || found.issue !== wantedPull(call)) {
    throw notFound();
  }
  return found;
}

function wantedComment(call: RepositoryCall): ReviewComment {
  const found = call.world.state.reviewComments.get(numberParam(call, "comment_id"));
  if (found === undefined || found.issue.repository !== call.repository) {
    throw notFound();
  }
  return found;
}

// Comments on issues and pull requests.

import { z } from "zod";

import type { RepositoryAccess } from "../access/permissions.ts";
import { addComment, deleteComment, editComment } from "../changes/issue-changes.ts";
import { showComment } from "../facts/table-facts.ts";
import type { Comment } from "../state/rows.ts";
import { roleAtLeast } from "../views/view-repository.ts";
import { readsIssue, wantedIssue, writesIssue } from "./issues.ts";
import { notFound, Refusal } from "./refusal.ts";
import {
  json,
  numberParam,
  page,
  parseBody,
  reads,
  type RepositoryCall,
  repositoryRoute,
  type Route,
  writes,
} from "./route.ts";

const OF_ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
const COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}";

/** GitHub's own maximum of a comment. */
const COMMENT_CHARACTERS_MAX = 65_536;
const commentBody = z.object({ body: z.string().min(1).max(COMMENT_CHARACTERS_MAX) });

// The routes of one comment come first: `comments` is no issue number.
export const issueCommentRoutes: readonly Route[] = [
  repositoryRoute("GET", COMMENT, readsComment, (call) => json(showComment(call.world, wantedComment(call)))),
  repositoryRoute("PATCH", COMMENT, writesComment, (call) => {
    const comment = wantedComment(call);
    requireAuthorOrWriter(call, comment);
    const { body } = parseBody(call, "IssueComment", commentBody);
    editComment(call.world, comment, body, call.actor.user);
    return json(showComment(call.world, comment));
  }),
  repositoryRoute("DELETE", COMMENT, writesComment, (call) => {
    const comment = wantedComment(call);
    requireAuthorOrWriter(call, comment);
    deleteComment(call.world, comment, call.actor.user);
    return { kind: "empty", status: 204 };
  }),
  repositoryRoute("GET", OF_ISSUE, readsIssue, (call) => {
    const issue = wantedIssue(call);
    const since = call.query.get("since");
    const rows = call.world.state.comments.filter(
      (comment) => comment.issue === issue && (since === null || Date.parse(comment.updatedAt) >= Date.parse(since)),
    );
    return page(rows, (comment) => showComment(call.world, comment));
  }),
  repositoryRoute(
    "POST",
    OF_ISSUE,
    (call) => writesIssue(call, "read"),
    (call) => {
      const issue = wantedIssue(call);
      const { body } = parseBody(call, "IssueComment", commentBody);
      return json(showComment(call.world, addComment(call.world, issue, call.actor, body)), 201);
    },
  ),
];

function wantedComment(call: RepositoryCall): Comment {
  const found = call.world.state.comments.get(numberParam(call, "comment_id"));
  if (found === undefined || found.issue.repository !== call.repository) {
    throw notFound();
  }
  return found;
}

function readsComment(call: RepositoryCall): RepositoryAccess {
  return wantedComment(call).issue.pull === null ? reads("issues") : reads("issues", "pull_requests");
}

function writesComment(call: RepositoryCall): RepositoryAccess {
  return writes(wantedComment(call).issue.pull === null ? "issues" : ["issues", "pull_requests"], "read");
}

function requireAuthorOrWriter(call: RepositoryCall, comment: Comment): void {
  const { principal } = call;
  const isAuthor = comment.author.user === call.actor.user;
  const mayEdit =
    principal.kind !== "user" || roleAtLeast(call.world.state.roleOf(principal.user, call.repository), "write");
  if (!isAuthor && !mayEdit) {
    throw new Refusal(403, "Must have admin rights to Repository.");
  }
}

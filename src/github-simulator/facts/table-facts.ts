// What is computed from the tables alone, and the views that need nothing else.

import { suiteState } from "../changes/suite-state.ts";
import type { CheckRun } from "../state/check-rows.ts";
import type { Comment, Issue, Repository, Review, ReviewComment, User } from "../state/rows.ts";
import type { Json } from "../views/json.ts";
import { viewCheckRun, viewCheckRunOfEvent } from "../views/view-check.ts";
import { viewComment, viewIssue } from "../views/view-issue.ts";
import { viewReview, viewReviewComment } from "../views/view-pull.ts";
import { type RepositoryFacts, viewRepository } from "../views/view-repository.ts";
import type { World } from "../world.ts";

export function repositoryFacts(world: World, repository: Repository): RepositoryFacts {
  const { state } = world;
  return {
    openIssues: state.issues.filter((issue) => issue.repository === repository && issue.state === "open").length,
    forks: state.repositories.filter((other) => other.forkOf === repository).length,
  };
}

export function showRepository(world: World, repository: Repository): Json {
  return viewRepository(world.urls, repository, repositoryFacts(world, repository));
}

export function showIssue(world: World, issue: Issue): Json {
  return viewIssue(world.urls, issue, {
    comments: world.state.comments.filter((comment) => comment.issue === issue).length,
    authorRole: world.state.roleOf(issue.author.user, issue.repository),
  });
}

export function showComment(world: World, comment: Comment): Json {
  return viewComment(world.urls, comment, world.state.roleOf(comment.author.user, comment.issue.repository));
}

export function showReview(world: World, review: Review): Json {
  return viewReview(world.urls, review, world.state.roleOf(review.author.user, review.issue.repository));
}

export function showReviewComment(world: World, comment: ReviewComment): Json {
  return viewReviewComment(world.urls, comment, world.state.roleOf(comment.author.user, comment.issue.repository));
}

export function showCheckRun(world: World, run: CheckRun): Json {
  return viewCheckRun(world.urls, run, world.state.openPullsAt(run.suite.repository, run.suite.headSha));
}

export function showCheckRunOfEvent(world: World, run: CheckRun): Json {
  const pulls = world.state.openPullsAt(run.suite.repository, run.suite.headSha);
  return viewCheckRunOfEvent(world.urls, run, suiteState(world, run.suite), pulls);
}

/** The account behind a commit's address: by its e-mail, or by GitHub's own `ID+login@users.noreply…` form. */
export function findUserByEmail(world: World, email: string): User | null {
  const noreply = /^(\d+)\+.*@users\.noreply\./.exec(email);
  const byId = noreply === null ? undefined : world.state.users.get(Number(noreply[1]));
  return byId ?? world.state.users.find((user) => user.email === email) ?? null;
}

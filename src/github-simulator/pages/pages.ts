// What a person sees who follows a link: issues, pull requests, checks and logs of public repositories as plain text.

import type { Hono } from "hono";

import { readPullDiff } from "../facts/pull-facts.ts";
import type { NodeEnvironment } from "../rest/rest-api.ts";
import { type CheckRun, latestAttempt } from "../state/check-rows.ts";
import type { Issue, PullIssue, Repository } from "../state/rows.ts";
import { fullName } from "../state/state.ts";
import type { World } from "../world.ts";

/** Pages need no token, so private repositories have none. */
export function servePages(app: Hono<NodeEnvironment>, world: World): void {
  const add = (path: string, show: (repository: Repository, id: number) => Promise<string | undefined>): void => {
    app.get(`/:owner/:repo${path}`, async (context) => {
      const parameters: Readonly<Record<string, string>> = context.req.param();
      const { owner = "", repo = "", id = "" } = parameters;
      const repository = world.state.repositoryByName(owner, repo);
      const text =
        repository === undefined || repository.isPrivate ? undefined : await show(repository, Number.parseInt(id, 10));
      return text === undefined ? context.text("Not Found\n", 404) : context.text(text);
    });
  };
  add("/issues/:id{[0-9]+}", async (repository, id) => {
    const issue = world.state.issueByNumber(repository, id);
    return issue === undefined ? undefined : showIssue(world, issue);
  });
  add("/pull/:id{[0-9]+}", async (repository, id) => {
    const issue = world.state.pullByNumber(repository, id);
    return issue === undefined ? undefined : showPull(world, issue);
  });
  add("/pull/:id{[0-9]+\\.diff}", async (repository, id) => {
    const issue = world.state.pullByNumber(repository, id);
    return issue === undefined ? undefined : readPullDiff(world, issue);
  });
  add("/runs/:id{[0-9]+}", async (repository, id) => {
    const run = world.state.checkRuns.get(id);
    return run === undefined || run.suite.repository !== repository ? undefined : showCheckRun(run);
  });
  add("/actions/runs/:id{[0-9]+}", async (repository, id) => {
    const run = world.state.workflowRuns.get(id);
    return run === undefined || run.workflow.repository !== repository ? undefined : `${latestAttempt(run).log}\n`;
  });
}

function showIssue(world: World, issue: Issue): string {
  const comments = world.state.comments.filter((comment) => comment.issue === issue);
  return [
    `${issue.title} (${fullName(issue.repository)}#${issue.number})`,
    `${issue.state}, opened by ${issue.author.user.login}, labels: ${labels(issue)}`,
    "",
    issue.body ?? "",
    ...comments.map((comment) => `\n--- ${comment.author.user.login}, ${comment.updatedAt}\n${comment.body}`),
    "",
  ].join("\n");
}

function labels(issue: Issue): string {
  return issue.labels.length === 0 ? "none" : issue.labels.map((label) => label.name).join(", ");
}

async function showPull(world: World, issue: PullIssue): Promise<string> {
  const { pull } = issue;
  const runs = world.state.checkRuns.filter(
    (run) => run.suite.repository === issue.repository && run.suite.headSha === pull.headSha,
  );
  const reviews = world.state.reviews.filter((review) => review.issue === issue && review.state !== "PENDING");
  const state = pull.mergedAt === null ? issue.state : "merged";
  return [
    showIssue(world, issue),
    `${pull.draft ? "draft, " : ""}${state}: ${pull.headBranch} (${pull.headSha}) into ${pull.baseBranch}`,
    ...runs.map((run) => `check ${run.name}: ${run.conclusion ?? run.status}`),
    ...reviews.map((review) => `review by ${review.author.user.login}: ${review.state} ${review.body}`),
    "",
    await readPullDiff(world, issue),
  ].join("\n");
}

function showCheckRun(run: CheckRun): string {
  const { title, summary, text } = run.output;
  return [`${run.name}: ${run.conclusion ?? run.status}`, run.suite.headSha, title, summary, text, ""]
    .filter((line) => line !== null)
    .join("\n");
}

// Reads what admission needs from GitHub's answers. Each answer is parsed here, once; GitHub's other fields are ignored.
import { z } from "zod";
import { PlatformError } from "../../platform/errors.ts";
import type { GitHubApi } from "../../platform/github-api.ts";
import { REMEDIATIONS, STAGES, type Stage } from "../../resources/run-identity.ts";
import type { CommentFacts, IssueFacts, Permission, PullRequestFacts, Verdict } from "./admission-facts.ts";
import { CHECK_RUN_SHAPE, WORKFLOW_RUN_SHAPE } from "../github-shapes.ts";

const user = z.object({ id: z.number(), login: z.string(), type: z.string().optional() });
const label = z
  .union([z.string(), z.object({ name: z.string() })])
  .transform((it) => (typeof it === "string" ? it : it.name));

const issueShape = z.object({
  number: z.number(),
  state: z.string(),
  title: z.string(),
  html_url: z.string(),
  labels: z.array(label),
  pull_request: z.unknown().optional(),
});

const pullShape = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.string(),
  draft: z.boolean().default(false),
  head: z.object({ sha: z.string(), ref: z.string(), repo: z.object({ id: z.number() }).nullable() }),
  base: z.object({ ref: z.string() }),
  labels: z.array(label).default([]),
  user: user.nullable(),
});

const commentShape = z.object({
  id: z.number(),
  html_url: z.string(),
  user: user.nullable(),
  body: z.string().nullable().optional(),
  state: z.string().optional(),
});

const checkShape = CHECK_RUN_SHAPE.extend({
  app: z.object({ id: z.number(), slug: z.string().optional() }).nullable(),
});

const repositoryShape = z.object({ id: z.number(), default_branch: z.string(), owner: z.object({ id: z.number() }) });

export interface RepositoryFacts {
  readonly id: number;
  readonly ownerId: number;
  readonly defaultBranch: string;
}

/** NotFound when the App is not installed there. */
export async function readRepository(api: GitHubApi, repository: string): Promise<RepositoryFacts> {
  const answer = await api.get(`/repos/${repository}`);
  if (answer === undefined) {
    throw new PlatformError({
      code: "NotFound",
      message: `GitHub shows no repository ${repository}`,
      hint: "install the GitHub App on it, or correct its name",
    });
  }
  const { id, owner, default_branch: defaultBranch } = repositoryShape.parse(answer);
  return { id, ownerId: owner.id, defaultBranch };
}

/** The permission of a person, by the collaborator endpoint; `none` for whom GitHub does not know there. */
export async function readPermission(api: GitHubApi, repository: string, login: string): Promise<Permission> {
  const answer = await api.get(`/repos/${repository}/collaborators/${encodeURIComponent(login)}/permission`);
  if (answer === undefined) return "none";
  const { permission, role_name: role } = z
    .object({ permission: z.string(), role_name: z.string().optional() })
    .parse(answer);
  const known: readonly Permission[] = ["admin", "maintain", "write", "triage", "read"];
  return known.find((candidate) => candidate === role) ?? known.find((candidate) => candidate === permission) ?? "none";
}

/** The issue, or undefined when there is none of this number (a pull request is none). */
export async function readIssue(api: GitHubApi, repository: string, number: number): Promise<IssueFacts | undefined> {
  const answer = await api.get(`/repos/${repository}/issues/${number}`);
  if (answer === undefined) return undefined;
  const issue = issueShape.parse(answer);
  if (issue.pull_request !== undefined) return undefined;
  return {
    number: issue.number,
    open: issue.state === "open",
    title: issue.title,
    url: issue.html_url,
    labels: issue.labels,
  };
}

export async function readPullRequest(
  api: GitHubApi,
  repository: string,
  number: number,
): Promise<PullRequestFacts | undefined> {
  const answer = await api.get(`/repos/${repository}/pulls/${number}`);
  return answer === undefined ? undefined : pullRequestFacts(answer);
}

/** The open pull request whose head is this SHA or this branch (`owner:branch`). */
export async function findPullRequest(
  api: GitHubApi,
  repository: string,
  by: { readonly headSha?: string; readonly branch?: string },
): Promise<PullRequestFacts | undefined> {
  const owner = repository.split("/")[0] ?? "";
  const head = by.branch === undefined ? "" : `&head=${encodeURIComponent(`${owner}:${by.branch}`)}`;
  const pulls = (await api.list(`/repos/${repository}/pulls?state=open${head}`)).map((pull) => pullRequestFacts(pull));
  return pulls.find((pull) => by.headSha === undefined || pull.headSha === by.headSha);
}

function pullRequestFacts(answer: unknown): PullRequestFacts {
  const pull = pullShape.parse(answer);
  const login = pull.user?.login ?? "";
  return {
    number: pull.number,
    url: pull.html_url,
    open: pull.state === "open",
    draft: pull.draft,
    headSha: pull.head.sha,
    headBranch: pull.head.ref,
    headRepositoryId: pull.head.repo?.id,
    baseBranch: pull.base.ref,
    labels: pull.labels,
    authorAppSlug: login.endsWith("[bot]") ? login.slice(0, -"[bot]".length) : undefined,
  };
}

/** Comments, review comments and reviews with a text or a request for changes, by people. */
export async function readComments(
  api: GitHubApi,
  repository: string,
  number: number,
): Promise<readonly CommentFacts[]> {
  const [comments, reviewComments, reviews] = await Promise.all([
    api.list(`/repos/${repository}/issues/${number}/comments`),
    api.list(`/repos/${repository}/pulls/${number}/comments`),
    api.list(`/repos/${repository}/pulls/${number}/reviews`),
  ]);
  const said = reviews.filter((review) => {
    const { body, state } = commentShape.parse(review);
    return state === "CHANGES_REQUESTED" || (state === "COMMENTED" && (body ?? "") !== "");
  });
  return [...comments, ...reviewComments, ...said].map((answer) => commentFacts(answer));
}

function commentFacts(answer: unknown): CommentFacts {
  const comment = commentShape.parse(answer);
  return {
    id: comment.id,
    url: comment.html_url,
    authorId: comment.user?.id ?? 0,
    author: comment.user?.login ?? "ghost",
    fromBot: comment.user === null || comment.user.type === "Bot" || comment.user.login.endsWith("[bot]"),
  };
}

export interface HeadChecks {
  readonly verdicts: readonly Verdict[];
  readonly failedRuns: readonly { readonly id: number; readonly url: string }[];
}

/** Verdicts by our App ids on the SHA, and what failed there that is not ours. The newest check of a name counts. */
export async function readHeadChecks(
  api: GitHubApi,
  repository: string,
  sha: string,
  appIds: readonly number[],
): Promise<HeadChecks> {
  const [checks, runs] = await Promise.all([
    api.list(`/repos/${repository}/commits/${sha}/check-runs`),
    api.list(`/repos/${repository}/actions/runs?head_sha=${sha}`),
  ]);
  const parsed = checks.map((check) => checkShape.parse(check)).sort((left, right) => left.id - right.id);
  const newest = [...new Map(parsed.map((check) => [`${check.app?.id ?? 0}/${check.name}`, check])).values()];
  const finished = newest.filter((check) => check.status === "completed");
  const verdicts = finished
    .filter((check) => appIds.includes(check.app?.id ?? 0))
    .flatMap((check) => verdictOf(check.name, check.conclusion));
  const failedChecks = finished
    .filter((check) => !check.name.startsWith("runyard/") && check.app?.slug !== "github-actions")
    .filter((check) => hasFailed(check.conclusion))
    .map((check) => ({ id: check.id, url: check.html_url ?? "" }));
  const failedRuns = runs
    .map((run) => WORKFLOW_RUN_SHAPE.parse(run))
    .filter((run) => run.status === "completed" && hasFailed(run.conclusion))
    .map((run) => ({ id: run.id, url: run.html_url }));
  return { verdicts, failedRuns: [...failedRuns, ...failedChecks] };
}

function verdictOf(name: string, conclusion: string | null): readonly Verdict[] {
  const stages: readonly Stage[] = [...STAGES, ...REMEDIATIONS];
  const stage = stages.find((candidate) => name === `runyard/${candidate}`);
  return stage === undefined ? [] : [{ stage, success: conclusion === "success" }];
}

function hasFailed(conclusion: string | null): boolean {
  return conclusion === "failure" || conclusion === "timed_out" || conclusion === "startup_failure";
}

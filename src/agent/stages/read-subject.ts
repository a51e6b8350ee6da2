// What the run is about, read from GitHub: the issue, the comments to answer, the failed jobs' logs.
import { z } from "zod";
import type { RunFile } from "../../configuration/run-file.ts";
import type { GitHubApi } from "../../platform/github-api.ts";
import { repositoryName } from "../container.ts";
import type { Subject } from "./task-files.ts";

const issueShape = z.object({
  title: z.string(),
  body: z.string().nullable(),
  html_url: z.string(),
  user: z.object({ login: z.string() }).nullable(),
});
const saidShape = z.object({
  id: z.number(),
  body: z.string().nullable().optional(),
  user: z.object({ login: z.string() }).nullable(),
  path: z.string().optional(),
  line: z.number().nullable().optional(),
});
const jobsShape = z.object({
  jobs: z.array(z.object({ id: z.number(), name: z.string(), conclusion: z.string().nullable() })),
});

const NONE: Subject = { kind: "none", title: "", url: "", quotes: [] };
const LOG_BYTES_MAX = 60_000;
const FAILED_JOBS_MAX = 5;

/** Reads by the trigger's ids; an id that is gone is left out. */
export async function readSubject(run: RunFile, api: GitHubApi): Promise<Subject> {
  const { trigger, identity } = run;
  if (identity.stage === "remediate-comment") return readComments(run, api);
  if (identity.stage === "remediate-ci") return readFailures(run, api);
  if (identity.issue === undefined || trigger?.kind === "docs") return NONE;
  const answer = await api.get(`/repos/${repositoryName(run)}/issues/${identity.issue}`);
  if (answer === undefined) return NONE;
  const issue = issueShape.parse(answer);
  const quote = {
    by: `${issue.user?.login ?? "ghost"}, the author of the issue`,
    text: `${issue.title}\n\n${issue.body ?? ""}`,
  };
  return { kind: "issue", title: issue.title, url: issue.html_url, quotes: [quote] };
}

async function readComments(run: RunFile, api: GitHubApi): Promise<Subject> {
  const number = run.identity.pullRequest;
  const wanted = new Set(run.trigger?.ids);
  if (number === undefined) return NONE;
  const repository = repositoryName(run);
  const lists = await Promise.all([
    api.list(`/repos/${repository}/issues/${number}/comments`),
    api.list(`/repos/${repository}/pulls/${number}/comments`),
    api.list(`/repos/${repository}/pulls/${number}/reviews`),
  ]);
  const said = lists
    .flat()
    .map((answer) => saidShape.parse(answer))
    .filter((comment) => wanted.has(comment.id));
  const quotes = said.map((comment) => {
    const line = comment.line === null || comment.line === undefined ? "" : `:${comment.line}`;
    const place = comment.path === undefined ? "" : ` at ${comment.path}${line}`;
    return { by: `${comment.user?.login ?? "ghost"}${place}`, text: comment.body ?? "(changes requested)" };
  });
  return { kind: "comment", title: "", url: run.trigger?.url ?? "", quotes };
}

async function readFailures(run: RunFile, api: GitHubApi): Promise<Subject> {
  const repository = repositoryName(run);
  const quotes: { by: string; text: string }[] = [];
  for (const id of run.trigger?.ids ?? []) quotes.push(...(await failedJobLogs(api, repository, id)));
  return { kind: "ci", title: "", url: run.trigger?.url ?? "", quotes: quotes.slice(0, FAILED_JOBS_MAX) };
}

/** The ends of the logs of a workflow run's failed jobs. */
export async function failedJobLogs(
  api: GitHubApi,
  repository: string,
  runId: number,
): Promise<readonly { by: string; text: string }[]> {
  const answer = await api.get(`/repos/${repository}/actions/runs/${runId}/jobs`);
  if (answer === undefined) return [];
  const failed = jobsShape
    .parse(answer)
    .jobs.filter((job) => job.conclusion === "failure" || job.conclusion === "timed_out");
  const logs = failed.slice(0, FAILED_JOBS_MAX).map(async (job) => ({
    by: `the log of CI job ${job.name}`,
    text: (await api.text(`/repos/${repository}/actions/jobs/${job.id}/logs`, LOG_BYTES_MAX)) ?? "(no log)",
  }));
  return Promise.all(logs);
}

// The deploy stage's wait: the named checks, workflows and deployments on the head must succeed. The wait has a limit
// of its own; nothing is inferred from a name that never appears.
import { z } from "zod";
import type { RepositoryFile } from "../../configuration/repository-file.ts";
import type { Clock } from "../../platform/clock.ts";
import type { GitHubApi } from "../../platform/github-api.ts";
import type { AwaitedChecks } from "../prepared.ts";
import { failedJobLogs } from "./read-subject.ts";
import { CHECK_RUN_SHAPE, WORKFLOW_RUN_SHAPE } from "../github-shapes.ts";

type WaitFor = NonNullable<RepositoryFile["deploy"]>["waitFor"];

const runShape = WORKFLOW_RUN_SHAPE.extend({ name: z.string().nullable() });
const deploymentShape = z.object({ id: z.number(), environment: z.string() });
const deploymentStatusShape = z.object({
  state: z.string(),
  description: z.string().nullable().optional(),
  environment_url: z.string().optional(),
  log_url: z.string().optional(),
});

export interface Awaited {
  readonly checks: AwaitedChecks;
  readonly deploymentUrl: string | undefined;
}

interface Item {
  readonly name: string;
  readonly state: "pending" | "succeeded" | "failed";
  readonly url: string;
  readonly workflowRunId?: number;
  readonly deploymentUrl?: string;
  /** What the item says of itself, where it has no log that can be read. */
  readonly note?: string;
}

/**
 * Each look takes up to three calls of the 5,000 per hour that GitHub grants. The first looks come soon after each other:
 * many checks take seconds.
 */
const FIRST_LOOK_MS = 300;
const LOOK_EVERY_MS_MAX = 10_000;
const LOOK_GROWTH = 1.5;

export async function awaitChecks(
  {
    repository,
    sha,
    waitFor,
    timeoutSeconds,
  }: { repository: string; sha: string; waitFor: WaitFor; timeoutSeconds: number },
  { api, clock }: { readonly api: GitHubApi; readonly clock: Clock },
): Promise<Awaited> {
  const deadline = clock.now() + timeoutSeconds * 1000;
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LOOK_EVERY_MS_MAX, pauseMs * LOOK_GROWTH)) {
    const items = await readItems(repository, sha, waitFor, api);
    const failed = items.filter((item) => item.state === "failed");
    const pending = items.some((item) => item.state === "pending");
    if (failed.length > 0 || !pending)
      return conclude(repository, items, failed.length > 0 ? "failed" : "succeeded", api);
    if (clock.now() >= deadline) return conclude(repository, items, "timed-out", api);
    await clock.sleep(pauseMs);
  }
}

/** Why a stage that waited has failed; undefined when everything succeeded. */
export function awaitedFailure(
  checks: AwaitedChecks,
): { readonly reason: string; readonly message: string } | undefined {
  if (checks.state === "succeeded") return undefined;
  const names = checks.failures.map((failure) => failure.name).join(", ");
  return checks.state === "timed-out"
    ? { reason: "ChecksTimedOut", message: `${names} did not finish within deploy.timeoutSeconds` }
    : { reason: "ChecksFailed", message: `${names} failed` };
}

async function conclude(
  repository: string,
  items: readonly Item[],
  state: AwaitedChecks["state"],
  api: GitHubApi,
): Promise<Awaited> {
  const bad = items.filter((item) => (state === "timed-out" ? item.state === "pending" : item.state === "failed"));
  const failures = await Promise.all(
    bad.map(async (item) => {
      const logs = item.workflowRunId === undefined ? [] : await failedJobLogs(api, repository, item.workflowRunId);
      const log = logs.length === 0 ? (item.note ?? "") : logs.map((part) => part.text).join("\n");
      return { name: item.name, url: item.url, log };
    }),
  );
  const actionsRunUrls = items.filter((item) => item.workflowRunId !== undefined).map((item) => item.url);
  const deploymentUrl = items.map((item) => item.deploymentUrl).find((url) => url !== undefined);
  return { checks: { state, failures, actionsRunUrls }, deploymentUrl };
}

async function readItems(repository: string, sha: string, waitFor: WaitFor, api: GitHubApi): Promise<readonly Item[]> {
  const [checks, runs, deployments] = await Promise.all([
    waitFor.checks.length === 0 ? [] : api.list(`/repos/${repository}/commits/${sha}/check-runs`),
    waitFor.workflows.length === 0 ? [] : api.list(`/repos/${repository}/actions/runs?head_sha=${sha}`),
    waitFor.deployments.length === 0 ? [] : api.list(`/repos/${repository}/deployments?sha=${sha}`),
  ]);
  return [
    ...waitFor.checks.map((name) => checkItem(name, checks)),
    ...waitFor.workflows.map((name) => workflowItem(name, runs)),
    ...(await Promise.all(waitFor.deployments.map((name) => deploymentItem(name, repository, deployments, api)))),
  ];
}

function checkItem(name: string, answers: readonly unknown[]): Item {
  const found = answers.map((answer) => CHECK_RUN_SHAPE.parse(answer)).filter((check) => check.name === name);
  const newest = found.toSorted((left, right) => right.id - left.id)[0];
  return { name, state: stateOf(newest?.status, newest?.conclusion), url: newest?.html_url ?? "" };
}

function workflowItem(name: string, answers: readonly unknown[]): Item {
  const found = answers.map((answer) => runShape.parse(answer)).filter((run) => run.name === name);
  const newest = found.toSorted((left, right) => right.id - left.id)[0];
  const run = newest === undefined ? {} : { workflowRunId: newest.id };
  return { name, state: stateOf(newest?.status, newest?.conclusion), url: newest?.html_url ?? "", ...run };
}

async function deploymentItem(
  environment: string,
  repository: string,
  answers: readonly unknown[],
  api: GitHubApi,
): Promise<Item> {
  const found = answers.map((answer) => deploymentShape.parse(answer)).filter((it) => it.environment === environment);
  const newest = found.toSorted((left, right) => right.id - left.id)[0];
  if (newest === undefined) return { name: environment, state: "pending", url: "" };
  const statuses = await api.list(`/repos/${repository}/deployments/${newest.id}/statuses`);
  if (statuses.length === 0) return { name: environment, state: "pending", url: "" };
  // GitHub gives the newest first.
  const latest = deploymentStatusShape.parse(statuses[0]);
  const url = latest.environment_url ?? "";
  const address = url === "" ? {} : { deploymentUrl: url };
  const said = { url: latest.log_url ?? "", note: latest.description ?? "" };
  return { name: environment, state: deploymentState(latest.state), ...said, ...address };
}

function deploymentState(state: string): Item["state"] {
  if (state === "success") return "succeeded";
  return state === "failure" || state === "error" ? "failed" : "pending";
}

function stateOf(status: string | null | undefined, conclusion: string | null | undefined): Item["state"] {
  if (status !== "completed") return "pending";
  return conclusion === "success" || conclusion === "neutral" || conclusion === "skipped" ? "succeeded" : "failed";
}

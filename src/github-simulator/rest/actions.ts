// Actions: workflow runs, their job, and its log.

import { showWorkflowRun } from "../facts/run-facts.ts";
import { latestAttempt, type WorkflowAttempt, type WorkflowRun } from "../state/check-rows.ts";
import { attemptOfJob } from "../state/state.ts";
import { viewJob } from "../views/view-actions.ts";
import { notFound, Refusal } from "./refusal.ts";
import {
  json,
  numberParam,
  page,
  reads,
  type Reply,
  type RepositoryCall,
  repositoryRoute,
  type Route,
  writes,
} from "./route.ts";

const ACTIONS = "/repos/{owner}/{repo}/actions";
const RUN = `${ACTIONS}/runs/{run_id}`;
const ATTEMPT = `${RUN}/attempts/{attempt_number}`;
const READS = reads("actions");
const WRITES = writes("actions");
const ALREADY_RUNNING = "This workflow is already running";

export const actionsRoutes: readonly Route[] = [
  repositoryRoute("GET", `${ACTIONS}/runs`, READS, listRuns),
  repositoryRoute("GET", RUN, READS, async (call) => json(await showWorkflowRun(call.world, wantedRun(call)))),
  repositoryRoute("GET", `${RUN}/jobs`, READS, (call) => {
    const run = wantedRun(call);
    return listJobs(call, run, call.query.get("filter") === "all" ? run.attempts : [latestAttempt(run)]);
  }),
  repositoryRoute("GET", `${RUN}/logs`, READS, (call) => {
    const run = wantedRun(call);
    return redirectToLogs(call, run, latestAttempt(run));
  }),
  repositoryRoute("POST", `${RUN}/rerun`, WRITES, (call) => rerun(call, wantedRun(call), ALREADY_RUNNING)),
  repositoryRoute("POST", `${RUN}/rerun-failed-jobs`, WRITES, (call) => {
    const run = wantedRun(call);
    if (latestAttempt(run).conclusion === "success") {
      throw new Refusal(403, "This workflow run cannot be retried");
    }
    return rerun(call, run, ALREADY_RUNNING);
  }),
  repositoryRoute("GET", ATTEMPT, READS, async (call) => {
    const run = wantedRun(call);
    return json(await showWorkflowRun(call.world, run, wantedAttempt(call, run)));
  }),
  repositoryRoute("GET", `${ATTEMPT}/jobs`, READS, (call) => {
    const run = wantedRun(call);
    return listJobs(call, run, [wantedAttempt(call, run)]);
  }),
  repositoryRoute("GET", `${ATTEMPT}/logs`, READS, (call) => {
    const run = wantedRun(call);
    return redirectToLogs(call, run, wantedAttempt(call, run));
  }),
  repositoryRoute("GET", `${ACTIONS}/jobs/{job_id}`, READS, (call) => {
    const { run, attempt } = wantedJob(call);
    return json(viewJob(call.world.urls, run, attempt));
  }),
  repositoryRoute("GET", `${ACTIONS}/jobs/{job_id}/logs`, READS, (call) => {
    const { attempt } = wantedJob(call);
    if (attempt.status !== "completed") {
      throw notFound(); // GitHub has no log of a job that still runs
    }
    return redirect(call, `jobs/${attempt.job.id}`);
  }),
  repositoryRoute("POST", `${ACTIONS}/jobs/{job_id}/rerun`, WRITES, (call) =>
    rerun(call, wantedJob(call).run, "The workflow run containing this job is already running"),
  ),
];

function listJobs(call: RepositoryCall, run: WorkflowRun, attempts: readonly WorkflowAttempt[]): Reply {
  return page(
    attempts,
    (attempt) => viewJob(call.world.urls, run, attempt),
    (jobs, total_count) => ({ total_count, jobs }),
  );
}

/** Every run has one job, so whatever is asked for runs all of it again. */
async function rerun(call: RepositoryCall, run: WorkflowRun, ifRunning: string): Promise<Reply> {
  if (latestAttempt(run).status !== "completed") {
    throw new Refusal(403, ifRunning);
  }
  await call.world.restartCi(run, call.actor.user);
  return json({}, 201);
}

function redirectToLogs(call: RepositoryCall, run: WorkflowRun, attempt: WorkflowAttempt): Reply {
  return redirect(call, `runs/${run.id}/attempts/${attempt.number}`);
}

/** Logs are downloaded from another place, without the token: the address itself is the permission. */
function redirect(call: RepositoryCall, path: string): Reply {
  return { kind: "redirect", location: call.world.downloadUrl(path) };
}

/** Filters: head_sha, branch, status (which also takes a conclusion), event. Newest first. */
function listRuns(call: RepositoryCall): Reply {
  const { query, world } = call;
  const [sha, branch, status, event] = ["head_sha", "branch", "status", "event"].map((name) => query.get(name) ?? null);
  const rows = world.state.workflowRuns.filter(
    (run) =>
      run.workflow.repository === call.repository &&
      (sha === null || run.suite.headSha === sha) &&
      (branch === null || run.headBranch === branch) &&
      (status === null || status === latestAttempt(run).status || status === latestAttempt(run).conclusion) &&
      (event === null || event === "push"),
  );
  return page(
    rows.toReversed(),
    (run) => showWorkflowRun(world, run),
    (workflow_runs, total_count) => ({ total_count, workflow_runs }),
  );
}

function wantedRun(call: RepositoryCall): WorkflowRun {
  const found = call.world.state.workflowRuns.get(numberParam(call, "run_id"));
  if (found === undefined || found.workflow.repository !== call.repository) {
    throw notFound();
  }
  return found;
}

function wantedAttempt(call: RepositoryCall, run: WorkflowRun): WorkflowAttempt {
  const found = run.attempts[numberParam(call, "attempt_number") - 1];
  if (found === undefined) {
    throw notFound();
  }
  return found;
}

function wantedJob(call: RepositoryCall): { readonly run: WorkflowRun; readonly attempt: WorkflowAttempt } {
  const found = attemptOfJob(call.world.state, numberParam(call, "job_id"));
  if (found === undefined || found.run.workflow.repository !== call.repository) {
    throw notFound();
  }
  return found;
}

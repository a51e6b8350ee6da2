// Workflow runs of the Actions stand-in: begun by a push, begun again on request, and brought to their end.

import type {
  CheckConclusion,
  CheckStatus,
  CheckSuite,
  Workflow,
  WorkflowAttempt,
  WorkflowRun,
} from "../state/check-rows.ts";
import type { CiCommand, Repository, User } from "../state/rows.ts";
import { fullName } from "../state/state.ts";
import { emitWorkflowRun } from "../webhooks/commit-events.ts";
import { type BranchPush, timestamp, type World } from "../world.ts";
import { changeCheckRun, createCheckRun, suiteFor } from "./check-changes.ts";

/** A new run of the repository's workflow, queued. */
export async function beginRun(world: World, push: BranchPush, command: CiCommand): Promise<WorkflowRun> {
  const { repository, pusher } = push;
  const workflow = workflowOf(world, repository, command);
  const suite = suiteFor(world, world.actionsApp, { repository, sha: push.after, branch: push.branch });
  const attempt = await newAttempt(world, suite, { number: 1, command, actor: pusher });
  const earlier = world.state.workflowRuns.filter((run) => run.workflow === workflow).length;
  const run = world.state.workflowRuns.insert((id) => ({
    id,
    workflow,
    suite,
    runNumber: earlier + 1,
    actor: pusher,
    headBranch: push.branch,
    createdAt: attempt.startedAt,
    attempts: [attempt],
  }));
  await emitWorkflowRun(world, run, { action: "requested", sender: pusher });
  return run;
}

/** One more attempt of a completed run, queued. GitHub does not call it requested: the next event is in_progress. */
export async function beginAgain(world: World, run: WorkflowRun, actor: User): Promise<WorkflowAttempt> {
  const { suite, workflow } = run;
  const attempt = await newAttempt(world, suite, {
    number: run.attempts.length + 1,
    command: workflow.command,
    actor,
  });
  run.attempts.push(attempt);
  world.effects.record({
    actor: actor.login,
    kind: "workflow_run.rerun",
    repository: fullName(workflow.repository),
    subject: `workflow ${workflow.name}`,
    detail: { head: suite.headSha, attempt: attempt.number },
  });
  return attempt;
}

export async function progressRun(
  world: World,
  at: { readonly run: WorkflowRun; readonly attempt: WorkflowAttempt },
  to: { readonly status: Exclude<CheckStatus, "queued">; readonly conclusion?: CheckConclusion },
): Promise<void> {
  const { run, attempt } = at;
  attempt.status = to.status;
  attempt.conclusion = to.conclusion ?? null;
  attempt.updatedAt = timestamp(world.clock);
  await changeCheckRun(world, attempt.job, to);
  await emitWorkflowRun(world, run, { action: to.status, sender: attempt.actor });
}

async function newAttempt(
  world: World,
  suite: CheckSuite,
  request: { readonly number: number; readonly command: CiCommand; readonly actor: User },
): Promise<WorkflowAttempt> {
  const now = timestamp(world.clock);
  const job = await createCheckRun(world, suite, { name: request.command.jobName, status: "queued" });
  const { number, actor } = request;
  return { number, job, actor, startedAt: now, status: "queued", conclusion: null, updatedAt: now, log: "" };
}

function workflowOf(world: World, repository: Repository, command: CiCommand): Workflow {
  const known = world.state.workflows.find((row) => row.repository === repository && row.path === command.workflowPath);
  return (
    known ??
    world.state.workflows.insert((id) => ({
      id,
      repository,
      command,
      name: command.workflowName,
      path: command.workflowPath,
      createdAt: timestamp(world.clock),
    }))
  );
}

// Workflow runs with what git and the tables add.

import { latestAttempt, type WorkflowRun } from "../state/check-rows.ts";
import type { Json } from "../views/json.ts";
import { viewWorkflowRun } from "../views/view-actions.ts";
import type { World } from "../world.ts";

export async function showWorkflowRun(world: World, run: WorkflowRun, attempt = latestAttempt(run)): Promise<Json> {
  const { repository } = run.workflow;
  const headCommit = await world.gitOf(repository).commit(run.suite.headSha);
  if (headCommit === undefined) {
    throw new Error(`commit ${run.suite.headSha} of workflow run ${run.id} is gone`);
  }
  const pulls = world.state.openPullsAt(repository, run.suite.headSha);
  return viewWorkflowRun(world.urls, run, { attempt, headCommit, pulls });
}

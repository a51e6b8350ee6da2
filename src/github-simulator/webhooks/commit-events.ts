// Events about what is known of a commit: check suites, statuses, deployments, workflow runs.

import { showWorkflowRun } from "../facts/run-facts.ts";
import { showCheckSuite } from "../facts/suite-facts.ts";
import { findUserByEmail } from "../facts/table-facts.ts";
import type { CheckSuite, CommitStatus, Deployment, DeploymentStatus, WorkflowRun } from "../state/check-rows.ts";
import { fullName } from "../state/state.ts";
import { repositoryApi } from "../views/urls.ts";
import { viewDeployment, viewDeploymentStatus, viewWorkflow } from "../views/view-actions.ts";
import { viewSimpleStatus } from "../views/view-check.ts";
import { viewCommit } from "../views/view-commit.ts";
import type { World } from "../world.ts";
import { type Deed, emit } from "./events.ts";

export async function emitCheckSuite(world: World, suite: CheckSuite, { action, sender }: Deed): Promise<void> {
  const { repository } = suite;
  const view = world.webhooks.listensTo("check_suite", repository) ? await showCheckSuite(world, suite) : undefined;
  if (view !== undefined) {
    const { repository: _, ...check_suite } = view;
    emit(world, { name: "check_suite", action }, { repository, sender }, { check_suite });
  }
}

/** The one event here without an action. */
export async function emitStatus(world: World, status: CommitStatus): Promise<void> {
  const { repository, sha } = status;
  if (!world.webhooks.listensTo("status", repository)) {
    return;
  }
  const git = world.gitOf(repository);
  const commit = await git.commit(sha);
  if (commit === undefined) {
    return;
  }
  const heads = [...(await git.refs("refs/heads"))].filter(([, head]) => head === sha);
  const url = `${repositoryApi(world.urls, repository)}/commits/${sha}`;
  const { node_id: _, url: __, ...view } = viewSimpleStatus(world.urls, status);
  emit(
    world,
    { name: "status", action: null },
    { repository, sender: status.creator },
    {
      ...view,
      sha,
      name: fullName(repository),
      commit: viewCommit(world.urls, repository, commit, (email) => findUserByEmail(world, email)),
      branches: heads.map(([ref]) => ({
        name: ref.slice("refs/heads/".length),
        commit: { sha, url },
        protected: false,
      })),
    },
  );
}

export function emitDeployment(world: World, deployment: Deployment): void {
  const about = { repository: deployment.repository, sender: deployment.creator.user };
  emit(world, { name: "deployment", action: "created" }, about, {
    deployment: viewDeployment(world.urls, deployment),
    workflow: null,
    workflow_run: null,
  });
}

export function emitDeploymentStatus(world: World, status: DeploymentStatus): void {
  const { deployment } = status;
  const about = { repository: deployment.repository, sender: status.creator.user };
  emit(world, { name: "deployment_status", action: "created" }, about, {
    deployment_status: viewDeploymentStatus(world.urls, status),
    deployment: viewDeployment(world.urls, deployment),
    check_run: null,
    workflow: null,
    workflow_run: null,
  });
}

export async function emitWorkflowRun(world: World, run: WorkflowRun, { action, sender }: Deed): Promise<void> {
  const payload = {
    workflow_run: await showWorkflowRun(world, run),
    workflow: viewWorkflow(world.urls, run.workflow),
  };
  emit(world, { name: "workflow_run", action }, { repository: run.workflow.repository, sender }, payload);
}

// Workflow runs, jobs and deployments as the API and the payloads show them.

import type { Commit } from "../git/commit.ts";
import type { Deployment, DeploymentStatus, Workflow, WorkflowAttempt, WorkflowRun } from "../state/check-rows.ts";
import type { PullIssue } from "../state/rows.ts";
import type { Json } from "./json.ts";
import { nodeId, repositoryApi, repositoryPage, type Urls } from "./urls.ts";
import { viewPullMinimal } from "./view-check.ts";
import { viewSimpleCommit } from "./view-commit.ts";
import { viewAppOf } from "./view-issue.ts";
import { viewMinimalRepository } from "./view-repository.ts";
import { viewUser } from "./view-user.ts";

export function viewWorkflow(urls: Urls, workflow: Workflow): Json {
  const page = repositoryPage(urls, workflow.repository);
  return {
    id: workflow.id,
    node_id: nodeId("W", workflow.id),
    name: workflow.name,
    path: workflow.path,
    state: "active",
    created_at: workflow.createdAt,
    updated_at: workflow.createdAt,
    url: `${repositoryApi(urls, workflow.repository)}/actions/workflows/${workflow.id}`,
    html_url: `${page}/blob/${workflow.repository.defaultBranch}/${workflow.path}`,
    badge_url: `${page}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  };
}

export interface WorkflowRunFacts {
  readonly attempt: WorkflowAttempt;
  readonly headCommit: Commit;
  readonly pulls: readonly PullIssue[];
}

export function viewWorkflowRun(urls: Urls, run: WorkflowRun, facts: WorkflowRunFacts): Json {
  const { workflow, suite } = run;
  const { attempt } = facts;
  const { repository } = workflow;
  const url = `${repositoryApi(urls, repository)}/actions/runs/${run.id}`;
  return {
    id: run.id,
    name: workflow.name,
    node_id: nodeId("WFR", run.id),
    check_suite_id: suite.id,
    check_suite_node_id: nodeId("CS", suite.id),
    head_branch: run.headBranch,
    head_sha: suite.headSha,
    path: workflow.path,
    display_title: facts.headCommit.message.split("\n")[0] ?? "",
    run_number: run.runNumber,
    run_attempt: attempt.number,
    referenced_workflows: [],
    event: "push",
    status: attempt.status,
    conclusion: attempt.conclusion,
    workflow_id: workflow.id,
    url,
    html_url: `${repositoryPage(urls, repository)}/actions/runs/${run.id}`,
    pull_requests: facts.pulls.map((pull) => viewPullMinimal(urls, pull)),
    created_at: run.createdAt,
    updated_at: attempt.updatedAt,
    run_started_at: attempt.startedAt,
    actor: viewUser(urls, run.actor),
    triggering_actor: viewUser(urls, attempt.actor),
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${repositoryApi(urls, repository)}/check-suites/${suite.id}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attempt.number === 1 ? null : `${url}/attempts/${attempt.number - 1}`,
    workflow_url: `${repositoryApi(urls, repository)}/actions/workflows/${workflow.id}`,
    head_commit: viewSimpleCommit(facts.headCommit),
    repository: viewMinimalRepository(urls, repository),
    head_repository: viewMinimalRepository(urls, repository),
  };
}

/** The only job of an attempt; its id is the id of its check run, as on GitHub. */
export function viewJob(urls: Urls, run: WorkflowRun, attempt: WorkflowAttempt): Json {
  const { suite, workflow } = run;
  const { job } = attempt;
  const api = repositoryApi(urls, workflow.repository);
  const runUrl = `${api}/actions/runs/${run.id}`;
  return {
    id: job.id,
    run_id: run.id,
    run_url: runUrl,
    run_attempt: attempt.number,
    node_id: nodeId("CR", job.id),
    head_sha: suite.headSha,
    head_branch: run.headBranch,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${repositoryPage(urls, workflow.repository)}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: attempt.startedAt,
    started_at: job.startedAt,
    completed_at: job.completedAt,
    name: job.name,
    steps: [
      {
        name: "Run the command",
        status: job.status,
        conclusion: job.conclusion,
        number: 1,
        started_at: job.startedAt,
        completed_at: job.completedAt,
      },
    ],
    check_run_url: `${api}/check-runs/${job.id}`,
    labels: ["ubuntu-latest"],
    runner_id: 1,
    runner_name: "simulated",
    runner_group_id: 1,
    runner_group_name: "Default",
    workflow_name: workflow.name,
  };
}

export function viewDeployment(urls: Urls, deployment: Deployment): Json {
  const repository = repositoryApi(urls, deployment.repository);
  const url = `${repository}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId("DE", deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: viewUser(urls, deployment.creator.user),
    created_at: deployment.createdAt,
    updated_at: deployment.updatedAt,
    statuses_url: `${url}/statuses`,
    repository_url: repository,
    transient_environment: false,
    production_environment: deployment.environment === "production",
    performed_via_github_app: viewAppOf(urls, deployment.creator),
  };
}

export function viewDeploymentStatus(urls: Urls, status: DeploymentStatus): Json {
  const repository = repositoryApi(urls, status.deployment.repository);
  const deployment = `${repository}/deployments/${status.deployment.id}`;
  return {
    url: `${deployment}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId("DES", status.id),
    state: status.state,
    creator: viewUser(urls, status.creator.user),
    description: status.description,
    environment: status.deployment.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: deployment,
    repository_url: repository,
    performed_via_github_app: viewAppOf(urls, status.creator),
  };
}

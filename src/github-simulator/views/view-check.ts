// Check runs, check suites and commit statuses as the API and the payloads show them.

import type { Commit } from "../git/commit.ts";
import type { CheckRun, CheckSuite, CommitStatus } from "../state/check-rows.ts";
import type { PullIssue, Repository } from "../state/rows.ts";
import type { Json } from "./json.ts";
import { nodeId, repositoryApi, repositoryPage, type Urls } from "./urls.ts";
import { viewMinimalRepository } from "./view-repository.ts";
import { viewSimpleCommit } from "./view-commit.ts";
import { viewApp, viewUser } from "./view-user.ts";

export function viewCheckRun(urls: Urls, run: CheckRun, pulls: readonly PullIssue[]): Json {
  const { suite } = run;
  const url = `${repositoryApi(urls, suite.repository)}/check-runs/${run.id}`;
  const page = `${repositoryPage(urls, suite.repository)}/runs/${run.id}`;
  return {
    id: run.id,
    node_id: nodeId("CR", run.id),
    head_sha: suite.headSha,
    external_id: run.externalId,
    url,
    html_url: page,
    details_url: run.detailsUrl ?? page,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.output.title,
      summary: run.output.summary,
      text: run.output.text,
      annotations_count: run.output.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    name: run.name,
    check_suite: { id: suite.id },
    app: viewApp(urls, suite.app),
    pull_requests: pulls.map((pull) => viewPullMinimal(urls, pull)),
  };
}

/** The check run of check_run payloads: it names its suite in full. */
export function viewCheckRunOfEvent(
  urls: Urls,
  run: CheckRun,
  suiteState: SuiteState,
  pulls: readonly PullIssue[],
): Json {
  return {
    ...viewCheckRun(urls, run, pulls),
    check_suite: viewSuiteHead(urls, run.suite, suiteState, pulls),
  };
}

export interface SuiteState {
  readonly status: string;
  readonly conclusion: string | null;
  readonly runs: number;
}

function viewSuiteHead(urls: Urls, suite: CheckSuite, state: SuiteState, pulls: readonly PullIssue[]): Json {
  return {
    id: suite.id,
    node_id: nodeId("CS", suite.id),
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    status: state.status,
    conclusion: state.conclusion,
    url: `${repositoryApi(urls, suite.repository)}/check-suites/${suite.id}`,
    before: suite.before,
    after: suite.headSha,
    pull_requests: pulls.map((pull) => viewPullMinimal(urls, pull)),
    app: viewApp(urls, suite.app),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
  };
}

export interface CheckSuiteFacts {
  readonly state: SuiteState;
  readonly headCommit: Commit;
  readonly pulls: readonly PullIssue[];
}

export function viewCheckSuite(urls: Urls, suite: CheckSuite, facts: CheckSuiteFacts): Json {
  return {
    ...viewSuiteHead(urls, suite, facts.state, facts.pulls),
    repository: viewMinimalRepository(urls, suite.repository),
    head_commit: viewSimpleCommit(facts.headCommit),
    latest_check_runs_count: facts.state.runs,
    check_runs_url: `${repositoryApi(urls, suite.repository)}/check-suites/${suite.id}/check-runs`,
    rerequestable: true,
    runs_rerequestable: true,
  };
}

export function viewPullMinimal(urls: Urls, issue: PullIssue): Json {
  const { pull } = issue;
  return {
    id: pull.id,
    number: issue.number,
    url: `${repositoryApi(urls, issue.repository)}/pulls/${issue.number}`,
    head: { ref: pull.headBranch, sha: pull.headSha, repo: viewRepositoryName(urls, pull.headRepository) },
    base: { ref: pull.baseBranch, sha: pull.baseSha, repo: viewRepositoryName(urls, issue.repository) },
  };
}

function viewRepositoryName(urls: Urls, repository: Repository): Json {
  return { id: repository.id, url: repositoryApi(urls, repository), name: repository.name };
}

export function viewStatus(urls: Urls, status: CommitStatus): Json {
  return { ...viewSimpleStatus(urls, status), creator: viewUser(urls, status.creator) };
}

export function viewSimpleStatus(urls: Urls, status: CommitStatus): Json {
  return {
    id: status.id,
    node_id: nodeId("SC", status.id),
    url: `${repositoryApi(urls, status.repository)}/statuses/${status.sha}`,
    avatar_url: `${urls.html}/avatars/u/${status.creator.id}`,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
  };
}

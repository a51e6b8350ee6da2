// `agent admit`: asks for the lane, looks at GitHub as it is now, decides, and leaves its outputs for the workflow.
import type { Configuration } from "../../configuration/configuration.ts";
import { ruleFor } from "../../configuration/repository-rule.ts";
import { SEMAPHORES_CONFIG_MAP } from "../../configuration/build-installation.ts";
import { hasCode } from "../../platform/errors.ts";
import type { GitHubApi } from "../../platform/github-api.ts";
import { CONFIG_MAP } from "../../resources/core.ts";
import { EMPTY_LANE, laneName, type LaneState } from "../../resources/lane.ts";
import { taskBranch } from "../../resources/run-identity.ts";
import {
  laneNumber,
  type AdmissionFacts,
  type AdmissionRequest,
  type AskedAdmission,
  type PullRequestFacts,
} from "./admission-facts.ts";
import { buildPlan } from "./build-plan.ts";
import { decideAdmission } from "./decide-admission.ts";
import {
  findPullRequest,
  readComments,
  readHeadChecks,
  readIssue,
  readPermission,
  readPullRequest,
  readRepository,
} from "./github-facts.ts";
import { awaitLane, recordAttempt } from "./lane-request.ts";
import { readTaskRequirements } from "./task-requirements.ts";
import type { StepDependencies } from "../step-dependencies.ts";

/** The output parameters of the step, by name. */
export interface AdmissionOutputs {
  readonly decision: "run" | "join" | "refuse";
  readonly reason: string;
  readonly plan: string;
  readonly "repository-key": string;
  readonly "organisation-key": string;
}

/** People whose permission is looked up for one pull request; more authors than that do not start work. */
const COMMENT_AUTHORS_MAX = 20;

/** Decides; repeatable: a second call for the same workflow gives the same answer while GitHub does not change. */
export async function runAdmission(asked: AskedAdmission, to: StepDependencies): Promise<AdmissionOutputs> {
  const request = await withIds(asked, to);
  const early = decideAdmission(await observe(request, to, EMPTY_LANE));
  // Refused before anything is asked for: a lane is only taken by who may act.
  if (early.kind === "refuse") return refused(request, early, to);
  const pullRequest = await pullRequestOf(request, to);
  const key = { namespace: to.namespace, name: laneName(request.repositoryId, laneNumber(request, pullRequest)) };
  const granted = await awaitLane(key, request, to);
  if (granted.kind !== "granted") {
    const text = granted.kind === "joined" ? "this head was pushed by" : "a newer request took its place:";
    return outputs(request, granted.kind === "joined" ? "join" : "refuse", `${text} ${granted.by}`);
  }
  const facts = await observe(request, to, granted.lane);
  const decision = decideAdmission(facts);
  if (decision.kind === "refuse") return refused(request, decision, to);
  await recordAttempt(key, request, to);
  await ensureSemaphores(request, to);
  const requirements = await readTaskRequirements(to.api, decision.rule, laneNumber(request, pullRequest));
  return outputs(request, "run", decision.reason, JSON.stringify(buildPlan(facts, decision.rule, requirements)));
}

/** Nothing is asked about a repository that is not served: the refusal that follows needs no ids. */
async function withIds(asked: AskedAdmission, { api, configuration }: StepDependencies): Promise<AdmissionRequest> {
  const { repositoryId, ownerId, repository } = asked;
  if (repositoryId !== undefined && ownerId !== undefined) return { ...asked, repositoryId, ownerId };
  if (ruleFor(configuration.repositories, repository) === undefined) return { ...asked, repositoryId: 0, ownerId: 0 };
  const found = await readRepository(api, repository);
  return { ...asked, repositoryId: found.id, ownerId: found.ownerId };
}

async function refused(
  request: AdmissionRequest,
  refusal: { readonly reason: string; readonly tell: boolean },
  { api, configuration }: StepDependencies,
): Promise<AdmissionOutputs> {
  const mayTell = refusal.tell && configuration.publishMode === "live";
  if (mayTell && request.number !== undefined) await tellOnce(api, request, refusal.reason);
  return outputs(request, "refuse", refusal.reason);
}

async function tellOnce(api: GitHubApi, request: AdmissionRequest, reason: string): Promise<void> {
  const marker = `<!-- runyard:refused:${request.workflow} -->`;
  const path = `/repos/${request.repository}/issues/${request.number}/comments`;
  const said = await api.list(path);
  if (said.some((comment) => JSON.stringify(comment).includes(marker))) return;
  await api.send("POST", path, { body: `${marker}\nRunyard does not go on here: ${reason}.` });
}

function outputs(
  request: AdmissionRequest,
  decision: AdmissionOutputs["decision"],
  reason: string,
  plan?: string,
): AdmissionOutputs {
  return {
    decision,
    reason,
    plan: plan ?? JSON.stringify(emptyPlan()),
    "repository-key": `r-${request.repositoryId}`,
    "organisation-key": `o-${request.ownerId}`,
  };
}

/** No stage runs: the conditions of the workflow read only `run`. */
function emptyPlan(): Readonly<Record<string, { readonly run: false }>> {
  const stages = ["author", "remediate-comment", "remediate-ci", "clippy", "tests", "deploy", "acceptance", "docs"];
  return Object.fromEntries(stages.map((stage) => [stage, { run: false }]));
}

async function observe(request: AdmissionRequest, to: StepDependencies, lane: LaneState): Promise<AdmissionFacts> {
  const { api, configuration } = to;
  const { repository } = request;
  if (ruleFor(configuration.repositories, repository) === undefined) return nothingKnown(request, configuration);
  const pullRequest = await pullRequestOf(request, to);
  const [{ defaultBranch }, permission, issue, head, openComments] = await Promise.all([
    readRepository(api, repository),
    request.actor === undefined ? undefined : readPermission(api, repository, request.actor),
    request.intent === "task" && request.number !== undefined ? readIssue(api, repository, request.number) : undefined,
    pullRequest === undefined
      ? { verdicts: [], failedRuns: [] }
      : readHeadChecks(
          api,
          repository,
          pullRequest.headSha,
          configuration.agents.map((agent) => agent.appId),
        ),
    pullRequest === undefined ? [] : openCommentsOf(request, pullRequest, lane, to),
  ]);
  return { request, configuration, defaultBranch, permission, issue, pullRequest, lane, openComments, ...head };
}

function nothingKnown(request: AdmissionRequest, configuration: Configuration): AdmissionFacts {
  return {
    request,
    configuration,
    defaultBranch: "",
    permission: undefined,
    issue: undefined,
    pullRequest: undefined,
    lane: EMPTY_LANE,
    openComments: [],
    verdicts: [],
    failedRuns: [],
  };
}

async function pullRequestOf(
  request: AdmissionRequest,
  { api }: StepDependencies,
): Promise<PullRequestFacts | undefined> {
  const { repository, number, headSha } = request;
  if (request.intent === "docs") return undefined;
  if (request.intent === "ci") return headSha === undefined ? undefined : findPullRequest(api, repository, { headSha });
  if (request.intent !== "task") return number === undefined ? undefined : readPullRequest(api, repository, number);
  const task = request.taskId ?? number;
  return task === undefined ? undefined : findPullRequest(api, repository, { branch: taskBranch(task) });
}

async function openCommentsOf(
  request: AdmissionRequest,
  pullRequest: PullRequestFacts,
  lane: LaneState,
  { api }: StepDependencies,
): Promise<AdmissionFacts["openComments"]> {
  const comments = await readComments(api, request.repository, pullRequest.number);
  const open = comments.filter((comment) => !comment.fromBot && !lane.consumedComments.includes(comment.id));
  const authors = [...new Set(open.map((comment) => comment.author))].slice(0, COMMENT_AUTHORS_MAX);
  const permissions = await Promise.all(
    authors.map(async (author) => [author, await readPermission(api, request.repository, author)] as const),
  );
  const mayWrite = new Set(
    permissions.filter(([, it]) => it === "admin" || it === "maintain" || it === "write").map(([author]) => author),
  );
  return open.filter((comment) => mayWrite.has(comment.author));
}

/** The semaphore keys that the next steps name: a key that does not exist would fail the workflow. */
async function ensureSemaphores(
  request: AdmissionRequest,
  { store, configuration, namespace }: StepDependencies,
): Promise<void> {
  const wanted = {
    [`r-${request.repositoryId}`]: String(configuration.limits.repositoryConcurrency),
    [`o-${request.ownerId}`]: String(configuration.limits.organisationConcurrency),
  };
  for (;;) {
    const semaphores = await store.get(CONFIG_MAP, { namespace, name: SEMAPHORES_CONFIG_MAP });
    const missing = Object.entries(wanted).filter(([key]) => semaphores?.data?.[key] === undefined);
    if (semaphores === undefined || missing.length === 0) return;
    try {
      await store.update(CONFIG_MAP, { ...semaphores, data: { ...semaphores.data, ...Object.fromEntries(missing) } });
      return;
    } catch (error) {
      if (!hasCode(error, "Conflict")) throw error;
    }
  }
}

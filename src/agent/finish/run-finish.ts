// `agent finish`: the exit handler of orchestrator-dag. Every effect looks for its own trace first, so it can be repeated.
import { z } from "zod";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { CODE_RUN, type CodeRun } from "../../resources/code-run.ts";
import { CONFIG_MAP, LEASE } from "../../resources/core.ts";
import { EMPTY_LANE, readLane } from "../../resources/lane.ts";
import { ledgerKey, spentMicroUsd } from "../../resources/run-ledger.ts";
import { ANNOTATIONS, LABELS, readRunIdentity, type Stage } from "../../resources/run-identity.ts";
import { findPullRequest, readHeadChecks } from "../admission/github-facts.ts";
import { changeLane } from "../admission/lane-request.ts";
import { decideFinish, STATUS_MARKER, type FinishDecision } from "./decide-finish.ts";
import type { FinishFacts, StageResult } from "./finish-facts.ts";
import type { StepDependencies } from "../step-dependencies.ts";

export interface FinishRequest {
  readonly workflow: string;
  readonly repository: string;
  readonly number: number | undefined;
  /** The phase of the workflow so far. */
  readonly status: string;
}

const MARK_READY = `mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { pullRequest { isDraft } } }`;

export async function runFinish(request: FinishRequest, to: StepDependencies): Promise<FinishDecision> {
  const runs = await runsOf(request, to);
  const facts = await observe(request, runs, to);
  const decision = decideFinish(facts);
  const where = facts.pullRequest?.number ?? request.number;
  if (to.configuration.publishMode === "dry-run") {
    to.log.write("info", "dry run: nothing is written to GitHub", { ...decision, pullRequest: where });
    return decision;
  }
  if (decision.comment !== undefined && where !== undefined) await keepComment(request, where, decision.comment, to);
  if (decision.markReady && facts.pullRequest !== undefined) await markReady(request, facts.pullRequest.number, to);
  const lane = laneOf(runs);
  if (decision.consume.length > 0 && lane !== undefined) {
    await changeLane({ namespace: to.namespace, name: lane }, to, (state) => ({
      ...state,
      consumedComments: [...new Set([...state.consumedComments, ...decision.consume])],
    }));
  }
  return decision;
}

async function runsOf(request: FinishRequest, { store, namespace }: StepDependencies): Promise<readonly CodeRun[]> {
  const { items } = await store.list(CODE_RUN, { namespace, labelSelector: `${LABELS.workflow}=${request.workflow}` });
  return [...items].sort((left, right) =>
    (left.metadata.creationTimestamp ?? "").localeCompare(right.metadata.creationTimestamp ?? ""),
  );
}

async function observe(request: FinishRequest, runs: readonly CodeRun[], to: StepDependencies): Promise<FinishFacts> {
  const { store, api, namespace, configuration } = to;
  const workflow = await store.get(WORKFLOW, { namespace, name: request.workflow });
  const outputs = workflow?.status?.outputs?.parameters ?? [];
  const decision = outputs.find((parameter) => parameter.name === "decision")?.value;
  const laneName = laneOf(runs);
  const lease = laneName === undefined ? undefined : await store.get(LEASE, { namespace, name: laneName });
  const branch = runs.map((run) => readRunIdentity(run).branch).find((name) => name !== undefined);
  const pullRequest = branch === undefined ? undefined : await findPullRequest(api, request.repository, { branch });
  const appIds = configuration.agents.map((agent) => agent.appId);
  const head =
    pullRequest === undefined ? undefined : await readHeadChecks(api, request.repository, pullRequest.headSha, appIds);
  const passed = head?.verdicts.filter((verdict) => verdict.success).map((verdict) => verdict.stage) ?? [];
  return {
    workflow: request.workflow,
    status: request.status,
    decision,
    results: await Promise.all(runs.map((run) => stageResult(run, to))),
    pullRequest,
    passedOnHead: new Set<Stage>(passed),
    spentMicroUsd: (lease === undefined ? EMPTY_LANE : readLane(lease)).spentMicroUsd,
    taskUsdMax: configuration.limits.taskUsdMax,
    answered: runs.flatMap((run) => commentIds(run)),
  };
}

function laneOf(runs: readonly CodeRun[]): string | undefined {
  return runs.map((run) => readRunIdentity(run).lane).find((name) => name !== undefined);
}

const triggerShape = z.object({ kind: z.string(), ids: z.array(z.number()).optional() });

function commentIds(run: CodeRun): readonly number[] {
  const text = run.metadata.annotations?.[ANNOTATIONS.trigger] ?? "";
  if (readRunIdentity(run).stage !== "remediate-comment" || text === "") return [];
  return triggerShape.parse(JSON.parse(text)).ids ?? [];
}

async function stageResult(run: CodeRun, { store }: StepDependencies): Promise<StageResult> {
  const condition = run.status?.conditions?.[0];
  const ledger = await store.get(CONFIG_MAP, ledgerKey(run));
  const check = run.status?.conditions?.find((candidate) => candidate.type === "VerdictWritten");
  return {
    stage: readRunIdentity(run).stage,
    run: run.metadata.name,
    phase: run.status?.phase ?? "Pending",
    reason: condition?.reason ?? "Unknown",
    message: condition?.message ?? "",
    spentMicroUsd: spentMicroUsd(ledger),
    checkRunUrl: check?.message,
  };
}

const commentShape = z.object({ id: z.number(), body: z.string().nullable().optional() });

async function keepComment(
  request: FinishRequest,
  number: number,
  body: string,
  { api }: StepDependencies,
): Promise<void> {
  const comments = await api.list(`/repos/${request.repository}/issues/${number}/comments`);
  const own = comments
    .map((comment) => commentShape.parse(comment))
    .find((comment) => comment.body?.startsWith(STATUS_MARKER));
  if (own === undefined) await api.send("POST", `/repos/${request.repository}/issues/${number}/comments`, { body });
  else if (own.body !== body)
    await api.send("PATCH", `/repos/${request.repository}/issues/comments/${own.id}`, { body });
}

const nodeShape = z.object({ node_id: z.string() });

async function markReady(request: FinishRequest, number: number, { api }: StepDependencies): Promise<void> {
  const pull = nodeShape.parse(await api.get(`/repos/${request.repository}/pulls/${number}`));
  await api.graphql(MARK_READY, { id: pull.node_id });
}

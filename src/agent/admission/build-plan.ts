// Which stages run for an admitted workflow, and with what. A stage whose success stands on the head does not run again;
// a change makes every later stage run, because verdicts belong to one SHA.
import type { AgentProfile, Configuration, RepositoryRule } from "../../configuration/configuration.ts";
import type { Plan, StagePlan } from "../../configuration/plan.ts";
import type { RunTrigger } from "../../configuration/run-file.ts";
import { laneName } from "../../resources/lane.ts";
import { REMEDIATIONS, STAGES, taskBranch, type Stage } from "../../resources/run-identity.ts";
import { laneNumber, taskOfBranch, type AdmissionFacts } from "./admission-facts.ts";

/** The plan of every stage that orchestrator-dag or orchestrator-docs asks for; `taskRequirements` is base64, or empty. */
export function buildPlan(facts: AdmissionFacts, rule: RepositoryRule, taskRequirements: string): Plan {
  const running = runningStages(facts);
  const stages: readonly Stage[] = [...STAGES, ...REMEDIATIONS, "docs"];
  const entries = stages.map((stage) => {
    const plan = stagePlan(facts, rule, stage, running.has(stage));
    return [stage, { ...plan, taskRequirements }] as const;
  });
  const plan = Object.fromEntries(entries) as Plan;
  const sourceBranch = facts.request.branch ?? facts.defaultBranch;
  return { ...plan, docs: { ...(plan.docs as StagePlan), sourceBranch } };
}

/** The stages to run, by the state of the head: what was asked is only a hint, what is missing is done. */
export function runningStages(facts: AdmissionFacts): ReadonlySet<Stage> {
  const { request } = facts;
  if (request.intent === "docs") return new Set(["docs"]);
  const gates: readonly Stage[] = ["clippy", "tests", "deploy", "acceptance"];
  const change = changeStages(facts);
  if (change.length > 0) return new Set([...change, ...gates]);
  const passed = new Set(facts.verdicts.filter((verdict) => verdict.success).map((verdict) => verdict.stage));
  return new Set(gates.filter((stage) => !passed.has(stage)));
}

function changeStages(facts: AdmissionFacts): readonly Stage[] {
  const { request, openComments, failedRuns, verdicts } = facts;
  const authored = verdicts.some((verdict) => verdict.stage === "author" && verdict.success);
  if (request.intent === "task" && !authored) return ["author"];
  if (openComments.length > 0) return ["remediate-comment"];
  return request.intent === "ci" && failedRuns.length > 0 ? ["remediate-ci"] : [];
}

function stagePlan(
  facts: AdmissionFacts,
  rule: RepositoryRule,
  stage: Stage,
  run: boolean,
): Omit<StagePlan, "taskRequirements"> {
  const { request, pullRequest, issue, lane } = facts;
  const number = laneNumber(request, pullRequest);
  const profile = profileFor(facts.configuration, stage);
  const branch = pullRequest?.headBranch ?? taskBranch(number);
  return {
    run,
    taskId: String(number),
    service: rule.service,
    repositoryUrl: request.repository,
    docsRepositoryUrl: rule.docsRepository,
    docsProjectDirectory: rule.docsProjectDirectory,
    docsBranch: rule.docsBranch,
    workingDirectory: ".",
    githubApp: profile.githubApp,
    model: profile.model,
    continueSession: String(REMEDIATIONS.some((remediation) => remediation === stage)),
    overwriteMemory: "false",
    lane: laneName(request.repositoryId, number),
    generation: String(lane.generation),
    repositoryId: String(request.repositoryId),
    pullRequest: text(pullRequest?.number),
    // The session of a task is found by its number from every later run.
    issue: text(issue?.number ?? (pullRequest === undefined ? undefined : taskOfBranch(pullRequest.headBranch))),
    branch,
    baseBranch: pullRequest?.baseBranch ?? facts.defaultBranch,
    headSha: pullRequest?.headSha ?? "",
    trigger: JSON.stringify(triggerOf(facts, stage)),
  };
}

/** The profile of a stage: its own role, else the author's, who also repairs what was written. */
export function profileFor(configuration: Configuration, stage: Stage): AgentProfile {
  const profile =
    configuration.agents.find((agent) => agent.role === stage) ??
    configuration.agents.find((agent) => agent.role === "author") ??
    configuration.agents[0];
  if (profile === undefined) throw new Error("values.yaml names no agent");
  return profile;
}

function triggerOf(facts: AdmissionFacts, stage: Stage): RunTrigger {
  const { request, openComments, failedRuns } = facts;
  const actor = request.actor === undefined ? {} : { actor: request.actor };
  switch (stage) {
    case "remediate-comment": {
      const kind = request.reviewId === undefined ? "comment" : "review";
      return { kind, ids: openComments.map((comment) => comment.id), ...url(openComments[0]?.url), ...actor };
    }
    case "remediate-ci":
      return { kind: "ci", ids: failedRuns.map((run) => run.id), ...url(failedRuns[0]?.url), ...actor };
    case "docs":
      return { kind: "docs", ...actor };
    default:
      return { kind: subjectKind(facts), ...url(facts.issue?.url ?? facts.pullRequest?.url), ...actor };
  }
}

function subjectKind({ issue, pullRequest }: AdmissionFacts): RunTrigger["kind"] {
  if (issue !== undefined) return "issue";
  return pullRequest === undefined ? "submit" : "head";
}

function url(value: string | undefined): { readonly url?: string } {
  return value === undefined ? {} : { url: value };
}

function text(value: number | undefined): string {
  return value === undefined ? "" : String(value);
}

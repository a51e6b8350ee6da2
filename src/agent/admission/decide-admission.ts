// May this workflow act? Denies by default; every refusal says what happened, what it means and what to do.
// Who may is decided by the collaborator permission now, never by what the event said.
import type { Configuration, RepositoryRule } from "../../configuration/configuration.ts";
import { ruleFor } from "../../configuration/repository-rule.ts";
import { isSubmittedByHand, type AdmissionFacts, type PullRequestFacts } from "./admission-facts.ts";

export type Admission =
  | { readonly kind: "run"; readonly rule: RepositoryRule; readonly reason: string }
  /** `tell`: a person waits for an answer, so the reason is posted. */
  | { readonly kind: "refuse"; readonly reason: string; readonly tell: boolean };

/** Labels with which a person stops the automation of an issue or pull request. */
export const STOP_LABELS = ["skip-automation", "manual-review-required"] as const;
export const PAUSE_REMEDIATION_LABEL = "pause-remediation";

const MAY_WRITE: ReadonlySet<string> = new Set(["admin", "maintain", "write"]);

/** Decides in the order in which a person would ask; the first refusal counts. */
export function decideAdmission(facts: AdmissionFacts): Admission {
  const rule = ruleFor(facts.configuration.repositories, facts.request.repository);
  if (rule === undefined) {
    return refuse(`repository ${facts.request.repository} is not served; add it to repositories in values.yaml`);
  }
  const refusal =
    refuseActor(facts) ?? refuseStopLabels(facts) ?? refuseIntent(facts, rule) ?? refuseSpent(facts) ?? undefined;
  return refusal ?? { kind: "run", rule, reason: `${facts.request.intent} admitted` };
}

function refuseActor(facts: AdmissionFacts): Admission | undefined {
  const { request, permission } = facts;
  if (request.intent === "ci" || isSubmittedByHand(request)) return undefined;
  if (permission !== undefined && MAY_WRITE.has(permission)) return undefined;
  const actor = request.actor ?? "unknown";
  // Not told on GitHub: an answer to anyone who may only read would be a way to make noise.
  return refuse(
    `${actor} has permission "${permission ?? "unknown"}" on ${request.repository}; starting work needs write. ` +
      `Ask someone with write permission to do it`,
  );
}

function refuseStopLabels(facts: AdmissionFacts): Admission | undefined {
  const labels = new Set([...(facts.issue?.labels ?? []), ...(facts.pullRequest?.labels ?? [])]);
  const stop = STOP_LABELS.find((label) => labels.has(label));
  if (stop !== undefined) return refuse(`the label ${stop} stops automation here; remove it to go on`);
  const remediation = facts.request.intent === "comment" || facts.request.intent === "ci";
  if (remediation && labels.has(PAUSE_REMEDIATION_LABEL)) {
    return refuse(`the label ${PAUSE_REMEDIATION_LABEL} pauses remediation here; remove it to go on`);
  }
  return undefined;
}

function refuseIntent(facts: AdmissionFacts, rule: RepositoryRule): Admission | undefined {
  switch (facts.request.intent) {
    case "task":
      return refuseTask(facts, rule);
    case "comment":
      return refusePullRequest(facts, rule) ?? refuseComment(facts);
    case "ci":
      return refusePullRequest(facts, rule) ?? refuseCi(facts);
    case "head":
      return refusePullRequest(facts, rule) ?? refuseStaleHead(facts);
    case "docs":
      return refuseDocs(facts);
  }
}

function refuseTask({ request, issue }: AdmissionFacts, rule: RepositoryRule): Admission | undefined {
  if (issue === undefined) {
    return request.taskId === undefined ? refuse(`issue #${request.number ?? "?"} does not exist`) : undefined;
  }
  if (!issue.open) return refuse(`issue #${issue.number} is closed; reopen it to start work`);
  if (request.label !== undefined && request.label !== rule.label) {
    return refuse(`label "${request.label}" does not start a task; "${rule.label}" does`);
  }
  if (request.label !== undefined && !issue.labels.includes(rule.label)) {
    return refuse(`label "${rule.label}" was removed from issue #${issue.number} again`);
  }
  return undefined;
}

function refusePullRequest(
  { request, pullRequest, configuration }: AdmissionFacts,
  rule: RepositoryRule,
): Admission | undefined {
  if (pullRequest === undefined) return refuse("no open pull request of this repository has this head");
  if (!pullRequest.open) return refuse(`pull request #${pullRequest.number} is closed`);
  if (pullRequest.headRepositoryId !== request.repositoryId && !rule.allowForks) {
    return refuse(
      `pull request #${pullRequest.number} comes from a fork; forks are off (repositories[].allowForks in values.yaml)`,
    );
  }
  return isOurs(pullRequest, configuration) ? undefined : refuse(notOurs(pullRequest));
}

/** Ours: opened by one of our Apps, or handed over by the label `runyard`. No other bot counts. */
function isOurs({ authorAppSlug, labels }: PullRequestFacts, { agents }: Configuration): boolean {
  return labels.includes("runyard") || agents.some((agent) => agent.githubApp.toLowerCase() === authorAppSlug);
}

function notOurs(pullRequest: PullRequestFacts): string {
  return `pull request #${pullRequest.number} was not opened by Runyard; add the label runyard to hand it over`;
}

function refuseComment({ request, lane, openComments }: AdmissionFacts): Admission | undefined {
  if (openComments.length > 0) return undefined;
  const id = request.commentId ?? request.reviewId ?? 0;
  return refuse(
    lane.consumedComments.includes(id) ? `comment ${id} was answered before` : "no comment waits for an answer",
  );
}

function refuseCi(facts: AdmissionFacts): Admission | undefined {
  const stale = refuseStaleHead(facts);
  if (stale !== undefined) return stale;
  if (facts.failedRuns.length > 0) return undefined;
  return refuse("every check of the head has recovered; nothing is left to repair");
}

function refuseStaleHead({ request, pullRequest }: AdmissionFacts): Admission | undefined {
  if (request.headSha === undefined || request.headSha === pullRequest?.headSha) return undefined;
  return refuse(
    `${request.headSha.slice(0, 12)} is no longer the head of pull request #${String(pullRequest?.number)}`,
  );
}

function refuseDocs({ request, defaultBranch }: AdmissionFacts): Admission | undefined {
  if (request.branch === undefined || request.branch === defaultBranch) return undefined;
  return refuse(`${request.branch} is not the default branch`);
}

function refuseSpent({ request, lane, configuration }: AdmissionFacts): Admission | undefined {
  const { limits } = configuration;
  if (lane.spentMicroUsd >= limits.taskUsdMax * 1_000_000) {
    const spent = (lane.spentMicroUsd / 1_000_000).toFixed(2);
    return tell(`this task has spent $${spent} of $${limits.taskUsdMax}; raise limits.taskUsdMax or finish it by hand`);
  }
  const attempts = lane.attempts[request.intent]?.filter((workflow) => workflow !== request.workflow).length ?? 0;
  const capped = request.intent === "comment" || request.intent === "ci";
  if (capped && attempts >= limits.remediationAttemptsMax) {
    return tell(
      `${attempts} attempts at ${request.intent} remediation were made, the limit is ${limits.remediationAttemptsMax}; ` +
        `decide whether to mend it by hand or to close the pull request`,
    );
  }
  return undefined;
}

function refuse(reason: string): Admission {
  return { kind: "refuse", reason, tell: false };
}

function tell(reason: string): Admission {
  return { kind: "refuse", reason, tell: true };
}

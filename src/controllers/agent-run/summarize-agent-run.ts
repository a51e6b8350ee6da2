// The status of a run after a decision. Conditions follow the Kubernetes API conventions; the first one says how the
// run stands, because workflow templates read its reason.
import type { RunOutcome } from "../../configuration/run-file.ts";
import type { RunPhase, RunStatus } from "../../resources/code-run.ts";
import { setCondition, type Condition } from "../../resources/condition.ts";
import { kubernetesTime } from "../../resources/object-meta.ts";

export interface StatusChange {
  readonly phase: RunPhase;
  readonly reason: string;
  readonly message: string;
  readonly fields?: Partial<RunStatus>;
  readonly conditions?: readonly StatusCondition[];
}

export interface StatusCondition {
  readonly type: string;
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** `observedGeneration` is the run's generation that this status answers. */
export function summarizeAgentRun(
  before: RunStatus | undefined,
  change: StatusChange,
  { now, generation }: { readonly now: number; readonly generation: number },
): RunStatus {
  const time = kubernetesTime(now);
  const ended = change.phase === "Succeeded" || change.phase === "Failed";
  const completion = {
    type: "Complete",
    status: ended ? "True" : "False",
    reason: change.reason,
    message: change.message,
  } as const;
  const conditions = [completion, ...(change.conditions ?? [])].reduce<readonly Condition[]>(
    (list, condition) => setCondition(list, { ...condition, lastTransitionTime: time, observedGeneration: generation }),
    before?.conditions ?? [],
  );
  const { finishedAt: _former, ...kept } = before ?? {};
  return {
    ...kept,
    ...change.fields,
    phase: change.phase,
    message: change.message,
    lastUpdate: time,
    conditions,
    observedGeneration: generation,
    workCompleted: change.phase === "Succeeded",
    ...(ended ? { finishedAt: time } : {}),
  };
}

/** The change that an outcome makes. */
export function outcomeChange(outcome: RunOutcome): StatusChange {
  const conditions = [
    ...(outcome.headSha === undefined ? [] : [fact("HeadRecorded", outcome.headSha)]),
    ...(outcome.checkRunUrl === undefined ? [] : [fact("VerdictWritten", outcome.checkRunUrl)]),
    ...(outcome.actionsRunUrls === undefined || outcome.actionsRunUrls.length === 0
      ? []
      : [fact("ChecksLinked", outcome.actionsRunUrls.join(" "))]),
    ...(outcome.deploymentUrl === undefined ? [] : [fact("Deployed", outcome.deploymentUrl)]),
  ];
  return {
    phase: outcome.result === "passed" ? "Succeeded" : "Failed",
    reason: outcome.reason,
    message: outcome.message,
    conditions,
    fields: {
      ...(outcome.pullRequestUrl === undefined ? {} : { pullRequestUrl: outcome.pullRequestUrl }),
      ...(outcome.sessionId === undefined ? {} : { sessionId: outcome.sessionId }),
    },
  };
}

/** A condition whose message is the fact itself, for programs that read it. */
function fact(type: string, message: string): StatusCondition {
  return { type, status: "True", reason: "Recorded", message };
}

// The status block of a workflow while a pass builds it: phase, times, messages, conditions.
import { kubernetesTime } from "../../resources/object-meta.ts";
import type { WorkflowPhase, WorkflowSpec, WorkflowStatus } from "../../resources/workflow.ts";
import type { NodeTree } from "./node-tree.ts";
import { isFulfilled } from "./node-tree.ts";
import type { Pass } from "./pass.ts";
import type { PassLocks } from "./pass-locks.ts";

export interface PhaseChange {
  readonly phase: WorkflowPhase;
  readonly message: string;
}

/** A workflow has a phase from its first pass on. */
export type DecidedStatus = WorkflowStatus & Pick<PhaseChange, "phase">;

type EndedPhase = "Succeeded" | "Failed" | "Error";

/** Runs have the same phases, and may have an empty one before they begin. */
export function isEnded(phase: WorkflowPhase | "" | undefined): phase is EndedPhase {
  return phase === "Succeeded" || phase === "Failed" || phase === "Error";
}

/** Times are set once: when it first is more than pending, and when it ends. */
export function changePhase(status: WorkflowStatus, { phase, message }: PhaseChange, now: number): DecidedStatus {
  const { message: _, ...rest } = status;
  const time = kubernetesTime(now);
  const completed = { type: "Completed", status: "True" } as const;
  const others = (status.conditions ?? []).filter(({ type }) => type !== completed.type);
  return {
    ...rest,
    phase,
    ...(message === "" ? {} : { message }),
    ...(status.startedAt === undefined && phase !== "Pending" ? { startedAt: time } : {}),
    ...(isEnded(phase) ? { finishedAt: time, conditions: [...others, completed] } : {}),
  };
}

export interface StatusParts {
  readonly pass: Pass;
  readonly storedSpec: WorkflowSpec | undefined;
}

/** The status with everything that the pass found out. */
export function completeStatus(status: DecidedStatus, { pass, storedSpec }: StatusParts): DecidedStatus {
  const hasEnded = isEnded(status.phase);
  if (hasEnded) pass.locks.releaseAll();
  const { synchronization: _, nodes: __, outputs: ___, storedTemplates: ____, ...rest } = status;
  const nodes = pass.nodes.toRecord();
  const progress = progressOf(pass.nodes);
  return {
    ...rest,
    ...(progress === undefined ? {} : { progress }),
    ...(Object.keys(nodes).length === 0 ? {} : { nodes }),
    ...(pass.outputs.size === 0 ? {} : { outputs: { parameters: [...pass.outputs.values()] } }),
    ...(pass.templates.stored.size === 0 ? {} : { storedTemplates: Object.fromEntries(pass.templates.stored) }),
    ...(storedSpec === undefined ? {} : { storedWorkflowTemplateSpec: storedSpec }),
    ...lockStatus(pass.locks),
  };
}

function lockStatus(locks: PassLocks): Pick<WorkflowStatus, "synchronization"> {
  const synchronization = locks.toStatus();
  return synchronization === undefined ? {} : { synchronization };
}

/** `ended/all` pods. */
function progressOf(nodes: NodeTree): string | undefined {
  const pods = [...nodes.all()].filter(({ type }) => type === "Pod");
  return pods.length === 0 ? undefined : `${pods.filter(({ phase }) => isFulfilled(phase)).length}/${pods.length}`;
}

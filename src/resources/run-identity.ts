// What ties a CodeRun or DocsRun to a stage, a pull request and a lane. Written by the workflow templates as labels
// and annotations, read by the controllers and the gateway. A run without a lane (applied by hand) has generation 0.
import type { KubernetesObject } from "./object-meta.ts";

/** Stages in their order; the two remediations replace `author` on their paths. */
export const STAGES = ["author", "clippy", "tests", "deploy", "acceptance"] as const;
export const REMEDIATIONS = ["remediate-comment", "remediate-ci"] as const;
export type Stage = (typeof STAGES)[number] | (typeof REMEDIATIONS)[number] | "docs";

/** Labels: values are legal Kubernetes label values. */
export const LABELS = {
  workflow: "workflow-name",
  taskId: "task-id",
  service: "service",
  githubApp: "github-app",
  stage: "workflow-stage",
  /** On pods, Jobs and ConfigMaps: the run that owns them. */
  run: "runyard.dev/run",
  runKind: "runyard.dev/run-kind",
  attempt: "runyard.dev/attempt",
} as const;

/** Label of a workflow that another one made (orchestrator-tasks): the other's name. */
export const PARENT_LABEL = "runyard.dev/parent";

/** Annotations of a run. Absent means unknown, never a guess. */
export const ANNOTATIONS = {
  lane: "runyard.dev/lane",
  generation: "runyard.dev/generation",
  repositoryId: "runyard.dev/repository-id",
  pullRequest: "runyard.dev/pull-request",
  issue: "runyard.dev/issue",
  branch: "runyard.dev/branch",
  baseBranch: "runyard.dev/base-branch",
  headSha: "runyard.dev/head-sha",
  /** JSON: what started the work (kind, comment id, workflow run id, url, quoted text). */
  trigger: "runyard.dev/trigger",
} as const;

export interface RunIdentity {
  readonly stage: Stage;
  readonly lane: string | undefined;
  readonly generation: number;
  readonly repositoryId: number | undefined;
  readonly pullRequest: number | undefined;
  readonly issue: number | undefined;
  readonly branch: string | undefined;
  readonly baseBranch: string | undefined;
  readonly headSha: string | undefined;
}

/** The branch of a task. */
export function taskBranch(taskId: number): string {
  return `feature/task-${taskId}-implementation`;
}

/**
 * Reads the identity of a run from its metadata; malformed numbers count as absent. A run applied by hand has no
 * annotations: its branch is its task's, or for a DocsRun one of its own.
 */
export function readRunIdentity(run: KubernetesObject): RunIdentity {
  const annotations = run.metadata.annotations ?? {};
  const stage = run.metadata.labels?.[LABELS.stage];
  return {
    stage: isStage(stage) ? stage : run.kind === "DocsRun" ? "docs" : "author",
    lane: text(annotations[ANNOTATIONS.lane]),
    generation: integer(annotations[ANNOTATIONS.generation]) ?? 0,
    repositoryId: integer(annotations[ANNOTATIONS.repositoryId]),
    pullRequest: integer(annotations[ANNOTATIONS.pullRequest]),
    issue: integer(annotations[ANNOTATIONS.issue]),
    branch: text(annotations[ANNOTATIONS.branch]) ?? ownBranch(run),
    baseBranch: text(annotations[ANNOTATIONS.baseBranch]),
    headSha: text(annotations[ANNOTATIONS.headSha]),
  };
}

function ownBranch(run: KubernetesObject): string | undefined {
  if (run.kind === "DocsRun") {
    return run.metadata.uid === undefined ? undefined : `docs/task-files-${run.metadata.uid.slice(0, 8)}`;
  }
  const { taskId } = ((run as { readonly spec?: unknown }).spec ?? {}) as { readonly taskId?: unknown };
  return typeof taskId === "number" ? taskBranch(taskId) : undefined;
}

function isStage(value: string | undefined): value is Stage {
  return [...STAGES, ...REMEDIATIONS, "docs"].includes(value ?? "");
}

function text(value: string | undefined): string | undefined {
  return value === undefined || value === "" ? undefined : value;
}

function integer(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
}

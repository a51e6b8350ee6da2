// The interpreter: one pass over a Workflow as one pure function. It walks the whole tree from the entry point every
// time and creates what is missing, so that a pass can be repeated after any crash. The rules are those of Argo
// Workflows 4.1; docs/reference names the fields that are interpreted.
import type { LanguageSources } from "../../languages/go-value.ts";
import type { Workflow, WorkflowStatus } from "../../resources/workflow.ts";
import { Facts, MissingFact, type KnownFacts, type Need } from "./facts.ts";
import { LockDraft, workflowsToWake, type Locks } from "./locks.ts";
import type { ParsedSpec } from "./parse-spec.ts";
import type { Action } from "./actions.ts";
import { runPass, type PassResult } from "./run-pass.ts";
import { isEnded } from "./workflow-status.ts";

export interface ObservedWorkflow {
  readonly workflow: Workflow;
  /** `workflow.spec`, parsed. */
  readonly parsed: ParsedSpec;
  readonly facts: KnownFacts;
  /** Locks over all workflows at this moment. */
  readonly locks: Locks;
}

export type WorkflowDecision =
  /** More must be known: decide again with the answers added to the facts. */
  | { readonly kind: "needs"; readonly needs: readonly Need[] }
  | {
      readonly kind: "decided";
      /** The workflow as it shall be stored: labels, annotations and status; the same object when nothing changed. */
      readonly workflow: Workflow;
      /** To be done before the workflow is stored; every one can be repeated. */
      readonly actions: readonly Action[];
      readonly lockChanges: Locks;
      /** `<namespace>/<name>` of workflows that may be able to go on because of `lockChanges`. */
      readonly wakes: readonly string[];
      /** Look again then even if nothing changes, milliseconds since the epoch. */
      readonly checkAgainAt?: number;
    };

const completedLabel = "workflows.argoproj.io/completed";
const phaseLabel = "workflows.argoproj.io/phase";

/** How soon to look again when an output of another step was not there. */
const REQUEUE_MS = 1000;

/** Deciding twice with the same facts changes nothing the second time. */
export function decideWorkflow(observed: ObservedWorkflow, now: number, sources: LanguageSources): WorkflowDecision {
  const { workflow, locks } = observed;
  if (workflow.metadata.labels?.[completedLabel] === "true") return settled(workflow);
  const draft = new LockDraft(locks);
  const facts = new Facts(observed.facts);
  try {
    const result = runPass({ workflow, parsed: observed.parsed, facts, draft, now, sources });
    if (result.needs.length > 0) return { kind: "needs", needs: result.needs };
    const checkAgainAt = result.isRequeued ? now + REQUEUE_MS : result.wakeAt;
    return {
      kind: "decided",
      workflow: applyResult(workflow, result),
      actions: result.actions,
      lockChanges: draft.changes,
      wakes: workflowsToWake(draft.changes),
      ...(checkAgainAt === undefined ? {} : { checkAgainAt }),
    };
  } catch (error) {
    if (error instanceof MissingFact) return { kind: "needs", needs: [error.need] };
    throw error;
  }
}

function settled(workflow: Workflow): WorkflowDecision {
  return { kind: "decided", workflow, actions: [], lockChanges: new Map(), wakes: [] };
}

function applyResult(workflow: Workflow, { status, labels, annotations }: PassResult): Workflow {
  const next: Workflow = {
    ...workflow,
    metadata: {
      ...workflow.metadata,
      labels: {
        ...workflow.metadata.labels,
        ...labels,
        [phaseLabel]: status.phase,
        [completedLabel]: String(isEnded(status.phase)),
      },
      annotations: { ...workflow.metadata.annotations, ...annotations },
    },
    status,
  };
  return isSame(workflow, next) ? workflow : next;
}

function isSame(left: Workflow, right: Workflow): boolean {
  const textOf = ({ metadata, status }: Workflow): string =>
    JSON.stringify([metadata.labels ?? {}, metadata.annotations ?? {}, status ?? ({} as WorkflowStatus)]);
  return textOf(left) === textOf(right);
}

// Whether a stage needs its agent at all. Money is spent only where a gate fails or the stage's work is the agent's.
import type { Stage } from "../../resources/run-identity.ts";
import type { Prepared } from "../prepared.ts";

export interface StageState {
  readonly prepared: Prepared;
  /** The work on a task that was just asked for, not an answer to what happened later. */
  readonly fresh: boolean;
  /** Undefined before the gates have run. */
  readonly gatesPassed: boolean | undefined;
}

/** Stages whose work is the agent's, whatever the gates say. */
const ALWAYS: ReadonlySet<Stage> = new Set(["author", "remediate-comment", "remediate-ci", "docs"]);

/** True: the agent runs before the gates are asked. Tests are added to a fresh task even where the suite is green. */
export function agentRunsFirst({ prepared, fresh }: StageState): boolean {
  return ALWAYS.has(prepared.stage) || (prepared.stage === "tests" && fresh);
}

/** True: the agent runs because something failed. */
export function agentRunsAfter({ prepared, gatesPassed }: StageState): boolean {
  if (prepared.stage === "deploy") return prepared.awaited?.state === "failed" || gatesPassed === false;
  if (gatesPassed === false) return true;
  // Criteria that no command proves need the agent's evidence.
  return (
    prepared.stage === "acceptance" && prepared.criteria.length > 0 && (prepared.gates.acceptance ?? []).length === 0
  );
}

// The state of a check suite, which follows from its runs.

import type { CheckRun, CheckSuite } from "../state/check-rows.ts";
import type { SuiteState } from "../views/view-check.ts";
import type { World } from "../world.ts";

export function suiteState(world: World, suite: CheckSuite): SuiteState {
  const runs = latestByName(world.state.checkRuns.filter((run) => run.suite === suite));
  if (runs.length === 0 || suite.isRerequested) {
    return { status: "queued", conclusion: null, runs: runs.length };
  }
  if (runs.some((run) => run.status !== "completed")) {
    const status = runs.every((run) => run.status === "queued") ? "queued" : "in_progress";
    return { status, conclusion: null, runs: runs.length };
  }
  return { status: "completed", conclusion: worst(runs), runs: runs.length };
}

/** The newest run of each name: what `filter=latest` shows. */
export function latestByName(runs: readonly CheckRun[]): readonly CheckRun[] {
  const latest = new Map<string, CheckRun>();
  for (const run of runs) {
    latest.set(`${run.suite.app.id} ${run.name}`, run);
  }
  return [...latest.values()];
}

const SEVERITY = ["failure", "timed_out", "cancelled", "action_required", "success", "neutral", "skipped"] as const;

function worst(runs: readonly CheckRun[]): string {
  const conclusions = new Set(runs.map((run) => run.conclusion));
  return SEVERITY.find((conclusion) => conclusions.has(conclusion)) ?? "neutral";
}

// When an engine kills itself, as a power cut would, in the middle of a change. It remembers in a file what it has died
// of, so that the engines after it get further.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Interception } from "../../src/programs/engine/interception.ts";
import { interceptInbox, interceptRunner, interceptStore, type Reach } from "./interception.ts";

export interface DeathPlan {
  /** Once for each kind of change (`create Pod`), or for each change of anything. */
  readonly of: "each-kind" | "each-change";
  /** "before": nothing was changed. "after": it was, but nobody was told. */
  readonly when: "before" | "after";
  /** File with one line per death. */
  readonly record: string;
}

/** For an engine that follows the plan as soon as its controllers are made: their inbox is the last that it opens. */
export function followDeathPlan(plan: DeathPlan): Interception {
  let isArmed = false;
  const survived = new Set(readDeaths(plan));
  const dieOnce = (death: string): void => {
    if (survived.has(death)) return;
    appendFileSync(plan.record, `${death}\n`);
    process.kill(process.pid, "SIGKILL");
  };
  const reach: Reach = async (change, of, perform) => {
    if (!isArmed) return perform();
    if (plan.when === "before") dieOnce(change);
    const result = await perform();
    if (plan.when === "after") dieOnce(plan.of === "each-kind" ? change : `${change} ${of} ${versionOf(result)}`);
    return result;
  };
  return {
    store: (store) => interceptStore(store, reach),
    runner: (runner) => interceptRunner(runner, reach),
    inbox: (inbox) => {
      isArmed = true;
      return interceptInbox(inbox, reach);
    },
  };
}

export function readDeaths({ record }: DeathPlan): readonly string[] {
  if (!existsSync(record)) return [];
  return readFileSync(record, "utf8").split("\n").slice(0, -1);
}

/** A write that changed nothing has the version of an earlier one. */
function versionOf(result: unknown): string {
  return (
    (result as { readonly metadata?: { readonly resourceVersion?: string } } | undefined)?.metadata?.resourceVersion ??
    ""
  );
}

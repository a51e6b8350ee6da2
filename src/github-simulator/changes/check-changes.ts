// Check suites and check runs: made and changed by Apps through REST and by the Actions stand-in.

import type {
  CheckAnnotation,
  CheckConclusion,
  CheckRun,
  CheckRunOutput,
  CheckStatus,
  CheckSuite,
} from "../state/check-rows.ts";
import type { App, Repository, User } from "../state/rows.ts";
import { fullName } from "../state/state.ts";
import { emitCheckSuite } from "../webhooks/commit-events.ts";
import { emitCheckRun } from "../webhooks/events.ts";
import { timestamp, type World } from "../world.ts";
import { suiteState } from "./suite-state.ts";

export const NO_OUTPUT: CheckRunOutput = { title: null, summary: null, text: null, annotations: [] };

/** The suite of an App on a commit; GitHub makes one as soon as the App has a run there. */
export function suiteFor(
  world: World,
  app: App,
  head: { readonly repository: Repository; readonly sha: string; readonly branch: string | null },
): CheckSuite {
  const known = world.state.checkSuites.find(
    (suite) => suite.app === app && suite.repository === head.repository && suite.headSha === head.sha,
  );
  if (known !== undefined) {
    return known;
  }
  const now = timestamp(world.clock);
  return world.state.checkSuites.insert((id) => ({
    id,
    repository: head.repository,
    app,
    headSha: head.sha,
    headBranch: head.branch,
    before: null,
    createdAt: now,
    updatedAt: now,
    isRerequested: false,
  }));
}

export interface CheckRunChange {
  readonly name?: string | undefined;
  readonly externalId?: string | undefined;
  readonly detailsUrl?: string | undefined;
  readonly status?: CheckStatus | undefined;
  readonly conclusion?: CheckConclusion | undefined;
  readonly startedAt?: string | undefined;
  readonly completedAt?: string | undefined;
  readonly output?: Partial<Omit<CheckRunOutput, "annotations">> | undefined;
  /** Added to those that are there. */
  readonly annotations?: readonly CheckAnnotation[] | undefined;
}

export async function createCheckRun(
  world: World,
  suite: CheckSuite,
  change: CheckRunChange & { name: string },
): Promise<CheckRun> {
  const now = timestamp(world.clock);
  const run = world.state.checkRuns.insert((id) => ({
    id,
    suite,
    createdAt: now,
    name: change.name,
    externalId: "",
    detailsUrl: null,
    status: "queued",
    conclusion: null,
    startedAt: change.startedAt ?? now,
    completedAt: null,
    output: NO_OUTPUT,
  }));
  apply(world, run, change);
  record(world, "created", run);
  emitCheckRun(world, run, { action: "created", sender: suite.app.bot });
  if (run.status === "completed") {
    await tellCompletion(world, run);
  }
  return run;
}

/** Does nothing when nothing differs. */
export async function changeCheckRun(world: World, run: CheckRun, change: CheckRunChange): Promise<void> {
  const before = JSON.stringify({ ...run, suite: null });
  const wasCompleted = run.status === "completed";
  apply(world, run, change);
  if (JSON.stringify({ ...run, suite: null }) === before) {
    return;
  }
  const isCompletion = run.status === "completed" && !wasCompleted;
  record(world, isCompletion ? "completed" : "updated", run);
  if (isCompletion) {
    await tellCompletion(world, run);
  }
}

/**
 * Asks the suite's App to run it again, or only the given run: the suite counts as queued until the App reports. The
 * runs stay as they are; what follows is up to the App.
 */
export async function rerequest(
  world: World,
  asked: { readonly suite: CheckSuite; readonly run?: CheckRun },
  sender: User,
): Promise<void> {
  const { suite, run } = asked;
  suite.isRerequested = true;
  suite.updatedAt = timestamp(world.clock);
  world.effects.record({
    actor: sender.login,
    kind: run === undefined ? "check_suite.rerequested" : "check_run.rerequested",
    repository: fullName(suite.repository),
    subject: run === undefined ? `check suite of ${suite.app.slug}` : `check ${run.name}`,
    detail: { head: suite.headSha },
  });
  // Only the App whose suite it is hears of it.
  if (world.webhooks.hook?.app !== suite.app) {
    return;
  }
  if (run === undefined) {
    await emitCheckSuite(world, suite, { action: "rerequested", sender });
  } else {
    emitCheckRun(world, run, { action: "rerequested", sender });
  }
}

/** The run, and with its last run the suite. */
async function tellCompletion(world: World, run: CheckRun): Promise<void> {
  const { suite } = run;
  const deed = { action: "completed", sender: suite.app.bot };
  emitCheckRun(world, run, deed);
  if (suiteState(world, suite).status === "completed") {
    await emitCheckSuite(world, suite, deed);
  }
}

function apply(world: World, run: CheckRun, change: CheckRunChange): void {
  const now = timestamp(world.clock);
  run.name = change.name ?? run.name;
  run.externalId = change.externalId ?? run.externalId;
  run.detailsUrl = change.detailsUrl ?? run.detailsUrl;
  run.startedAt = change.startedAt ?? run.startedAt;
  run.output = {
    ...run.output,
    ...change.output,
    annotations: [...run.output.annotations, ...(change.annotations ?? [])],
  };
  applyProgress(run, change, now);
  run.suite.updatedAt = now;
  run.suite.isRerequested = false;
}

/** A conclusion completes the run even when no status says so; another status takes the conclusion away. */
function applyProgress(run: CheckRun, change: CheckRunChange, now: string): void {
  if (change.conclusion !== undefined) {
    run.status = "completed";
    run.conclusion = change.conclusion;
    run.completedAt = change.completedAt ?? run.completedAt ?? now;
  } else if (change.status !== undefined && change.status !== "completed") {
    run.status = change.status;
    run.conclusion = null;
    run.completedAt = null;
  }
}

function record(world: World, verb: string, run: CheckRun): void {
  world.effects.record({
    actor: run.suite.app.bot.login,
    kind: `check_run.${verb}`,
    repository: fullName(run.suite.repository),
    subject: `check ${run.name}`,
    detail: {
      head: run.suite.headSha,
      status: run.status,
      conclusion: run.conclusion,
      title: run.output.title,
      summary: run.output.summary,
      text: run.output.text,
      annotations: run.output.annotations.length,
    },
  });
}

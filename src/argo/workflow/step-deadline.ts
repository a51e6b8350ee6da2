// How long a step may run: `activeDeadlineSeconds`, `timeout`, the retry's `maxDuration` and the workflow's own deadline.
import { parseArgoDuration } from "../../languages/duration.ts";
import type { NodeStatus, Template } from "../../resources/workflow.ts";
import { wakeAt, type Pass, type TemplateRun } from "./pass.ts";
import { StepError } from "./step-error.ts";

export interface AttemptLimits {
  /** When attempts must end, milliseconds. */
  readonly executionDeadline?: number;
}

/** Seconds until the first limit is reached; undefined when there is none. StepError when a limit is no number. */
export function activeDeadlineOf(
  pass: Pass,
  { execution, template }: TemplateRun,
  node: NodeStatus,
  { executionDeadline }: AttemptLimits,
): number | undefined {
  const started = Date.parse(node.startedAt);
  const own = ownSeconds(template);
  const timeout = template.timeout === undefined ? undefined : started + parseArgoDuration(template.timeout);
  const until = (time: number | undefined): number[] =>
    time === undefined ? [] : [Math.floor((time - pass.now) / 1000)];
  const seconds = [
    ...own,
    ...until(execution.isOnExit ? undefined : pass.deadline),
    ...until(timeout).map((value) => Math.max(value, 1)),
    ...until(executionDeadline).map((value) => Math.max(value, 1)),
  ];
  return seconds.length === 0 ? undefined : Math.min(...seconds);
}

/** None or one. */
function ownSeconds({ activeDeadlineSeconds: seconds }: Template): readonly number[] {
  if (seconds === undefined) return [];
  if (!/^[+-]?[0-9]+$/.test(seconds)) {
    throw new StepError(`activeDeadlineSeconds must be an integer, not "${seconds}"`);
  }
  return [Number(seconds)];
}

/**
 * True when a step that the engine itself carries out has reached one of its own limits. Otherwise the pass looks again
 * then. StepError or LanguageError when a limit is wrong.
 */
export function isPastEnd(
  pass: Pass,
  { template }: TemplateRun,
  node: NodeStatus,
  { executionDeadline }: AttemptLimits,
): boolean {
  const started = Date.parse(node.startedAt);
  const ends = [
    ...ownSeconds(template).map((seconds) => started + seconds * 1000),
    template.timeout === undefined ? undefined : started + parseArgoDuration(template.timeout),
    executionDeadline,
  ].filter((end) => end !== undefined);
  const end = Math.min(...ends);
  if (pass.now <= end && Number.isFinite(end)) wakeAt(pass, end + 1);
  return pass.now > end;
}

/**
 * True when a pending node has used up its `timeout` or `pendingTimeout`. Otherwise the pass looks again then.
 * LanguageError when a duration is wrong.
 */
export function isTimedOut(pass: Pass, template: Template, node: NodeStatus): boolean {
  const started = Date.parse(node.startedAt);
  const limits = [template.timeout, node.phase === "Pending" ? template.pendingTimeout : undefined];
  for (const limit of limits) {
    if (limit === undefined) continue;
    const deadline = started + parseArgoDuration(limit);
    if (node.phase === "Pending" && pass.now > deadline) return true;
    // Argo asks whether the time is past, so that the exact moment is still too early.
    if (pass.now <= deadline) wakeAt(pass, deadline + 1);
  }
  return false;
}

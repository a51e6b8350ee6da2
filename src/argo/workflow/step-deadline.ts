// How long a step may run: `activeDeadlineSeconds`, `timeout`, the retry's `maxDuration` and the workflow's own deadline.
import { parseArgoDuration } from "../../languages/duration.ts";
import type { NodeStatus, Template } from "../../resources/workflow.ts";
import { timeOf, wakeAt, type Pass, type TemplateRun } from "./pass.ts";
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
  const started = timeOf(node.startedAt) ?? pass.now;
  const own = template.activeDeadlineSeconds;
  if (own !== undefined && !/^[+-]?[0-9]+$/.test(own)) {
    throw new StepError(`activeDeadlineSeconds must be an integer, not "${own}"`);
  }
  const timeout = template.timeout === undefined ? undefined : started + parseArgoDuration(template.timeout);
  const until = (time: number | undefined): number[] =>
    time === undefined ? [] : [Math.floor((time - pass.now) / 1000)];
  const seconds = [
    ...(own === undefined ? [] : [Number(own)]),
    ...until(execution.isOnExit ? undefined : pass.deadline),
    ...until(timeout).map((value) => Math.max(value, 1)),
    ...until(executionDeadline).map((value) => Math.max(value, 1)),
  ];
  return seconds.length === 0 ? undefined : Math.min(...seconds);
}

/** True when a step that the engine itself carries out has reached one of its own limits. Otherwise the pass looks again then. */
export function isPastEnd(
  pass: Pass,
  { template }: TemplateRun,
  node: NodeStatus,
  { executionDeadline }: AttemptLimits,
): boolean {
  const started = timeOf(node.startedAt) ?? pass.now;
  const ends = [
    template.activeDeadlineSeconds === undefined ? undefined : started + Number(template.activeDeadlineSeconds) * 1000,
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
  const started = timeOf(node.startedAt) ?? pass.now;
  const limits = [template.timeout, node.phase === "Pending" ? template.pendingTimeout : undefined];
  for (const limit of limits) {
    if (limit === undefined) continue;
    const deadline = started + parseArgoDuration(limit);
    if (node.phase === "Pending" && pass.now > deadline) return true;
    if (pass.now < deadline) wakeAt(pass, deadline);
  }
  return false;
}

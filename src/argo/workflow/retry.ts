// What a Retry node does when its last attempt has ended: succeed, wait, give up with Argo's reason, or try again.
import { parseArgoDuration } from "../../languages/duration.ts";
import { definedFields } from "../../resources/defined-fields.ts";
import type { Backoff, NodeStatus, RetryStrategy } from "../../resources/workflow.ts";
import { backoffAfter, parseInteger32 } from "./backoff.ts";
import { evaluateCondition } from "./condition-expression.ts";
import { isFailedOrError, isFulfilled } from "./node-tree.ts";
import { timeOf, wakeAt, type Pass } from "./pass.ts";
import { StepError } from "./step-error.ts";
import { isTransientMessage } from "./transient-errors.ts";

export interface RetryOutcome {
  readonly node: NodeStatus;
  /** False: the wait before the next attempt is not over. */
  readonly mayContinue: boolean;
  /** When attempts must end, milliseconds; only with `maxDuration`. */
  readonly executionDeadline?: number;
}

/** Attempts in the order in which they were made; hooks of the node are children too. */
export function attemptsOf(pass: Pass, node: NodeStatus): readonly NodeStatus[] {
  const isHook = node.nodeFlag?.hooked === true;
  return pass.nodes
    .childNodesOf(node.id)
    .filter(({ nodeFlag }) => nodeFlag?.retried === true && (nodeFlag.hooked === true) === isHook);
}

/** StepError or LanguageError when the strategy is wrong. */
export function processRetry(pass: Pass, node: NodeStatus, strategy: RetryStrategy): RetryOutcome {
  const attempts = attemptsOf(pass, node);
  const last = attempts.at(-1);
  if (isFulfilled(node.phase) || last === undefined || !isFulfilled(last.phase)) return { node, mayContinue: true };
  if (!isFailedOrError(last.phase)) return { node: succeed(pass, node, last), mayContinue: true };
  const failed: FailedRetry = { node, attempts, last, strategy };
  const interruption = interruptionOf(pass);
  if (interruption !== undefined) return giveUp(pass, failed, interruption);
  if (strategy.backoff === undefined) return tryAgain(pass, failed, undefined);
  const wait = waitFor(pass, failed, strategy.backoff);
  switch (wait.kind) {
    case "exceeded":
      return giveUp(pass, failed, wait.message);
    case "waiting":
      return { node: wait.node, mayContinue: false };
    case "over":
      return tryAgain(pass, { ...failed, node: pass.nodes.mark(node.id, node.phase, "") }, wait.deadline);
  }
}

interface FailedRetry {
  readonly node: NodeStatus;
  readonly attempts: readonly NodeStatus[];
  readonly last: NodeStatus;
  readonly strategy: RetryStrategy;
}

function giveUp(pass: Pass, { node, last }: FailedRetry, message: string): RetryOutcome {
  return { node: pass.nodes.mark(node.id, last.phase, message), mayContinue: true };
}

/** Another attempt, if the policy covers the failure, one is left, and the expression wants it. */
function tryAgain(pass: Pass, failed: FailedRetry, executionDeadline: number | undefined): RetryOutcome {
  const { node, attempts, last, strategy } = failed;
  const { limit, expression } = strategy;
  if (!policyCovers(strategy, last)) return giveUp(pass, failed, last.message ?? "");
  if (limit !== undefined && attempts.length > parseInteger32(limit)) {
    return giveUp(pass, failed, "No more retries left");
  }
  if (expression !== undefined && !shouldContinue(pass, expression, failed)) {
    return giveUp(pass, failed, "retryStrategy.expression evaluated to false");
  }
  return definedFields({ node, mayContinue: true, executionDeadline });
}

/** `lastRetry.…` as the strategy's expression sees it. */
function retryEnvironment({ attempts, last }: FailedRetry): Readonly<Record<string, string>> {
  return {
    retries: String(attempts.length - 1),
    "lastRetry.exitCode": last.outputs?.exitCode ?? "-1",
    "lastRetry.status": last.phase,
    "lastRetry.duration": durationOf(last),
    "lastRetry.message": last.message ?? "",
  };
}

/** Seconds that a node ran. */
export function durationOf(node: NodeStatus): string {
  const end = timeOf(node.finishedAt);
  return end === undefined ? "0" : String((end - Date.parse(node.startedAt)) / 1000);
}

function succeed(pass: Pass, node: NodeStatus, last: NodeStatus): NodeStatus {
  return pass.nodes.replace(definedFields({ ...pass.nodes.mark(node.id, "Succeeded"), outputs: last.outputs }));
}

function interruptionOf(pass: Pass): string | undefined {
  const { shutdown } = pass.spec;
  if (shutdown !== undefined) return `Stopped with strategy '${shutdown}'`;
  if (pass.deadline === undefined || pass.now <= pass.deadline) return undefined;
  return `retry exceeded workflow deadline ${new Date(pass.deadline).toISOString()}`;
}

type Wait =
  | { readonly kind: "over"; readonly deadline: number | undefined }
  | { readonly kind: "waiting"; readonly node: NodeStatus }
  | { readonly kind: "exceeded"; readonly message: string };

function waitFor(pass: Pass, { node, attempts, last, strategy }: FailedRetry, backoff: Backoff): Wait {
  const deadline = maxDurationEnd(attempts, backoff);
  if (deadline !== undefined && pass.now > deadline)
    return { kind: "exceeded", message: "Max duration limit exceeded" };
  const { ms, message } = backoffAfter(backoff, attempts.length);
  const waitsUntil = (timeOf(last.finishedAt) ?? pass.now) + ms;
  if (deadline !== undefined && waitsUntil > deadline) {
    return { kind: "exceeded", message: "Backoff would exceed max duration limit" };
  }
  // Argo waits only when a limit is set, and not before it says that the limit is reached.
  const hasAttemptLeft = strategy.limit !== undefined && attempts.length <= parseInteger32(strategy.limit);
  if (pass.now >= waitsUntil || !hasAttemptLeft) return { kind: "over", deadline };
  wakeAt(pass, waitsUntil);
  return { kind: "waiting", node: pass.nodes.mark(node.id, node.phase, message) };
}

/** Counted from the start of the first attempt. */
function maxDurationEnd(attempts: readonly NodeStatus[], { maxDuration }: Backoff): number | undefined {
  if (maxDuration === undefined) return undefined;
  return Math.min(...attempts.map(({ startedAt }) => Date.parse(startedAt))) + parseArgoDuration(maxDuration);
}

function policyCovers(strategy: RetryStrategy, last: NodeStatus): boolean {
  const policy = policyOf(strategy);
  switch (policy) {
    case "Always":
      return true;
    case "OnFailure":
      return last.phase === "Failed";
    case "OnError":
      return last.phase === "Error";
    case "OnTransientError":
      return isTransientMessage(last.message ?? "");
    default:
      throw new StepError(`${policy} is not a valid RetryPolicy`);
  }
}

/** Also asked by the caller that decides whether an attempt that erred keeps its locks. */
export function retriesErrors(strategy: RetryStrategy): boolean {
  return policyOf(strategy) !== "OnFailure";
}

function policyOf({ retryPolicy, expression }: RetryStrategy): string {
  return retryPolicy ?? (expression === undefined ? "OnFailure" : "Always");
}

function shouldContinue(pass: Pass, expression: string, failed: FailedRetry): boolean {
  return evaluateCondition(expression, new Map(Object.entries(retryEnvironment(failed))), pass.sources);
}

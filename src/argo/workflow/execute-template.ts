// One template as one node, in Argo's order of gates: found, given its inputs, still within its time, allowed by
// parallelism, holding its locks, wrapped for retries, and then run by its type.
import type { NodeStatus, RetryStrategy, Synchronization, Template } from "../../resources/workflow.ts";
import { createExecutableNode, markError } from "./create-node.ts";
import { executeDag } from "./dag.ts";
import { podNameOf } from "./names.ts";
import { isFulfilled } from "./node-tree.ts";
import { mayStart } from "./parallelism.ts";
import type { Execution, Pass, TemplateExecution } from "./pass.ts";
import { executePod } from "./pod-step.ts";
import { processArguments, substituteTemplate } from "./process-arguments.ts";
import { executeResource } from "./resource-step.ts";
import { attemptsOf, durationOf, processRetry, retriesErrors } from "./retry.ts";
import { isTimedOut, type AttemptLimits } from "./step-deadline.ts";
import { messageOf, StepError } from "./step-error.ts";
import { executeSteps } from "./steps.ts";
import { executeSuspend } from "./suspend.ts";
import { isPodType, type ResolvedTemplate, type TemplateType } from "./template-lookup.ts";
import type { VariableMap } from "./variables.ts";

const DEPTH_MAX = 100;
const depthMessage =
  "Maximum recursion depth exceeded. See https://argo-workflows.readthedocs.io/en/latest/scaling/#maximum-recursion-depth";
const displayNamePattern = /^[a-zA-Z0-9][a-zA-Z0-9-.]{0,61}[a-zA-Z0-9]$/;

/** Runs the template, or goes on with it. Repeatable: what is done is found done. */
export function executeTemplate(pass: Pass, execution: TemplateExecution): Execution {
  const known = pass.nodes.named(execution.nodeName);
  if (known !== undefined && isFulfilled(known.phase)) {
    pass.locks.releaseNode(known.id);
    return { kind: "node", node: known };
  }
  pass.agenda.depth += 1;
  try {
    if (pass.agenda.depth >= DEPTH_MAX) {
      return { kind: "node", node: markError(pass, execution, depthMessage) };
    }
    return prepare(pass, execution);
  } catch (error) {
    const message = messageOf(error);
    return { kind: "error", node: markError(pass, execution, message), message };
  } finally {
    pass.agenda.depth -= 1;
  }
}

/** What was found for an execution, with its inputs. */
interface Prepared {
  readonly execution: TemplateExecution;
  readonly found: ResolvedTemplate;
  readonly template: Template;
  readonly type: TemplateType;
  readonly retryStrategy: RetryStrategy | undefined;
}

function prepare(pass: Pass, execution: TemplateExecution): Execution {
  const found = pass.templates.resolve(execution.source, execution.call);
  const retryStrategy = found.template.retryStrategy ?? pass.spec.retryStrategy;
  const template = processArguments(found.template, execution.arguments, {
    facts: pass.facts,
    namespace: pass.workflow.namespace,
    globals: pass.globals,
    locals: localVariables(pass, execution, found, retryStrategy !== undefined),
    substitution: { mode: "lenient", sources: pass.sources },
  });
  const resolvedStrategy = template.retryStrategy ?? pass.spec.retryStrategy;
  const prepared: Prepared = {
    execution,
    found,
    template,
    type: found.type,
    retryStrategy: resolvedStrategy,
  };
  const node = showName(pass, template, pass.nodes.named(execution.nodeName));
  if (node !== undefined && isTimedOut(pass, template, node)) return timeOut(pass, node);
  if (!mayStart(pass, template, node, execution.boundary)) {
    return { kind: "parallelismReached", node: pass.nodes.named(execution.nodeName) };
  }
  const { synchronization } = template;
  const waiting = synchronization === undefined ? undefined : awaitLocks(pass, prepared, synchronization);
  if (waiting !== undefined) return { kind: "node", node: waiting };
  return resolvedStrategy === undefined ? runOnce(pass, prepared) : runAttempts(pass, prepared, resolvedStrategy);
}

function localVariables(
  pass: Pass,
  { nodeName, call }: TemplateExecution,
  { template, type }: ResolvedTemplate,
  isRetried: boolean,
): VariableMap {
  const owner = call.kind === "task" ? "tasks" : "steps";
  const locals: VariableMap = new Map([
    ["node.name", nodeName],
    [`${owner}.name`, call.name ?? ""],
  ]);
  // An attempt has its own pod, so the name is set when the attempt is known.
  if (isPodType(type) && !isRetried) {
    locals.set("pod.name", podNameOf(pass.workflow.name, nodeName, template.name ?? ""));
  }
  return locals;
}

function showName(pass: Pass, template: Template, node: NodeStatus | undefined): NodeStatus | undefined {
  const displayName = template.annotations?.["workflows.argoproj.io/display-name"] ?? "";
  if (displayName === "") return node;
  if (!displayNamePattern.test(displayName)) {
    throw new StepError(`displayName must match the regex ${displayNamePattern.source}`);
  }
  return node === undefined || node.displayName === displayName ? node : pass.nodes.replace({ ...node, displayName });
}

function timeOut(pass: Pass, node: NodeStatus): Execution {
  const pod = pass.facts.podOf(node.id);
  if (pod !== undefined) pass.agenda.actions.push({ kind: "deletePod", name: pod.name, uid: pod.uid });
  return { kind: "timeout", node: pass.nodes.mark(node.id, "Failed", "timeout") };
}

/** The waiting node; undefined when all locks are held. */
function awaitLocks(
  pass: Pass,
  { execution, template, type, retryStrategy }: Prepared,
  synchronization: Synchronization,
): NodeStatus | undefined {
  const known = pass.nodes.named(execution.nodeName);
  const result = pass.locks.tryAcquire(synchronization, pass.nodes.idOf(execution.nodeName));
  if (result.isAcquired) {
    if (known?.synchronizationStatus !== undefined) {
      const { synchronizationStatus: _, message: __, ...rest } = known;
      const isGroup = known.type === "Retry" || known.type === "Steps" || known.type === "DAG";
      pass.nodes.replace(isGroup ? { ...rest, phase: "Running" } : rest);
    }
    return undefined;
  }
  const nodeType = retryStrategy === undefined ? nodeTypes[type] : "Retry";
  const node = known ?? createExecutableNode(pass, { execution, template }, nodeType, "Pending");
  const { message, waitingFor } = result;
  return pass.nodes.replace({ ...node, message, synchronizationStatus: { waiting: waitingFor } });
}

const nodeTypes = {
  container: "Pod",
  script: "Pod",
  resource: "Pod",
  suspend: "Suspend",
  dag: "DAG",
  steps: "Steps",
} as const;

function runOnce(pass: Pass, prepared: Prepared): Execution {
  const { execution, template } = prepared;
  const isNew = pass.nodes.named(execution.nodeName) === undefined;
  const result = run(pass, prepared, {});
  if (isNew) showName(pass, template, pass.nodes.named(execution.nodeName));
  if (isFulfilled(result.node.phase)) pass.locks.releaseNode(pass.nodes.idOf(execution.nodeName));
  return result;
}

/** A Retry node around attempts; each attempt is a run of its own under the name with its number. */
function runAttempts(pass: Pass, prepared: Prepared, strategy: RetryStrategy): Execution {
  const { execution, template } = prepared;
  const known = pass.nodes.named(execution.nodeName);
  const parent = known ?? createExecutableNode(pass, { execution: asRetry(execution), template }, "Retry", "Running");
  if (known === undefined) showName(pass, template, parent);
  const outcome = processRetry(pass, parent, strategy);
  if (!outcome.mayContinue) return { kind: "node", node: outcome.node };
  if (isFulfilled(outcome.node.phase)) return endRetry(pass, outcome.node);
  const attempts = attemptsOf(pass, outcome.node);
  const last = attempts.at(-1);
  const isUnderWay = last !== undefined && !isFulfilled(last.phase);
  const number = isUnderWay ? attempts.length - 1 : attempts.length;
  const nodeName = `${execution.nodeName}(${number})`;
  pass.nodes.addChild(parent.id, pass.nodes.idOf(nodeName));
  const attempt = prepareAttempt(pass, prepared, { nodeName, number, last });
  const { executionDeadline } = outcome;
  const result = run(pass, attempt, executionDeadline === undefined ? {} : { executionDeadline });
  return afterAttempt(pass, execution, result, { parent, strategy });
}

/** Argo marks the Retry node of a hook or exit handler like its attempts. */
function asRetry(execution: TemplateExecution): TemplateExecution {
  const { nodeFlag } = execution;
  return nodeFlag === undefined ? execution : { ...execution, nodeFlag: { ...nodeFlag, retried: true } };
}

function endRetry(pass: Pass, node: NodeStatus): Execution {
  const last = attemptsOf(pass, node).at(-1);
  pass.locks.releaseNode(node.id);
  const { outputs: _, ...rest } = node;
  return {
    kind: "node",
    node: pass.nodes.replace(last?.outputs === undefined ? rest : { ...rest, outputs: last.outputs }),
  };
}

interface Attempt {
  readonly nodeName: string;
  readonly number: number;
  readonly last: NodeStatus | undefined;
}

function prepareAttempt(pass: Pass, prepared: Prepared, { nodeName, number, last }: Attempt): Prepared {
  const { execution, template, found } = prepared;
  const locals: VariableMap = new Map([
    ["retries", String(number)],
    ["lastRetry.exitCode", last?.outputs?.exitCode ?? "0"],
    ["lastRetry.duration", last === undefined ? "0" : durationOf(last)],
    ["lastRetry.status", last?.phase ?? ""],
    ["lastRetry.message", last?.message ?? ""],
  ]);
  if (isPodType(prepared.type))
    locals.set("pod.name", podNameOf(pass.workflow.name, nodeName, found.template.name ?? ""));
  const substitution = { mode: "lenient", sources: pass.sources } as const;
  return {
    ...prepared,
    template: substituteTemplate(template, { globals: pass.globals, locals, substitution }),
    execution: { ...execution, nodeName, nodeFlag: { ...execution.nodeFlag, retried: true } },
  };
}

interface RetryContext {
  readonly parent: NodeStatus;
  readonly strategy: RetryStrategy;
}

/** The Retry node speaks for its attempts; an attempt that ended in this pass is judged in this pass. */
function afterAttempt(
  pass: Pass,
  execution: TemplateExecution,
  result: Finished,
  { parent, strategy }: RetryContext,
): Execution {
  if (result.kind === "error" && !retriesErrors(strategy)) {
    pass.locks.releaseNode(parent.id);
    return result;
  }
  const retry = pass.nodes.expect(parent.id);
  if (isFulfilled(result.node.phase) && !isFulfilled(retry.phase)) {
    return executeTemplate(pass, execution);
  }
  return { kind: "node", node: retry };
}

type Finished = Exclude<Execution, { kind: "parallelismReached" }>;

function run(pass: Pass, prepared: Prepared, limits: AttemptLimits): Finished {
  try {
    return { kind: "node", node: dispatch(pass, prepared, limits) };
  } catch (error) {
    const message = messageOf(error);
    return { kind: "error", node: markError(pass, prepared.execution, message), message };
  }
}

function dispatch(pass: Pass, { execution, template, found, type }: Prepared, limits: AttemptLimits): NodeStatus {
  const group = { execution, template, declared: found.template, source: found.source };
  switch (type) {
    case "container":
    case "script":
      return executePod(pass, group, limits);
    case "resource":
      return executeResource(pass, group, limits);
    case "suspend":
      return executeSuspend(pass, group);
    case "steps":
      return executeSteps(pass, group);
    case "dag":
      return executeDag(pass, group);
  }
}

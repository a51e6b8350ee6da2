// One group of a steps template: all its steps start together and all of them end before the group is judged.
import type { NodeStatus, WorkflowStep } from "../../resources/workflow.ts";
import { expandLoop, holds, isLoop, resolveCall } from "./call-resolution.ts";
import { runExitHook, runHooks, type HookContext } from "./hooks.ts";
import { isCompleted, isFailedOrError, isFulfilled } from "./node-tree.ts";
import type { Pass, TemplateExecution } from "./pass.ts";
import { messageOf } from "./step-error.ts";
import { MissingVariable } from "./substitution.ts";
import { createSkippedNode, markError } from "./create-node.ts";

export interface StepGroupRun {
  readonly node: NodeStatus;
  readonly steps: readonly WorkflowStep[];
  readonly context: HookContext;
  readonly isOnExit: boolean;
}

/** The group's node as it is now. */
export function executeStepGroup(pass: Pass, run: StepGroupRun): NodeStatus {
  const { node, steps } = run;
  if (isFulfilled(node.phase) && !steps.some(({ hooks, onExit }) => hooks !== undefined || onExit !== undefined)) {
    return node;
  }
  const resolved = resolveSteps(pass, run);
  if (resolved.kind === "waiting") return node;
  if (resolved.kind === "failed") return pass.nodes.mark(node.id, "Error", resolved.message);
  const started = new Map<string, WorkflowStep>();
  for (const step of resolved.steps) {
    const failure = startStep(pass, run, step, started);
    if (failure !== undefined) return failure;
  }
  return judge(pass, run, started);
}

type ResolvedSteps =
  | { readonly kind: "steps"; readonly steps: readonly WorkflowStep[] }
  | { readonly kind: "waiting" }
  | { readonly kind: "failed"; readonly message: string };

function resolveSteps(pass: Pass, { node, steps, context }: StepGroupRun): ResolvedSteps {
  let resolved: readonly WorkflowStep[];
  try {
    resolved = steps.map((step) => resolveCall(pass, step, context.scope));
  } catch (error) {
    if (error instanceof MissingVariable) {
      pass.agenda.isRequeued = true;
      return { kind: "waiting" };
    }
    return { kind: "failed", message: `failed to resolve references: ${messageOf(error)}` };
  }
  try {
    return { kind: "steps", steps: resolved.flatMap((step) => expand(pass, step, node, context)) };
  } catch (error) {
    return { kind: "failed", message: messageOf(error) };
  }
}

function expand(pass: Pass, step: WorkflowStep, group: NodeStatus, context: HookContext): readonly WorkflowStep[] {
  if (!isLoop(step)) return [step];
  const expanded = expandLoop(pass, step, context.scope);
  const name = `${group.name}.${step.name}`;
  if (expanded.length === 0 && pass.nodes.named(name) === undefined) {
    const skipped = createSkippedNode(pass, {
      name,
      call: step,
      phase: "Skipped",
      message: "Skipped, empty params",
      context,
    });
    pass.nodes.addChild(group.id, skipped.id);
  }
  return expanded;
}

/** The group's node when it cannot go on because of this step. */
function startStep(
  pass: Pass,
  { node, context, isOnExit }: StepGroupRun,
  step: WorkflowStep,
  started: Map<string, WorkflowStep>,
): NodeStatus | undefined {
  const name = `${node.name}.${step.name}`;
  const given: TemplateExecution = {
    nodeName: name,
    call: { kind: "step", ...step },
    source: context.source,
    arguments: step.arguments ?? {},
    boundary: context.boundary,
    isOnExit,
  };
  const condition = evaluate(step.when);
  if (condition.kind === "failed") {
    pass.nodes.addChild(node.id, markError(pass, given, condition.message).id);
    return pass.nodes.mark(node.id, "Error", condition.message);
  }
  if (condition.kind === "false") {
    if (pass.nodes.named(name) === undefined) {
      const { message } = condition;
      const skipped = createSkippedNode(pass, { name, call: step, phase: "Skipped", message, context });
      pass.nodes.addChild(node.id, skipped.id);
    }
    return undefined;
  }
  const execution = pass.execute(given);
  if (execution.kind === "timeout") return pass.nodes.mark(node.id, "Failed", "timeout");
  const child = pass.nodes.named(name);
  if (child !== undefined) {
    started.set(name, step);
    pass.nodes.addChild(node.id, child.id);
  }
  if (execution.kind !== "error") return undefined;
  return pass.nodes.mark(
    node.id,
    "Error",
    `step group deemed errored due to child ${name} error: ${execution.message}`,
  );
}

type Condition =
  | { readonly kind: "true" }
  | { readonly kind: "false"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

function evaluate(when = ""): Condition {
  try {
    return holds(when) ? { kind: "true" } : { kind: "false", message: `when '${when}' evaluated false` };
  } catch (error) {
    return { kind: "failed", message: messageOf(error) };
  }
}

/** All children have ended, with their hooks: then the group is what they are. */
function judge(pass: Pass, { node, context }: StepGroupRun, started: ReadonlyMap<string, WorkflowStep>): NodeStatus {
  const current = pass.nodes.expect(node.id);
  let areAllDone = true;
  try {
    for (const child of pass.nodes.childNodesOf(node.id)) {
      const state = judgeChild(pass, child, started.get(child.name), context);
      if (state === "hooked") return current;
      areAllDone &&= state === "done";
    }
  } catch (error) {
    return pass.nodes.mark(node.id, "Error", messageOf(error));
  }
  if (!areAllDone) return isFulfilled(current.phase) ? pass.nodes.mark(node.id, "Running") : current;
  const failed = pass.nodes.childNodesOf(node.id).find((child) => fails(child, started.get(child.name)));
  return failed === undefined
    ? pass.nodes.mark(node.id, "Succeeded")
    : pass.nodes.mark(node.id, "Failed", `child '${failed.id}' failed`);
}

/** `hooked`: nothing more is looked at before its hooks have ended. */
function judgeChild(
  pass: Pass,
  child: NodeStatus,
  step: WorkflowStep | undefined,
  context: HookContext,
): "done" | "running" | "hooked" {
  context.scope.setStatus(child.displayName, child.phase);
  if (step !== undefined && !runHooks(pass, step, child, context)) return "hooked";
  if (!isFulfilled(child.phase)) return "running";
  if (step === undefined || !isCompleted(child.phase)) return "done";
  return runExitHook(pass, step, child, context).isDone ? "done" : "running";
}

function fails(child: NodeStatus, step: WorkflowStep | undefined): boolean {
  if (!isFailedOrError(child.phase)) return false;
  const continueOn = step?.continueOn;
  return !(child.phase === "Failed" ? continueOn?.failed === true : continueOn?.error === true);
}

// Lifecycle hooks and exit handlers of steps and tasks.
import { definedFields } from "../../resources/defined-fields.ts";
import type { Arguments, LifecycleHook, NodeOutputs, NodeStatus, TemplateCall } from "../../resources/workflow.ts";
import { evaluateCondition } from "./condition-expression.ts";
import { hookName, onExitName } from "./names.ts";
import { isFulfilled } from "./node-tree.ts";
import type { Boundary, Execution, Pass } from "./pass.ts";
import { lastAttemptOf, type Scope } from "./scope.ts";
import { StepError } from "./step-error.ts";
import { substituteIn } from "./substitution.ts";
import type { TemplateSource } from "./template-lookup.ts";
import { mergeVariables } from "./variables.ts";

export interface HookContext {
  readonly scope: Scope;
  readonly boundary: Boundary;
  readonly source: TemplateSource;
}

/** Undefined: the step or task has no exit handler. `onExit` gets the workflow's arguments, as hooks without any do. */
export function exitHookOf(call: Pick<TemplateCall, "onExit" | "hooks">, given: Arguments): ExitHook | undefined {
  if (call.onExit !== undefined) return { template: call.onExit, arguments: given };
  const hook = call.hooks?.["exit"];
  return hook === undefined ? undefined : { ...hook, arguments: isGiven(hook.arguments) ? hook.arguments : given };
}

type ExitHook = LifecycleHook & { readonly arguments: Arguments };

/** Runs the hooks whose expression is true, once each. True when none is under way. Throws when one is wrong. */
export function runHooks(pass: Pass, call: TemplateCall, node: NodeStatus, context: HookContext): boolean {
  let areFulfilled = true;
  for (const [name, hook] of Object.entries(call.hooks ?? {})) {
    if (name === "exit") continue;
    const nodeName = hookName(node.name, name);
    if (hook.expression === undefined) throw new StepError(`Expression required for hook ${nodeName}`);
    const variables = mergeVariables(pass.globals, context.scope.variables);
    const isTrue = evaluateCondition(hook.expression, variables, pass.sources);
    if (!isTrue && pass.nodes.named(nodeName) === undefined) continue;
    const { outputs } = lastAttemptOf(pass, node) ?? node;
    const own = { name: call.name, outputs };
    const given = outputs === undefined ? (hook.arguments ?? {}) : resolveHookArguments(pass, hook, context, own);
    const execution = runHook(pass, { node, nodeName, hook, given, context, isOnExit: false });
    areFulfilled &&= isDone(execution);
  }
  return areFulfilled;
}

/**
 * Runs the exit handler of a node that has completed. Done when there is none, or it has ended. Of a workflow that is
 * being stopped only the exit handler of the whole runs, as real Argo was seen to do; one that runs already goes on.
 */
export function runExitHook(
  pass: Pass,
  call: TemplateCall,
  node: NodeStatus,
  context: HookContext,
): { readonly isDone: boolean } {
  const hook = exitHookOf(call, pass.spec.arguments ?? {});
  const isStarted = pass.nodes.named(onExitName(node.name)) !== undefined;
  if (hook === undefined || (pass.spec.shutdown !== undefined && !isStarted)) return { isDone: true };
  if (hook.expression !== undefined) {
    const variables = mergeVariables(pass.globals, context.scope.variables);
    if (!evaluateCondition(hook.expression, variables, pass.sources)) return { isDone: true };
  }
  const { outputs } = lastAttemptOf(pass, node) ?? node;
  const given = resolveHookArguments(pass, hook, context, { name: call.name, outputs });
  const nodeName = onExitName(node.name);
  return { isDone: isDone(runHook(pass, { node, nodeName, hook, given, context, isOnExit: true })) };
}

interface HookRun {
  readonly node: NodeStatus;
  readonly nodeName: string;
  readonly hook: LifecycleHook;
  readonly given: Arguments;
  readonly context: HookContext;
  readonly isOnExit: boolean;
}

function runHook(pass: Pass, { node, nodeName, hook, given, context, isOnExit }: HookRun): Execution {
  const execution = pass.execute({
    nodeName,
    call: { kind: "step", name: "", ...templateOf(hook) },
    source: context.source,
    arguments: given,
    boundary: context.boundary,
    isOnExit,
    nodeFlag: { hooked: true },
  });
  if (execution.node !== undefined) pass.nodes.addChild(node.id, pass.nodes.idOf(nodeName));
  if (execution.kind === "error") throw new StepError(execution.message);
  return execution;
}

/** Arguments of a hook may use the outputs of its own step. */
function resolveHookArguments(
  pass: Pass,
  hook: LifecycleHook,
  { scope }: HookContext,
  own: { readonly name: string; readonly outputs: NodeOutputs | undefined },
): Arguments {
  if (!isGiven(hook.arguments)) return {};
  const parameters = (own.outputs?.parameters ?? []).map(({ name, value = "" }) => ({ name, value }));
  scope.addOutputs(own.name, { parameters });
  const variables = mergeVariables(pass.globals, scope.variables);
  return substituteIn(scope.markAbsent(hook.arguments), variables, { mode: "lenient", sources: pass.sources });
}

function isGiven(given: Arguments | undefined): given is Arguments {
  return (given?.parameters ?? []).length > 0;
}

function isDone(execution: Execution): boolean {
  return execution.kind === "node" && isFulfilled(execution.node.phase);
}

export function templateOf(hook: LifecycleHook): Pick<LifecycleHook, "template" | "templateRef"> {
  return definedFields({ template: hook.template, templateRef: hook.templateRef });
}

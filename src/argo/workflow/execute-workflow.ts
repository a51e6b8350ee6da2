// The walk of one pass: the entry point, the workflow's hooks, its exit handler, and what follows for the whole.
import { quoteGo } from "../../languages/go-format.ts";
import { quoteJson } from "../../languages/go-json.ts";
import { definedFields } from "../../resources/defined-fields.ts";
import type { NodePhase, NodeStatus, WorkflowPhase } from "../../resources/workflow.ts";
import { evaluateCondition } from "./condition-expression.ts";
import { exitHookOf, templateOf } from "./hooks.ts";
import { hookName, onExitName, podNameOf } from "./names.ts";
import { isFailedOrError, isFulfilled } from "./node-tree.ts";
import { countActivePods } from "./parallelism.ts";
import { isShutDown, type Execution, type Pass } from "./pass.ts";
import { messageOf, StepError } from "./step-error.ts";
import type { PhaseChange } from "./workflow-status.ts";

const workflowPhases: Readonly<Record<NodePhase, WorkflowPhase>> = {
  Pending: "Pending",
  Running: "Running",
  Succeeded: "Succeeded",
  Skipped: "Succeeded",
  Omitted: "Succeeded",
  Failed: "Failed",
  Error: "Error",
};

/** How the workflow ends; undefined while it goes on. */
export function executeWorkflow(pass: Pass): PhaseChange | undefined {
  if (pass.spec.parallelism !== undefined) pass.agenda.activePodCount = countActivePods(pass);
  const entry = pass.execute({
    nodeName: pass.workflow.name,
    call: { kind: "entry", ...definedFields({ template: pass.spec.entrypoint }) },
    source: pass.source,
    arguments: pass.spec.arguments ?? {},
    isOnExit: false,
  });
  if (entry.kind === "parallelismReached") return undefined;
  const wrong = errorOf(entry);
  if (wrong !== undefined) return endWithError(pass, `error in entry template execution: ${wrong}`);
  const node = pass.nodes.expect(entry.node.id);
  const phase = workflowPhases[node.phase];
  pass.globals.set("workflow.status", phase);
  pass.globals.set("workflow.failures", quoteGo(failuresJson(pass)));
  if (!runWorkflowHooks(pass, node) || !isFulfilled(node.phase)) return undefined;
  const exit = runExitHandler(pass);
  if (exit.kind === "waiting") return undefined;
  if (exit.kind === "wrong") return endWithError(pass, `error in exit template execution : ${exit.message}`);
  return conclude(pass, pass.nodes.expect(node.id), phase, exit.node);
}

/** An exit handler that fails makes a failure of a success, and changes nothing else. */
function conclude(pass: Pass, entry: NodeStatus, phase: WorkflowPhase, exit: NodeStatus | undefined): PhaseChange {
  if (phase === "Succeeded") {
    if (exit === undefined || !isFailedOrError(exit.phase)) return { phase, message: "" };
    return { phase: exit.phase === "Failed" ? "Failed" : "Error", message: exit.message ?? "" };
  }
  const { shutdown } = pass.spec;
  const isStopped = isFailedOrError(entry.phase) && shutdown !== undefined;
  return { phase, message: isStopped ? `Stopped with strategy '${shutdown}'` : (entry.message ?? "") };
}

function errorOf(execution: Exclude<Execution, { kind: "parallelismReached" }>): string | undefined {
  if (execution.kind === "node") return undefined;
  return execution.kind === "timeout" ? "timeout" : execution.message;
}

/** The entry node does not stay running in a workflow that ends so. */
function endWithError(pass: Pass, message: string): PhaseChange {
  const entry = pass.nodes.named(pass.workflow.name);
  if (entry?.phase === "Running") pass.nodes.mark(entry.id, "Error", "Workflow operation error");
  return { phase: "Error", message };
}

/** True when no hook is under way. A wrong hook is an error of the entry node. */
function runWorkflowHooks(pass: Pass, entry: NodeStatus): boolean {
  let areDone = true;
  try {
    for (const [name, hook] of Object.entries(pass.spec.hooks ?? {})) {
      if (name === "exit") continue;
      const nodeName = hookName(pass.workflow.name, name);
      if (hook.expression === undefined) throw new StepError(`Expression required for hook ${nodeName}`);
      const isTrue = evaluateCondition(hook.expression, pass.globals, pass.sources);
      if (!isTrue && pass.nodes.named(nodeName) === undefined) continue;
      const execution = pass.execute({
        nodeName,
        call: { kind: "hook", ...templateOf(hook) },
        source: pass.source,
        arguments: hook.arguments ?? {},
        isOnExit: false,
        nodeFlag: { hooked: true },
      });
      if (execution.kind === "error") throw new StepError(execution.message);
      pass.nodes.addChild(entry.id, pass.nodes.idOf(nodeName));
      areDone &&= execution.kind === "node" && isFulfilled(execution.node.phase);
    }
  } catch (error) {
    pass.nodes.mark(entry.id, "Error", messageOf(error));
    return true;
  }
  return areDone;
}

type ExitResult =
  | { readonly kind: "done"; readonly node: NodeStatus | undefined }
  | { readonly kind: "waiting" }
  | { readonly kind: "wrong"; readonly message: string };

function runExitHandler(pass: Pass): ExitResult {
  const hook = exitHookOf(pass.spec, pass.spec.arguments ?? {});
  const nodeName = onExitName(pass.workflow.name);
  const isStarted = pass.nodes.named(nodeName) !== undefined;
  if (hook === undefined || (!isStarted && isShutDown(pass, true))) return { kind: "done", node: undefined };
  const execution = pass.execute({
    nodeName,
    call: { kind: "hook", ...templateOf(hook) },
    source: pass.source,
    arguments: hook.arguments,
    isOnExit: true,
    nodeFlag: { hooked: true },
  });
  if (execution.kind === "parallelismReached") return { kind: "waiting" };
  const wrong = errorOf(execution);
  if (wrong !== undefined) return { kind: "wrong", message: wrong };
  return isFulfilled(execution.node.phase) ? { kind: "done", node: execution.node } : { kind: "waiting" };
}

/** `{{workflow.failures}}`: what failed, as JSON with Argo's field order; `null` when nothing did. */
function failuresJson(pass: Pass): string {
  const failed = [...pass.nodes.all()].filter(({ phase }) => isFailedOrError(phase));
  if (failed.length === 0) return "null";
  const texts = failed.map((node) => {
    const templateName = node.templateName ?? node.templateRef?.template ?? "";
    const fields = {
      displayName: node.displayName,
      message: node.message,
      templateName,
      phase: node.phase,
      podName: podNameOf(pass.workflow.name, node.name, templateName),
      finishedAt: node.finishedAt,
    };
    return `{${Object.entries(fields)
      .map(([name, value]) => `"${name}":${quoteJson(value ?? "")}`)
      .join(",")}}`;
  });
  return `[${texts.join(",")}]`;
}

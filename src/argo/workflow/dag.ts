// DAG templates: from the targets backwards, every task whose dependencies have ended.
import { definedFields } from "../../resources/defined-fields.ts";
import type { NodeOutputs, NodeStatus } from "../../resources/workflow.ts";
import { createExecutableNode } from "./create-node.ts";
import { assessDag } from "./dag-phase.ts";
import { DagRun } from "./dag-run.ts";
import { executeTask } from "./dag-task.ts";
import { runHooks } from "./hooks.ts";
import { onExitName } from "./names.ts";
import { isCompleted, isFulfilled } from "./node-tree.ts";
import { outboundNodesOf, setOutboundNodes } from "./outbound.ts";
import type { GroupExecution, Pass } from "./pass.ts";
import { Scope } from "./scope.ts";
import { messageOf } from "./step-error.ts";
import { collectOutputs, exportOutputs } from "./template-outputs.ts";

/** Goes as far as it can. Throws StepError or LanguageError when the template's outputs have no value. */
export function executeDag(pass: Pass, group: GroupExecution): NodeStatus {
  const known = pass.nodes.named(group.execution.nodeName);
  const node = known ?? createExecutableNode(pass, group, "DAG", "Running");
  const dag = new DagRun(pass, group, node);
  const targets = dag.targets();
  let areExitsDone = true;
  for (const target of targets) {
    executeTask(pass, dag, target);
    const wrong = runTargetHooks(pass, dag, target);
    if (wrong !== undefined) return pass.nodes.mark(node.id, "Error", wrong);
    areExitsDone &&= isExitDone(pass, dag, target);
  }
  const isStopping = pass.spec.shutdown !== undefined && areExitsDone && !group.execution.isOnExit;
  const phase = isStopping ? "Failed" : assessDag(pass, dag, targets);
  if (phase === "Running") return pass.nodes.expect(node.id);
  const outputs = phase === "Succeeded" ? outputsOf(pass, dag) : undefined;
  const ends = targets.flatMap((target) => outboundNodesOf(pass.nodes, pass.nodes.idOf(dag.nodeName(target))));
  pass.nodes.replace({ ...setOutboundNodes(pass.nodes, node.id, ends), ...definedFields({ outputs }) });
  return pass.nodes.mark(node.id, phase);
}

/** The message when a hook is wrong. */
function runTargetHooks(pass: Pass, dag: DagRun, target: string): string | undefined {
  const node = dag.taskNode(target);
  const task = dag.task(target);
  if (node === undefined || task.hooks === undefined) return undefined;
  try {
    const scope = dag.scopeOf(target);
    scope.setStatus(target, node.phase);
    runHooks(pass, task, node, dag.contextOf(scope));
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function isExitDone(pass: Pass, dag: DagRun, target: string): boolean {
  const node = dag.taskNode(target);
  if (node === undefined || !isCompleted(node.phase)) return true;
  const exit = pass.nodes.named(onExitName(node.name));
  return exit === undefined || isFulfilled(exit.phase);
}

function outputsOf(pass: Pass, dag: DagRun): NodeOutputs | undefined {
  const scope = new Scope("tasks", dag.group.template, pass.outputs);
  for (const task of dag.tasks) {
    const node = dag.taskNode(task.name);
    if (node === undefined) continue;
    dag.addToScope(scope, task, node);
    exportOutputs(pass, node.outputs);
  }
  return collectOutputs(pass, dag.group.template, scope);
}

// One task of a DAG: after its dependencies have ended, and only if they ended as it asks.
import type { DagTask, NodeStatus } from "../../resources/workflow.ts";
import { expandLoop, holds, isLoop, resolveCall } from "./call-resolution.ts";
import { evaluateDepends } from "./condition-expression.ts";
import { createSkippedNode, describeCall, type SkippedNode } from "./create-node.ts";
import { loopPhase } from "./dag-phase.ts";
import type { DagRun } from "./dag-run.ts";
import { dependsExpression, type TaskResults } from "./depends.ts";
import { runExitHook, runHooks } from "./hooks.ts";
import { isCompleted, isFulfilled } from "./node-tree.ts";
import { outboundNodesOf } from "./outbound.ts";
import type { Pass } from "./pass.ts";
import { areHooksFulfilled } from "./scope.ts";
import { messageOf } from "./step-error.ts";
import { MissingVariable } from "./substitution.ts";

/** Looks at the task, and before it at what it depends on; at most once in a pass. */
export function executeTask(pass: Pass, dag: DagRun, name: string): void {
  if (dag.visited.has(name)) return;
  dag.visited.add(name);
  const task = dag.task(name);
  const node = dag.taskNode(name);
  if (node !== undefined && node.phase !== "Pending" && !runTaskHooks(pass, dag, task, node)) return;
  if (node !== undefined && isFulfilled(node.phase)) {
    pass.locks.releaseNode(node.id);
    return;
  }
  const expanded = mayRun(pass, dag, name) ? expandTask(pass, dag, task) : undefined;
  if (expanded === undefined) return;
  const group = isLoop(task) ? openTaskGroup(pass, dag, task, expanded) : undefined;
  const nodes = startAll(pass, dag, task, { expanded, group });
  if (group !== undefined && nodes !== undefined) closeTaskGroup(pass, group, nodes);
}

/** The task with its tags replaced, once per item of its loop. Undefined: it waits, or was failed here. */
function expandTask(pass: Pass, dag: DagRun, task: DagTask): readonly DagTask[] | undefined {
  try {
    const scope = dag.scopeOf(task.name);
    const resolved = resolveCall(pass, task, scope);
    return isLoop(task) ? expandLoop(pass, resolved, scope) : [resolved];
  } catch (error) {
    if (error instanceof MissingVariable) pass.agenda.isRequeued = true;
    else fail(pass, dag, task, messageOf(error));
    return undefined;
  }
}

/** Hooks of a task that runs or has ended, and its exit handler. False while they are under way. */
function runTaskHooks(pass: Pass, dag: DagRun, task: DagTask, node: NodeStatus): boolean {
  if (task.hooks === undefined && task.onExit === undefined) return true;
  try {
    const scope = dag.scopeOf(task.name);
    scope.setStatus(task.name, node.phase);
    const context = dag.contextOf(scope);
    if (!runHooks(pass, task, node, context)) return false;
    // Children of a loop have their own exit handlers, run where the children are.
    if (isCompleted(node.phase)) runExitHook(pass, task, node, context);
    return true;
  } catch (error) {
    pass.nodes.mark(node.id, "Error", messageOf(error));
    return false;
  }
}

/** True when the dependencies have ended and ask for the task. Otherwise it waits, was omitted, or was failed here. */
function mayRun(pass: Pass, dag: DagRun, name: string): boolean {
  const { tasks, logic } = dag.dependenciesOf(name);
  if (logic === "") return true;
  for (const dependency of tasks.keys()) {
    executeTask(pass, dag, dependency);
  }
  if (dag.taskNode(name) !== undefined) return true;
  const results = new Map<string, TaskResults>();
  for (const dependency of tasks.keys()) {
    const node = dag.taskNode(dependency);
    if (node === undefined || !isFulfilled(node.phase) || !areHooksFulfilled(pass, node)) return false;
    results.set(dependency, resultsOf(pass, node));
  }
  const { expression, environment } = dependsExpression(logic, results);
  try {
    if (evaluateDepends(expression, environment, pass.sources)) return true;
  } catch (error) {
    fail(pass, dag, dag.task(name), `unable to evaluate expression '${expression}': ${messageOf(error)}`);
    return false;
  }
  skip(pass, dag, dag.task(name), { phase: "Omitted", message: "omitted: depends condition not met" });
  return false;
}

function resultsOf(pass: Pass, node: NodeStatus): TaskResults {
  if (node.type !== "TaskGroup") return { phase: node.phase };
  return { phase: node.phase, childPhases: pass.nodes.childNodesOf(node.id).map(({ phase }) => phase) };
}

interface Expansion {
  readonly expanded: readonly DagTask[];
  /** The node of the loop; undefined for a task without a loop. */
  readonly group: NodeStatus | undefined;
}

/** All nodes of the task, in the order of the items. Undefined when the pass shall go no further with it. */
function startAll(
  pass: Pass,
  dag: DagRun,
  task: DagTask,
  { expanded, group }: Expansion,
): readonly NodeStatus[] | undefined {
  const nodes: NodeStatus[] = [];
  for (const each of expanded) {
    const node = startOne(pass, dag, each, { task, group });
    if (node === undefined) return undefined;
    nodes.push(node);
  }
  return nodes;
}

function startOne(pass: Pass, dag: DagRun, each: DagTask, loop: Loop): NodeStatus | undefined {
  const name = dag.nodeName(each.name);
  const skipped = pass.nodes.named(name) === undefined ? beginTask(pass, dag, each, loop) : undefined;
  if (skipped !== undefined) return skipped;
  const execution = pass.execute({
    nodeName: name,
    call: { kind: "task", ...each },
    source: dag.group.source,
    arguments: each.arguments ?? {},
    boundary: { id: dag.node.id, template: dag.group.declared },
    isOnExit: dag.group.execution.isOnExit,
  });
  if (execution.kind === "error") {
    pass.nodes.mark(pass.nodes.idOf(name), "Error", `task '${name}' errored: ${execution.message}`);
  }
  if (execution.kind === "timeout" || execution.kind === "error") return undefined;
  const node = pass.nodes.named(name);
  return node !== undefined && isCompleted(node.phase) && !runExit(pass, dag, loop.task, node) ? undefined : node;
}

/**
 * The node of a task that does not run because of its `when`; undefined when it may run. The link to it is made even if
 * the node itself cannot be made yet: as in Argo a link to a node that does not exist keeps the DAG running.
 */
function beginTask(pass: Pass, dag: DagRun, each: DagTask, loop: Loop): NodeStatus | undefined {
  const { when = "" } = each;
  const name = dag.nodeName(each.name);
  connect(pass, dag, loop, pass.nodes.idOf(name));
  const context = { boundary: { id: dag.node.id, template: dag.group.declared }, source: dag.group.source };
  const skipWith = (phase: SkippedNode["phase"], message: string): NodeStatus =>
    createSkippedNode(pass, { name, call: loop.task, phase, message, context });
  try {
    return holds(when) ? undefined : skipWith("Skipped", `when '${when}' evaluated false`);
  } catch (error) {
    return skipWith("Error", messageOf(error));
  }
}

function runExit(pass: Pass, dag: DagRun, task: DagTask, node: NodeStatus): boolean {
  if (task.onExit === undefined && task.hooks?.["exit"] === undefined) return true;
  try {
    const scope = dag.scopeOf(task.name);
    scope.setStatus(task.name, node.phase);
    return runExitHook(pass, task, node, dag.contextOf(scope)).isDone;
  } catch (error) {
    messageOf(error);
    return false;
  }
}

interface Loop {
  readonly task: DagTask;
  readonly group: NodeStatus | undefined;
}

/** Children of a loop hang below its node; a root task below the DAG; others below the ends of each dependency. */
function connect(pass: Pass, dag: DagRun, { task, group }: Loop, nodeId: string): void {
  const dependencies = [...dag.dependenciesOf(task.name).tasks.keys()];
  if (group !== undefined || dependencies.length === 0) {
    pass.nodes.addChild(group?.id ?? dag.node.id, nodeId);
    return;
  }
  for (const dependency of dependencies) {
    for (const end of outboundNodesOf(pass.nodes, pass.nodes.idOf(dag.nodeName(dependency)))) {
      pass.nodes.addChild(end, nodeId);
    }
  }
}

/** The node that holds a loop's children. An empty list makes a skipped node instead. */
function openTaskGroup(pass: Pass, dag: DagRun, task: DagTask, expanded: readonly DagTask[]): NodeStatus | undefined {
  const name = dag.nodeName(task.name);
  const known = pass.nodes.named(name);
  if (known !== undefined) return known;
  if (expanded.length === 0) {
    skip(pass, dag, task, { phase: "Skipped", message: "Skipped, empty params" });
    return undefined;
  }
  const group = pass.nodes.create({
    name,
    type: "TaskGroup",
    phase: "Running",
    boundaryId: dag.node.id,
    ...describeCall({ kind: "task", ...task }, dag.group.source),
  });
  connect(pass, dag, { task, group: undefined }, group.id);
  return group;
}

function closeTaskGroup(pass: Pass, group: NodeStatus, children: readonly NodeStatus[]): void {
  if (children.every(({ phase }) => isFulfilled(phase))) pass.nodes.mark(group.id, loopPhase(children));
}

function fail(pass: Pass, dag: DagRun, task: DagTask, message: string): void {
  const known = dag.taskNode(task.name);
  if (known !== undefined) pass.nodes.mark(known.id, "Error", message);
  else skip(pass, dag, task, { phase: "Error", message });
}

function skip(pass: Pass, dag: DagRun, task: DagTask, how: Pick<SkippedNode, "phase" | "message">): void {
  const context = { boundary: { id: dag.node.id, template: dag.group.declared }, source: dag.group.source };
  const node = createSkippedNode(pass, { name: dag.nodeName(task.name), call: task, ...how, context });
  connect(pass, dag, { task, group: undefined }, node.id);
}

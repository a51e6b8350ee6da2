// What a DAG as a whole is, from the nodes that exist: running while any is under way, then what its targets are.
import type { NodePhase, NodeStatus } from "../../resources/workflow.ts";
import type { DagRun } from "./dag-run.ts";
import { isCompleted, isFailedOrError, isFulfilled } from "./node-tree.ts";
import type { Pass } from "./pass.ts";

type DagPhase = "Running" | "Succeeded" | "Failed" | "Error";

/**
 * An omitted target takes the phase of its branch: a failure among its ancestors makes it failed. `continueOn` of a target
 * forgives it. `failFast` matters only where a target has no node: with it a failed target ends the DAG without waiting.
 */
export function assessDag(pass: Pass, dag: DagRun, targets: readonly string[]): DagPhase {
  const phases = branchPhases(pass, dag);
  if (phases === undefined) return "Running";
  const failsFast = dag.group.template.dag?.failFast ?? true;
  let result: DagPhase = "Succeeded";
  for (const target of targets) {
    const phase = phases.get(pass.nodes.idOf(dag.nodeName(target)));
    if (phase === undefined) {
      result = "Running";
      if (!failsFast) break;
    } else if (isFailedOrError(phase) && !isForgiven(dag, target, phase)) {
      result = phase as DagPhase;
      if (failsFast) break;
    }
  }
  return result;
}

/** The phase of the branch that leads to each node; undefined while a node is under way or yet to be made. */
function branchPhases(pass: Pass, dag: DagRun): ReadonlyMap<string, NodePhase> | undefined {
  const phases = new Map<string, NodePhase>();
  const seen = new Set<string>();
  const queue: { id: string; inherited: NodePhase }[] = [];
  const enqueue = (ids: Iterable<string>, phase: NodePhase): void => {
    for (const id of ids) {
      const key = `${id} ${phase}`;
      if (!seen.has(key)) queue.push({ id, inherited: phase });
      seen.add(key);
    }
  };
  enqueue(pass.nodes.childrenOf(dag.node.id), "Succeeded");
  // The queue grows while it is walked.
  for (const { id, inherited } of queue) {
    const node = pass.nodes.get(id);
    if (node === undefined) return undefined;
    const phase = phaseOf(pass, node, inherited);
    if (phase === undefined) return undefined;
    if (!isFailedOrError(phases.get(id) ?? "Succeeded")) phases.set(id, phase);
    enqueue(node.type === "Retry" ? childrenOfRetry(pass, node) : pass.nodes.childrenOf(id), phase);
  }
  return phases;
}

/** Nodes that never ran pass on what they inherit. Undefined while the node is under way. */
function phaseOf(pass: Pass, node: NodeStatus, inherited: NodePhase): NodePhase | undefined {
  if (!isFulfilled(node.phase)) return completeGroup(pass, node);
  return isCompleted(node.phase) ? node.phase : inherited;
}

/**
 * A loop whose children have all ended, but that nobody visits any more because what follows has ended too, for example
 * after a retry. As in Argo it does not wait for the exit handlers of its children either.
 */
function completeGroup(pass: Pass, node: NodeStatus): NodePhase | undefined {
  const children = pass.nodes.childNodesOf(node.id);
  if (node.type !== "TaskGroup" || children.length === 0 || children.some(({ phase }) => !isFulfilled(phase))) {
    return undefined;
  }
  return pass.nodes.mark(node.id, loopPhase(children)).phase;
}

/** The last failed child in the order of the items gives the phase. */
export function loopPhase(children: readonly NodeStatus[]): NodePhase {
  return children.findLast((child) => isFailedOrError(child.phase))?.phase ?? "Succeeded";
}

/** Attempts stand for themselves in the Retry node; what follows hangs below the attempts, hooks beside them. */
function childrenOfRetry(pass: Pass, node: NodeStatus): readonly string[] {
  return pass.nodes
    .childNodesOf(node.id)
    .toReversed()
    .flatMap((child) => (child.nodeFlag?.hooked === true ? [child.id] : Array.from(pass.nodes.childrenOf(child.id))));
}

function isForgiven(dag: DagRun, target: string, phase: NodePhase): boolean {
  const { continueOn } = dag.task(target);
  return phase === "Failed" ? continueOn?.failed === true : continueOn?.error === true;
}

// Stop, Terminate and the workflow's deadline: pods that run are ended, and nodes without a pod are failed.
import type { NodeStatus } from "../../resources/workflow.ts";
import type { PodFact } from "./facts.ts";
import { isFulfilled } from "./node-tree.ts";
import { isShutDown, wakeAt, type Pass } from "./pass.ts";

const deadlineMessage = "Step exceeded its deadline";

export function applyExecutionControl(pass: Pass): void {
  const isLate = pass.deadline !== undefined && pass.now > pass.deadline;
  if (pass.deadline !== undefined && !isLate) wakeAt(pass, pass.deadline + 1);
  if (pass.spec.shutdown === undefined && !isLate) return;
  for (const pod of pass.facts.pods) endPod(pass, pod, isLate);
  for (const node of pass.nodes.all()) {
    const message = isFulfilled(node.phase) ? undefined : reasonToFail(pass, node, isLate);
    if (message !== undefined) pass.nodes.mark(node.id, "Failed", message);
  }
}

function endPod(pass: Pass, pod: PodFact, isLate: boolean): void {
  const node = pass.nodes.get(pod.nodeId);
  const isActive = pod.phase === "Pending" || pod.phase === "Running";
  const message = reasonToEnd(pass, pod.isOnExit, isLate);
  if (!isActive || node === undefined || isFulfilled(node.phase) || message === undefined) return;
  pass.agenda.actions.push({ kind: "deletePod", name: pod.name, uid: pod.uid });
  pass.nodes.mark(node.id, "Failed", message);
}

function reasonToEnd(pass: Pass, isOnExit: boolean, isLate: boolean): string | undefined {
  // Two spaces, as Argo writes it.
  if (isShutDown(pass, isOnExit)) return `workflow shutdown with strategy:  ${String(pass.spec.shutdown)}`;
  return isLate && !isOnExit ? deadlineMessage : undefined;
}

/** Why a node without a pod ends; undefined when it goes on. */
function reasonToFail(pass: Pass, node: NodeStatus, isLate: boolean): string | undefined {
  const isExit = isPartOfExitHandler(pass, node);
  const isSuspended = isActiveSuspend(node);
  const isResourceStep = isResource(pass, node);
  if (isShutDown(pass, isExit)) {
    if (isSuspended || isWaitingForLock(node) || isOver(pass, node)) {
      return `Stopped with strategy '${String(pass.spec.shutdown)}'`;
    }
    if (isResourceStep) return reasonToEnd(pass, isExit, isLate);
  }
  const isWaiting = node.phase === "Pending" || isSuspended || isResourceStep;
  return isLate && !isExit && isWaiting ? deadlineMessage : undefined;
}

function isActiveSuspend({ type, phase }: NodeStatus): boolean {
  return type === "Suspend" && phase === "Running";
}

function isWaitingForLock({ phase, synchronizationStatus }: NodeStatus): boolean {
  return phase === "Pending" && synchronizationStatus?.waiting !== undefined;
}

/** A Retry node whose attempts have all ended. */
function isOver(pass: Pass, node: NodeStatus): boolean {
  return node.type === "Retry" && areAllFulfilled(pass, node);
}

/** A resource template under way: a pod for Argo, but there is none here. Its object stays. */
function isResource(pass: Pass, node: NodeStatus): boolean {
  return node.type === "Pod" && node.phase === "Running" && pass.facts.podOf(node.id) === undefined;
}

function isPartOfExitHandler(pass: Pass, node: NodeStatus): boolean {
  let current: NodeStatus | undefined = node;
  while (current !== undefined && !current.name.endsWith(".onExit")) {
    current = current.boundaryID === undefined ? undefined : pass.nodes.get(current.boundaryID);
  }
  return current !== undefined;
}

/** Without children the node itself counts, so a Retry node without attempts is not over. */
function areAllFulfilled(pass: Pass, node: NodeStatus): boolean {
  const children = pass.nodes.childNodesOf(node.id);
  return children.length === 0 ? isFulfilled(node.phase) : children.every((child) => areAllFulfilled(pass, child));
}

// Whether one more node may start: `parallelism` of the workflow and of steps and DAG templates, and template `failFast`.
import type { NodeStatus, Template } from "../../resources/workflow.ts";
import { isFulfilled } from "./node-tree.ts";
import type { Boundary, Pass } from "./pass.ts";

const failFastMessage = "template has failed or errored children and failFast enabled";

/**
 * False: not now. With failFast and a failed child nothing new starts, and when nothing is under way any more the whole
 * template is marked as failed here.
 */
export function mayStart(
  pass: Pass,
  template: Template,
  node: NodeStatus | undefined,
  boundary: Boundary | undefined,
): boolean {
  const { parallelism } = pass.spec;
  if (parallelism !== undefined && pass.agenda.activePodCount >= parallelism) return false;
  if (node !== undefined && !mayGoOn(pass, template, node)) return false;
  const isNew = node === undefined || isFulfilled(node.phase);
  return boundary === undefined || !isNew || mayJoin(pass, boundary);
}

/** A steps or DAG template that is under way. */
function mayGoOn(pass: Pass, template: Template, node: NodeStatus): boolean {
  if (template.dag === undefined && template.steps === undefined) return true;
  if (failsFast(pass, template, node.id)) return false;
  return template.parallelism === undefined || activePodsIn(pass, node.id) < template.parallelism;
}

/** One more child of a steps or DAG template. */
function mayJoin(pass: Pass, { id, template }: Boundary): boolean {
  if (failsFast(pass, template, id)) return false;
  return template.parallelism === undefined || pass.nodes.countsOf(id).active < template.parallelism;
}

/** Pods that exist or are being created; those that wait for a lock do not count. */
export function countActivePods(pass: Pass): number {
  return [...pass.nodes.all()].filter((node) => isActivePod(pass, node)).length;
}

function activePodsIn(pass: Pass, boundaryId: string): number {
  return pass.nodes.inBoundary(boundaryId).filter((node) => isActivePod(pass, node)).length;
}

function isActivePod(pass: Pass, node: NodeStatus): boolean {
  const isUnderWay = node.type === "Pod" && !isFulfilled(node.phase);
  return isUnderWay && node.synchronizationStatus?.waiting === undefined && hasStarted(pass, node);
}

/** A resource template counts from the moment its action was taken. */
function hasStarted(pass: Pass, node: NodeStatus): boolean {
  return pass.facts.podOf(node.id) !== undefined || pass.agenda.startedNodes.has(node.id) || node.phase === "Running";
}

function failsFast(pass: Pass, template: Template, nodeId: string): boolean {
  if (template.failFast !== true || pass.nodes.countsOf(nodeId).unsuccessful === 0) return false;
  if (activePodsIn(pass, nodeId) === 0) {
    const lastGroup = lastStepGroup(pass, nodeId);
    if (lastGroup !== undefined) pass.nodes.mark(lastGroup.id, "Failed", failFastMessage);
    pass.nodes.mark(nodeId, "Failed", failFastMessage);
  }
  return true;
}

/** Undefined for a DAG. */
function lastStepGroup(pass: Pass, nodeId: string): NodeStatus | undefined {
  return pass.nodes.inBoundary(nodeId).findLast(({ type }) => type === "StepGroup");
}

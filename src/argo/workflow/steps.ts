// Steps templates: groups one after the other, the steps of a group side by side.
import type { NodeStatus, WorkflowStep } from "../../resources/workflow.ts";
import { createExecutableNode } from "./create-node.ts";
import { isFailedOrError, isFulfilled } from "./node-tree.ts";
import { outboundNodesOf, setOutboundNodes } from "./outbound.ts";
import type { GroupExecution, Pass } from "./pass.ts";
import { Scope } from "./scope.ts";
import { executeStepGroup } from "./step-group.ts";
import { templateScopeOf } from "./template-lookup.ts";
import { collectOutputs, exportOutputs } from "./template-outputs.ts";

interface StepsRun {
  readonly group: GroupExecution;
  readonly node: NodeStatus;
  readonly scope: Scope;
}

/** Goes as far as it can. Throws StepError or LanguageError when the template's outputs have no value. */
export function executeSteps(pass: Pass, group: GroupExecution): NodeStatus {
  const { nodeName } = group.execution;
  const node = pass.nodes.named(nodeName) ?? createExecutableNode(pass, group, "Steps", "Running");
  const { steps: groups = [] } = group.template;
  const run: StepsRun = { group, node, scope: new Scope("steps", group.template, pass.outputs) };
  for (const [index, steps] of groups.entries()) {
    const groupNode = openGroup(pass, run, index);
    const boundary = { id: node.id, template: group.declared };
    const { source, execution } = group;
    const result = executeStepGroup(pass, {
      node: groupNode,
      steps,
      context: { scope: run.scope, boundary, source },
      isOnExit: execution.isOnExit,
    });
    if (!isFulfilled(result.phase)) return pass.nodes.expect(node.id);
    if (isFailedOrError(result.phase)) {
      closeAt(pass, run, index);
      return pass.nodes.mark(node.id, "Failed", result.message);
    }
    addGroupToScope(pass, run, steps, result);
  }
  closeAt(pass, run, groups.length - 1);
  return succeed(pass, run);
}

function succeed(pass: Pass, { group, node, scope }: StepsRun): NodeStatus {
  const outputs = collectOutputs(pass, group.template, scope);
  if (outputs !== undefined) {
    pass.nodes.replace({ ...pass.nodes.expect(node.id), outputs });
    exportOutputs(pass, outputs);
  }
  return pass.nodes.mark(node.id, "Succeeded");
}

/** The group's node, hung below the steps node or below the ends of the group before it. */
function openGroup(pass: Pass, { group, node }: StepsRun, index: number): NodeStatus {
  const { nodes } = pass;
  const name = `${node.name}[${index}]`;
  const known = nodes.named(name);
  const groupNode =
    known ??
    nodes.create({
      name,
      type: "StepGroup",
      phase: "Running",
      boundaryId: node.id,
      templateScope: templateScopeOf(group.source),
    });
  const previous = index === 0 ? undefined : nodes.idOf(`${node.name}[${index - 1}]`);
  if (previous === undefined) {
    nodes.addChild(node.id, groupNode.id);
  } else if (known === undefined || !isFulfilled(known.phase)) {
    const children = [...nodes.childrenOf(previous)];
    const ends = children.length === 0 ? [previous] : children.flatMap((child) => outboundNodesOf(nodes, child));
    for (const end of ends) {
      nodes.addChild(end, groupNode.id);
    }
  }
  return groupNode;
}

/** The steps node ends where its last group ends. */
function closeAt(pass: Pass, { node }: StepsRun, index: number): void {
  if (index < 0) return;
  const children = [...pass.nodes.childrenOf(pass.nodes.idOf(`${node.name}[${index}]`))];
  setOutboundNodes(
    pass.nodes,
    node.id,
    children.flatMap((child) => outboundNodesOf(pass.nodes, child)),
  );
}

function addGroupToScope(
  pass: Pass,
  { group, scope }: StepsRun,
  steps: readonly WorkflowStep[],
  groupNode: NodeStatus,
): void {
  for (const step of steps) {
    const child = pass.nodes.named(`${groupNode.name}.${step.name}`);
    if (child === undefined) {
      const prefix = `${groupNode.name}.${step.name}(`;
      const loopNodes = pass.nodes
        .childNodesOf(groupNode.id)
        .filter(({ name, type }) => type !== "Skipped" && name.startsWith(prefix));
      scope.addAggregate(step.name, loopNodes);
      scope.addNode(pass, step.name, groupNode);
    } else {
      scope.addNode(pass, step.name, child);
      scope.addSkipped(pass, child, { kind: "step", ...step }, group.source);
    }
  }
}

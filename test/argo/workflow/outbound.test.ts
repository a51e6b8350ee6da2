// Where a node ends, as Argo finds it: a pod at itself, a group at the ends of what is in it.
import { expect, it } from "vitest";

import { NodeTree } from "../../../src/argo/workflow/node-tree.ts";
import { outboundNodesOf, setOutboundNodes } from "../../../src/argo/workflow/outbound.ts";
import type { NodeStatus, NodeType } from "../../../src/resources/workflow.ts";

function node(id: string, type: NodeType, more: Partial<NodeStatus> = {}): NodeStatus {
  return { id, name: id, displayName: id, type, phase: "Running", startedAt: "", ...more };
}

function tree(...nodes: readonly NodeStatus[]): NodeTree {
  return new NodeTree("wf", Object.fromEntries(nodes.map((each) => [each.id, each])), 0);
}

const pods = [node("a", "Pod"), node("b", "Pod"), node("skipped", "Skipped"), node("wait", "Suspend")];

it.each<readonly [string, NodeStatus, readonly string[]]>([
  ["a pod", node("x", "Pod", { children: ["a"] }), ["x"]],
  ["a loop without items", node("x", "TaskGroup"), ["x"]],
  ["a loop", node("x", "TaskGroup", { children: ["a", "skipped", "wait"] }), ["a", "skipped", "wait"]],
  ["attempts of which none was made", node("x", "Retry"), []],
  ["attempts", node("x", "Retry", { children: ["a", "b"] }), ["b"]],
  ["steps that have not ended", node("x", "Steps"), []],
  ["steps", node("x", "Steps", { children: ["a"], outboundNodes: ["b"] }), ["b"]],
  ["a loop whose child is not known", node("x", "TaskGroup", { children: ["gone"] }), []],
])("%s", (_title, given, ends) => {
  expect(outboundNodesOf(tree(...pods, given), "x")).toEqual(ends);
});

it("only nodes that exist can be changed, and unknown ones have nobody below them", () => {
  const nodes = tree(node("x", "Steps", { children: ["gone"] }), node("y", "Pod", { boundaryID: "x" }));

  expect(nodes.childNodesOf("x")).toEqual([]);
  expect(nodes.inBoundary("x").map(({ id }) => id)).toEqual(["y"]);
  expect(nodes.inBoundary("y")).toEqual([]);
  expect(setOutboundNodes(nodes, "x", ["y"]).outboundNodes).toEqual(["y"]);
  expect(() => setOutboundNodes(nodes, "gone", [])).toThrow("node gone does not exist");
  expect(() => nodes.mark("gone", "Error")).toThrow("node gone does not exist");
});

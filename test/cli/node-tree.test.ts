import { expect, it } from "vitest";
import { nodeTreeLines, TREE_LINES_MAX } from "../../src/cli/node-tree.ts";
import type { NodePhase, NodeStatus, NodeType, Workflow } from "../../src/resources/workflow.ts";

const NOW = Date.parse("2026-01-01T00:10:00Z");

function node(name: string, type: NodeType, phase: NodePhase, more: Partial<NodeStatus> = {}): NodeStatus {
  return {
    id: name,
    name,
    displayName: name,
    type,
    phase,
    startedAt: "2026-01-01T00:00:00Z",
    boundaryID: "wf",
    ...more,
  };
}

function linesOf(nodes: readonly NodeStatus[]): readonly string[] {
  const workflow: Workflow = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "wf", namespace: "default" },
    spec: {},
    status: { nodes: Object.fromEntries(nodes.map((each) => [each.id, each])) },
  };
  return nodeTreeLines(workflow, { now: NOW, paint: (_colour, text) => text });
}

it("puts steps below what they run in, attempts and loop items below their wrapper, and hides groups of steps", () => {
  const lines = linesOf([
    node("wf", "DAG", "Running"),
    node("wf.a", "Retry", "Succeeded", { displayName: "a", finishedAt: "2026-01-01T00:01:00Z" }),
    node("wf.a(0)", "Pod", "Error", {
      displayName: "a(0)",
      message: "pod deleted",
      finishedAt: "2026-01-01T00:00:30Z",
    }),
    node("wf.a(1)", "Pod", "Succeeded", { displayName: "a(1)", finishedAt: "2026-01-01T00:01:00Z" }),
    node("wf.b", "Steps", "Running", { displayName: "b" }),
    node("wf.b[0]", "StepGroup", "Running", { displayName: "[0]", boundaryID: "wf.b" }),
    node("wf.b[0].x", "Pod", "Pending", {
      displayName: "x",
      boundaryID: "wf.b",
      synchronizationStatus: { waiting: "default/ConfigMap/limits/global" },
    }),
    node("wf.c", "Skipped", "Omitted", { displayName: "c", message: "omitted: depends condition not met" }),
  ]);

  expect(lines).toEqual([
    "● wf  10m",
    "├─ ✔ a  60s",
    "│  ├─ ⚠ a(0)  30s  pod deleted",
    "│  └─ ✔ a(1)  60s",
    "├─ ● b  10m",
    "│  └─ ◷ x  waits for default/ConfigMap/limits/global",
    "└─ ○ c  omitted: depends condition not met",
  ]);
});

it("shows what only wraps one other as one line, with the words of the innermost", () => {
  const lines = linesOf([
    node("wf", "DAG", "Running"),
    node("wf.author", "Steps", "Failed", { displayName: "author" }),
    node("wf.author[0]", "StepGroup", "Failed", { displayName: "[0]", boundaryID: "wf.author" }),
    node("wf.author[0].owner", "Steps", "Failed", { displayName: "owner", boundaryID: "wf.author" }),
    node("wf.author[0].owner[0]", "StepGroup", "Failed", { displayName: "[0]", boundaryID: "wf.author[0].owner" }),
    node("wf.author[0].owner[0].run", "Retry", "Failed", { displayName: "run", boundaryID: "wf.author[0].owner" }),
    node("wf.author[0].owner[0].run(0)", "Pod", "Failed", {
      displayName: "run(0)",
      boundaryID: "wf.author[0].owner",
      message: "a gate failed",
    }),
    node("wf.tests", "Retry", "Running", { displayName: "tests" }),
    node("wf.tests(0)", "Pod", "Error", { displayName: "tests(0)", message: "pod deleted" }),
    node("wf.tests(1)", "Pod", "Running", { displayName: "tests(1)" }),
  ]);

  expect(lines).toEqual([
    "● wf  10m",
    "├─ ✖ author  10m  a gate failed",
    "└─ ● tests  10m",
    "   ├─ ⚠ tests(0)  10m  pod deleted",
    "   └─ ● tests(1)  10m",
  ]);
});

it("cuts a tree that nobody would read, and says so", () => {
  const items = Array.from({ length: 2 * TREE_LINES_MAX }, (_, index) => node(`wf.${index}`, "Pod", "Succeeded"));

  const lines = linesOf([node("wf", "DAG", "Running"), ...items]);

  expect(lines).toHaveLength(TREE_LINES_MAX + 1);
  expect(lines.at(-1)).toBe("… and up to 501 more nodes");
});

it("shows the exit handler beside the workflow, as what belongs to no step", () => {
  const exit = { displayName: "wf.onExit", boundaryID: "", finishedAt: "2026-01-01T00:00:02Z" };
  const lines = linesOf([
    node("wf", "DAG", "Succeeded", { finishedAt: "2026-01-01T00:01:00Z" }),
    node("wf.a", "Pod", "Succeeded", { displayName: "a", finishedAt: "2026-01-01T00:01:00Z" }),
    node("wf.onExit", "Pod", "Succeeded", exit),
  ]);

  expect(lines).toEqual(["✔ wf  60s", "└─ ✔ a  60s", "✔ wf.onExit  2s"]);
});

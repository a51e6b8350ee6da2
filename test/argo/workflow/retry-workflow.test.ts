import { describe, expect, it } from "vitest";
import { nodeIdOf, podNameOf } from "../../../src/argo/workflow/names.ts";
import { retryWorkflow, type RetryDecision } from "../../../src/argo/workflow/retry-workflow.ts";
import type { NodeStatus, Workflow, WorkflowPhase } from "../../../src/resources/workflow.ts";

const NOW = "2026-05-01T12:00:00Z";

type NodeParts = Partial<NodeStatus> & Pick<NodeStatus, "type" | "phase"> & { readonly next?: readonly string[] };

function nodeOf(path: string, { next = [], boundaryID, ...node }: NodeParts): NodeStatus {
  const name = `wf${path}`;
  return {
    id: nodeIdOf("wf", name),
    name,
    displayName: name.slice(3),
    templateName: "work",
    startedAt: "2026-05-01T10:00:00Z",
    finishedAt: "2026-05-01T10:01:00Z",
    children: next.map((child) => nodeIdOf("wf", `wf${child}`)),
    ...(path === "" ? {} : { boundaryID: nodeIdOf("wf", `wf${boundaryID ?? ""}`) }),
    ...node,
  };
}

/** Nodes by their name below the workflow "wf"; `next` names children. */
function workflow(parts: Readonly<Record<string, NodeParts>>, phase: WorkflowPhase = "Failed"): Workflow {
  const nodes = Object.entries(parts).map(([path, part]) => nodeOf(path, part));
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "wf", namespace: "default", labels: { "workflows.argoproj.io/completed": "true", mine: "yes" } },
    spec: { entrypoint: "main", shutdown: "Stop" },
    status: {
      phase,
      message: "child failed",
      startedAt: "2026-05-01T10:00:00Z",
      finishedAt: "2026-05-01T10:05:00Z",
      synchronization: {},
      conditions: [{ type: "Completed", status: "True" }],
      nodes: Object.fromEntries(nodes.map((node) => [node.id, node])),
    },
  };
}

function retried(decision: RetryDecision): Readonly<Record<string, string>> {
  if (decision.kind === "refused") throw new Error(decision.reason);
  const nodes = Object.values(decision.workflow.status?.nodes ?? {});
  return Object.fromEntries(nodes.map((node) => [node.name, node.phase]));
}

const DIAMOND = {
  "": { type: "DAG", phase: "Failed", message: "failed", next: [".a"] },
  ".a": { type: "Pod", phase: "Succeeded", next: [".b", ".c"] },
  ".b": { type: "Pod", phase: "Failed", message: "exit 1", next: [".d"] },
  ".c": { type: "Pod", phase: "Succeeded", next: [".d"] },
  ".d": { type: "Skipped", phase: "Omitted" },
  ".onExit": { type: "Pod", phase: "Succeeded" },
} as const satisfies Readonly<Record<string, NodeParts>>;

describe("a failed workflow that is retried", () => {
  it("forgets the failed step, what came after it and the exit handler, and keeps what succeeded", () => {
    const decision = retryWorkflow(workflow(DIAMOND), { now: NOW });

    expect(retried(decision)).toEqual({ wf: "Running", "wf.a": "Succeeded", "wf.c": "Succeeded" });
    expect(decision).toMatchObject({
      restarted: ["b"],
      pods: [podNameOf("wf", "wf.b", "work"), podNameOf("wf", "wf.onExit", "work")],
    });
  });

  it("is made as if it had never ended", () => {
    const decision = retryWorkflow(workflow(DIAMOND), { now: NOW });

    if (decision.kind === "refused") throw new Error(decision.reason);
    const { metadata, spec, status } = decision.workflow;
    expect(metadata.labels).toEqual({ mine: "yes" });
    expect(spec).toEqual({ entrypoint: "main" });
    expect(Object.keys(status ?? {}).toSorted()).toEqual(["conditions", "nodes", "startedAt"]);
    expect(status?.startedAt).toBe(NOW);
    expect(status?.conditions).toEqual([{ type: "Completed", status: "False" }]);
    expect(status?.nodes?.["wf"]).toMatchObject({ startedAt: NOW, phase: "Running" });
    expect(status?.nodes?.["wf"]).not.toHaveProperty("message");
    expect(status?.nodes?.["wf"]).not.toHaveProperty("finishedAt");
  });

  it("names no forgotten node as a child any more", () => {
    const decision = retryWorkflow(workflow(DIAMOND), { now: NOW });

    if (decision.kind === "refused") throw new Error(decision.reason);
    const nodes = decision.workflow.status?.nodes ?? {};
    const named = Object.values(nodes).flatMap((node) => [node.children ?? [], node.outboundNodes ?? []].flat());
    expect(named.filter((id) => nodes[id] === undefined)).toEqual([]);
  });

  it("lets a retried step begin with its first attempt again", () => {
    const given = workflow({
      "": { type: "DAG", phase: "Failed", next: [".a"] },
      ".a": { type: "Retry", phase: "Failed", next: [".a(0)", ".a(1)", ".a.onExit"] },
      ".a.onExit": { type: "Pod", phase: "Succeeded", nodeFlag: { hooked: true } },
      ".a(0)": { type: "Pod", phase: "Failed", nodeFlag: { retried: true } },
      ".a(1)": { type: "Pod", phase: "Error", nodeFlag: { retried: true } },
    });

    expect(retried(retryWorkflow(given, { now: NOW }))).toEqual({ wf: "Running", "wf.a": "Running" });
  });

  it("leaves an attempt alone that a later one made good", () => {
    const given = workflow({
      "": { type: "DAG", phase: "Failed", next: [".a"] },
      ".a": { type: "Retry", phase: "Succeeded", next: [".a(0)", ".a(1)"] },
      ".a(0)": { type: "Pod", phase: "Failed", nodeFlag: { retried: true } },
      ".a(1)": { type: "Pod", phase: "Succeeded", nodeFlag: { retried: true }, next: [".b"] },
      ".b": { type: "Pod", phase: "Failed" },
    });

    expect(retried(retryWorkflow(given, { now: NOW }))).toEqual({
      wf: "Running",
      "wf.a": "Succeeded",
      "wf.a(0)": "Failed",
      "wf.a(1)": "Succeeded",
    });
  });

  it("runs nested steps again with what contains them, and forgets what the container kept from starting", () => {
    const given = workflow({
      "": { type: "DAG", phase: "Failed", next: [".stage"] },
      ".stage": { type: "Steps", phase: "Failed", next: [".stage[0]", ".after"] },
      ".stage[0]": { type: "StepGroup", phase: "Failed", boundaryID: ".stage", next: [".stage[0].run"] },
      ".stage[0].run": { type: "Pod", phase: "Failed", boundaryID: ".stage" },
      ".stage.onExit": { type: "Pod", phase: "Succeeded" },
      ".after": { type: "Skipped", phase: "Omitted" },
    });

    expect(retried(retryWorkflow(given, { now: NOW }))).toEqual({
      wf: "Running",
      "wf.stage": "Running",
      "wf.stage[0]": "Running",
    });
  });

  it("runs again only the loop item that failed", () => {
    const given = workflow({
      "": { type: "DAG", phase: "Failed", next: [".loop"] },
      ".loop": { type: "TaskGroup", phase: "Failed", next: [".loop(0:a)", ".loop(1:b (c))"] },
      ".loop(0:a)": { type: "Pod", phase: "Succeeded" },
      ".loop(1:b (c))": { type: "Pod", phase: "Failed" },
    });

    expect(retried(retryWorkflow(given, { now: NOW }))).toEqual({
      wf: "Running",
      "wf.loop": "Running",
      "wf.loop(0:a)": "Succeeded",
    });
  });

  it("of a retried group of steps only runs the last attempt again", () => {
    const given = workflow({
      "": { type: "Retry", phase: "Failed", next: ["(0)", "(1)", ".hooks.running"] },
      ".hooks.running": { type: "Pod", phase: "Succeeded", nodeFlag: { hooked: true } },
      "(0)": { type: "Steps", phase: "Failed", boundaryID: "", nodeFlag: { retried: true }, next: ["(0)[0].x"] },
      "(0)[0].x": { type: "Pod", phase: "Failed", boundaryID: "(0)" },
      "(1)": { type: "Steps", phase: "Failed", boundaryID: "", nodeFlag: { retried: true }, next: ["(1)[0].x"] },
      "(1)[0].x": { type: "Pod", phase: "Failed", boundaryID: "(1)" },
    });

    expect(retried(retryWorkflow(given, { now: NOW }))).toEqual({
      wf: "Running",
      "wf(0)": "Failed",
      "wf(0)[0].x": "Failed",
      "wf(1)": "Running",
    });
  });

  it("runs a chosen step again although it succeeded, and all that came after it", () => {
    const decision = retryWorkflow(workflow(DIAMOND, "Succeeded"), {
      now: NOW,
      alsoRestart: (node) => node.displayName === "c",
    });

    expect(retried(decision)).toEqual({ wf: "Running", "wf.a": "Succeeded" });
  });
});

describe("what a retry finds beside failed steps", () => {
  it("stays: other conditions, ends that were kept, and children that never came to be", () => {
    const given = workflow({
      "": { type: "DAG", phase: "Failed", next: [".a", ".never"] },
      ".a": { type: "Steps", phase: "Succeeded", next: [".b"], outboundNodes: [nodeIdOf("wf", "wf.b"), "wf-1"] },
      ".b": { type: "Pod", phase: "Failed" },
    });
    const { children: _, ...bare } = nodeOf(".b", { type: "Pod", phase: "Failed" });
    const conditions = [{ type: "PodRunning", status: "False" }] as const;
    const nodes = { ...given.status?.nodes, [bare.id]: bare };
    const { labels: __, ...metadata } = given.metadata;

    const decision = retryWorkflow(
      { ...given, metadata, status: { ...given.status, conditions, nodes } },
      { now: NOW },
    );

    if (decision.kind === "refused") throw new Error(decision.reason);
    const { status } = decision.workflow;
    expect(decision.workflow.metadata.labels).toEqual({});
    expect(status?.conditions).toEqual(conditions);
    expect(status?.nodes?.[nodeIdOf("wf", "wf.a")]?.outboundNodes).toEqual(["wf-1"]);
    expect(status?.nodes?.["wf"]?.children).toEqual([nodeIdOf("wf", "wf.a"), nodeIdOf("wf", "wf.never")]);
  });

  it("goes with the pod of a template that stood in its step", () => {
    const given = workflow({
      "": { type: "DAG", phase: "Failed", next: [".a"] },
      ".a": { type: "Pod", phase: "Failed" },
    });
    const { templateName: _, ...inline } = nodeOf(".a", { type: "Pod", phase: "Failed" });

    const decision = retryWorkflow(
      { ...given, status: { ...given.status, nodes: { ...given.status?.nodes, [inline.id]: inline } } },
      { now: NOW },
    );

    expect(decision).toMatchObject({ pods: [podNameOf("wf", "wf.a", "")] });
  });
});

describe("a workflow that cannot be retried", () => {
  it("has not begun, or ended before its first step", () => {
    const { status: _, ...fresh } = workflow({});

    expect(retryWorkflow(fresh, { now: NOW })).toMatchObject({ reason: expect.stringContaining("wf is Pending") });
    expect(retryWorkflow({ ...fresh, status: { phase: "Failed" } }, { now: NOW })).toEqual({
      kind: "refused",
      reason: "workflow wf has no failed step that could run again",
    });
  });

  it.each(["Running", "Pending", "Succeeded"] as const)("is %s", (phase) => {
    const decision = retryWorkflow(workflow(DIAMOND, phase), { now: NOW });

    expect(decision).toEqual({
      kind: "refused",
      reason: `workflow wf is ${phase}; only one that failed can be retried`,
    });
  });

  it("has no step that could run again", () => {
    const given = workflow({
      "": { type: "DAG", phase: "Error", next: [".a"] },
      ".a": { type: "Skipped", phase: "Error" },
    });

    expect(retryWorkflow(given, { now: NOW })).toEqual({
      kind: "refused",
      reason: "workflow wf has no failed step that could run again (it ended with: child failed)",
    });
  });
});

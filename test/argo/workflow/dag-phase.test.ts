// When a DAG has ended, and as what.
import { describe, expect, it } from "vitest";
import type { NodePhase } from "../../../src/resources/workflow.ts";
import { PureWorkflow } from "../../support/pure-workflow.ts";

function dag(tasks: string, { more = "", ofTemplate = "" } = {}): PureWorkflow {
  return new PureWorkflow(`
entrypoint: main
templates:
- name: main
  ${ofTemplate}
  dag: { ${more} tasks: ${tasks} }
- name: leaf
  outputs: { parameters: [{ name: out, valueFrom: { path: /out } }] }
  container: { image: x, command: [run] }
- { name: plain, container: { image: x, command: [run] } }
- name: tried
  retryStrategy: { limit: 1 }
  container: { image: x, command: [run] }
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x, command: [say, "{{inputs.parameters.text}}"] }
- { name: broken, steps: [[{ name: needs, template: needs }]] }
- name: needs
  inputs: { parameters: [{ name: p, valueFrom: { configMapKeyRef: { name: absent, key: k } } }] }
  container: { image: x, command: [run] }
`).settle();
}

/** Writes another phase into the record, as if the node had never ended. */
function reopen(run: PureWorkflow, displayName: string, phase: NodePhase): void {
  const node = run.node(displayName);
  const { status } = run.workflow;
  if (node === undefined || status === undefined) throw new Error(`there is no node ${displayName}`);
  const { finishedAt: _, ...rest } = node;
  run.workflow = { ...run.workflow, status: { ...status, nodes: { ...status.nodes, [node.id]: { ...rest, phase } } } };
}

describe("a DAG one of whose targets waits for an output that is not there", () => {
  const argument = "arguments: { parameters: [{ name: text, value: '{{tasks.a.outputs.parameters.out}}' }] }";
  const tasks = `[{ name: a, template: leaf }, { name: b, template: say, depends: a.Failed, ${argument} }, { name: c, template: leaf }]`;

  it("ends with another target's failure", () => {
    const run = dag(tasks).end("a", { exitCode: 1 });
    expect(run.node("b")).toBeUndefined();
    expect(run.phases["wf"]).toBe("Running");

    run.end("c", { exitCode: 1 });

    expect(run.phases["wf"]).toBe("Failed");
  });

  it("goes on looking for it when it does not fail fast", () => {
    const run = dag(tasks, { more: "failFast: false," }).end("a", { exitCode: 1 }).end("c", { exitCode: 1 });

    expect(run.phases["wf"]).toBe("Running");
    expect(run.checkAgainAt).toBeGreaterThan(run.now);
  });
});

it("a template that fails fast ends its DAG before a task whose turn would have come", () => {
  const run = dag("[{ name: a, template: broken }, { name: b, template: leaf, depends: a.Failed }]", {
    ofTemplate: "failFast: true",
  });

  expect(run.node("wf")).toMatchObject({
    phase: "Failed",
    message: "template has failed or errored children and failFast enabled",
  });
  expect(run.node("b")).toBeUndefined();
});

it.each([
  ["a", 0, "Succeeded"],
  ["a.Failed", 1, "Failed"],
])(
  "a loop that was opened again, though what follows it (%s) has ended, ends as its children did",
  (depends, exitCode, phase) => {
    const run = dag(
      `[{ name: a, template: plain, withItems: [x, y] }, { name: b, template: plain, depends: ${depends} }]`,
    );
    run.end("a(0:x)", { exitCode }).end("a(1:y)");
    reopen(run, "a", "Running");

    run.end("b");

    expect(run.phases).toMatchObject({ a: phase, b: "Succeeded", wf: "Succeeded" });
  },
);

it("a DAG goes on while the exit handler of a task that was tried again is under way", () => {
  const run = dag("[{ name: a, template: tried, hooks: { exit: { template: plain } } }]");
  run.end("a(0)", { exitCode: 1 }).wait(1000).end("a(1)");
  expect(run.running).toEqual(["a.onExit"]);
  expect(run.phases).toMatchObject({ a: "Succeeded", wf: "Running" });

  run.end("a.onExit");

  expect(run.phases["wf"]).toBe("Succeeded");
});

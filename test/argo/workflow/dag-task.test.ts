// One task of a DAG: what keeps it from running, and what goes wrong while it does.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

const templates = `
- { name: leaf, container: { image: x, command: [run] } }
- name: alone
  timeout: 5s
  synchronization: { mutexes: [{ name: one }] }
  container: { image: x, command: [run] }
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x, command: [say, "{{inputs.parameters.text}}"] }
- name: needs
  inputs: { parameters: [{ name: p, valueFrom: { configMapKeyRef: { name: absent, key: k } } }] }
  container: { image: x, command: [run] }`;

function dag(tasks: string): PureWorkflow {
  return new PureWorkflow(`
entrypoint: main
templates:
- { name: main, dag: { tasks: ${tasks} } }${templates}
`).settle();
}

function text(value: string): string {
  return `arguments: { parameters: [{ name: text, value: "${value}" }] }`;
}

describe("a task", () => {
  it("is an error when it cannot be given its inputs", () => {
    const run = dag("[{ name: a, template: needs }]");

    expect(run.node("a")?.phase).toBe("Error");
    expect(run.node("a")?.message).toMatch(
      /^task 'wf.a' errored: unable to retrieve inputs.parameters.p from ConfigMap/,
    );
    expect(run.phase).toBe("Error");
  });

  it("fails when it has waited for its lock longer than its timeout", () => {
    const run = dag("[{ name: a, template: alone }, { name: b, template: alone }]");
    expect(run.running).toEqual(["a"]);

    run.wait(6000);

    expect(run.node("b")).toMatchObject({ phase: "Failed", message: "timeout" });
  });

  it("becomes an error when what it loops over is no list any more", () => {
    const list = "{{=asFloat(workflow.duration) < 60 ? '[1]' : 'late'}}";
    const run = dag(`[{ name: a, template: say, withParam: "${list}", ${text("{{item}}")} }]`);
    expect(run.running).toEqual(["a(0:1)"]);

    run.wait(61_000);

    expect(run.node("a")).toMatchObject({ type: "TaskGroup", phase: "Error" });
    expect(run.node("a")?.message).toContain("withParam value could not be parsed as a JSON list: late");
  });

  it("whose ancestor is no longer recorded is an error when its hooks ask for it", () => {
    const hooks = `hooks: { running: { template: leaf, expression: 'tasks.b.status == "Running"' } }`;
    const run = dag(`[{ name: a, template: leaf }, { name: b, template: leaf, depends: a, ${hooks} }]`);
    run.end("a").end("b.hooks.running");
    const { status = {} } = run.workflow;
    const nodes = Object.fromEntries(
      run.nodes.filter((node) => node.displayName !== "a").map((node) => [node.id, node]),
    );
    run.workflow = { ...run.workflow, status: { ...status, nodes } };

    run.settle();

    expect(run.node("b")).toMatchObject({ phase: "Error", message: "Ancestor task node a not found" });
  });
});

it("the children of a loop have exit handlers of their own, beside that of the loop", () => {
  const run = dag("[{ name: a, template: leaf, withItems: [x, y], hooks: { exit: { template: leaf } } }]");
  run.end("a(0:x)");
  expect(run.running).toEqual(["a(1:y)", "a(0:x).onExit"]);
  expect(run.phases["a"]).toBe("Running");

  run.end("a(0:x).onExit").end("a(1:y)");
  expect(run.running).toEqual(["a(1:y).onExit", "a.onExit"]);
  run.end("a(1:y).onExit").end("a.onExit");

  expect(run.phases).toMatchObject({ a: "Succeeded", wf: "Succeeded" });
});

describe("a DAG that is stopped", () => {
  it("has failed at once", () => {
    const run = dag("[{ name: a, template: leaf }, { name: b, template: leaf, depends: a }]");

    run.change({ shutdown: "Stop" }).settle();

    expect(run.phases).toMatchObject({ a: "Failed", wf: "Failed" });
    expect(run.message).toBe("Stopped with strategy 'Stop'");
  });

  it("lets the exit handler of a task that runs already come to its end", () => {
    const run = dag("[{ name: a, template: leaf, hooks: { exit: { template: leaf } } }]").end("a");

    run.change({ shutdown: "Stop" }).settle();
    expect(run.running).toEqual(["a.onExit"]);
    expect(run.phase).toBe("Running");
    run.end("a.onExit");

    expect(run.phases).toMatchObject({ a: "Succeeded", "a.onExit": "Succeeded", wf: "Failed" });
  });
});

describe("what only a run knows of a DAG", () => {
  it("may be a target that does not exist, which is an error", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: choose }]
  - [{ name: b, template: flow, arguments: { parameters: [{ name: target, value: "{{steps.a.outputs.result}}" }] } }]
- { name: choose, script: { image: x, command: [sh], source: echo } }
- name: flow
  inputs: { parameters: [{ name: target }] }
  dag: { target: "{{inputs.parameters.target}}", tasks: [{ name: c, template: leaf }] }${templates}
`).settle();

    run.end("a", { result: "d" });

    expect(run.node("b")).toMatchObject({ phase: "Error", message: "target d does not exist" });
  });

  it("may be that it has no tasks, and so nothing to do", () => {
    const run = new PureWorkflow(
      `
entrypoint: main
templates:
- { name: main, steps: [[{ name: a, templateRef: { name: lib, template: "{{item}}" }, withItems: [nothing] }]] }
`,
      { templates: { lib: "templates: [{ name: nothing, dag: {} }]" } },
    ).settle();

    expect(run.phases).toMatchObject({ "a(0:nothing)": "Succeeded", wf: "Succeeded" });
  });
});

// Tasks of a DAG: loops, hooks, exit handlers, failing fast, and what is left out.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

function dag(tasks: string, more = ""): PureWorkflow {
  return new PureWorkflow(`
entrypoint: main
templates:
- name: main
  dag: { ${more} tasks: ${tasks} }
- { name: leaf, container: { image: x, command: [run] } }
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x, command: [say, "{{inputs.parameters.text}}"] }
`).settle();
}

describe("a loop of a task", () => {
  const items = `arguments: { parameters: [{ name: text, value: "{{item}}" }] }`;

  it("runs for every item; the tasks after it wait for all", () => {
    const run = dag(
      `[{ name: a, template: say, withItems: [x, y], ${items} }, { name: b, template: leaf, depends: a }]`,
    );
    expect(run.running).toEqual(["a(0:x)", "a(1:y)"]);

    run.end("a(0:x)");
    expect(run.running).toEqual(["a(1:y)"]);
    run.end("a(1:y)");
    expect(run.phases["a"]).toBe("Succeeded");
    run.end("b");

    expect(run.phase).toBe("Succeeded");
  });

  it("fails with one of its items, and what depends on it is left out", () => {
    const run = dag(
      `[{ name: a, template: say, withItems: [x, y], ${items} }, { name: b, template: leaf, depends: a }]`,
    );

    run.end("a(0:x)", { exitCode: 1 }).end("a(1:y)");

    expect(run.phases).toMatchObject({ a: "Failed", b: "Omitted" });
    expect(run.phase).toBe("Failed");
  });

  it("takes its items from an output, and may have none", () => {
    const task = (list: string): PureWorkflow =>
      dag(`[{ name: a, template: say, withParam: '${list}', ${items} }, { name: b, template: leaf, depends: a }]`);

    expect(task('["p", "q"]').running).toEqual(["a(0:p)", "a(1:q)"]);
    const empty = task("[]");
    expect(empty.phases["a"]).toMatch(/Skipped|Succeeded/);
    expect(empty.running).toEqual(["b"]);
    expect(task("{").phase).toMatch(/Failed|Error/);
  });

  it("counts when it is a sequence", () => {
    const run = dag(`[{ name: a, template: say, withSequence: { start: "3", end: "4" }, ${items} }]`);

    expect(run.running).toEqual(["a(0:3)", "a(1:4)"]);
  });
});

describe("a task", () => {
  it("is left out by its condition, with the reason, and is an error when that is no condition", () => {
    const run = dag(`[{ name: a, template: leaf, when: "1 == 2" }, { name: b, template: leaf, when: "1 ==" }]`);

    expect(run.node("a")).toMatchObject({ phase: "Skipped", message: "when '1 == 2' evaluated false" });
    expect(run.phases["b"]).toBe("Error");
    expect(run.phase).toMatch(/Failed|Error/);
  });

  it("runs its hook while it runs, and its exit handler when it has ended", () => {
    const run = dag(
      `[{ name: a, template: leaf, hooks: { running: { template: leaf, expression: 'tasks.a.status == "Running"' }, exit: { template: leaf } } }]`,
    );
    const hook = "a.hooks.running";
    expect(run.running).toEqual(["a", hook]);

    run.end(hook).end("a");
    expect(run.running).toEqual(["a.onExit"]);
    run.end("a.onExit");

    expect(run.phase).toBe("Succeeded");
  });

  it("hands its outputs to its exit handler", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  dag:
    tasks:
    - name: a
      template: print
      hooks: { exit: { template: say, arguments: { parameters: [{ name: text, value: "{{tasks.a.outputs.parameters.out}}" }] } } }
- name: print
  outputs: { parameters: [{ name: out, valueFrom: { path: /out } }] }
  container: { image: x, command: [run] }
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x, command: [say, "{{inputs.parameters.text}}"] }
`).settle();

    run.end("a", { files: { "/out": "said" } });

    expect(run.node("a.onExit")?.inputs?.parameters).toMatchObject([{ name: "text", value: "said" }]);
  });

  it("whose hook has no expression is an error", () => {
    const run = dag(`[{ name: a, template: leaf, hooks: { bad: { template: leaf } } }]`);
    run.settle();

    expect(run.nodes.map((node) => node.message ?? "").join()).toContain("Expression required for hook");
  });
});

it("a DAG that does not fail fast goes to the end of every branch", () => {
  const tasks = `[{ name: a, template: leaf }, { name: b, template: leaf }, { name: c, template: leaf, depends: b }]`;
  const run = dag(tasks, "failFast: false,").end("a", { exitCode: 1 }).end("b");
  expect(run.running).toEqual(["c"]);

  expect(run.end("c").phase).toBe("Failed");
});

describe("outputs of a DAG", () => {
  it("come from its tasks, by parameter or by expression", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  outputs:
    parameters:
    - { name: one, valueFrom: { parameter: "{{tasks.a.outputs.parameters.out}}" } }
    - { name: two, valueFrom: { expression: "tasks.a.outputs.parameters.out + '!'" } }
  dag: { tasks: [{ name: a, template: print }] }
- name: print
  outputs: { parameters: [{ name: out, valueFrom: { path: /out } }] }
  container: { image: x, command: [run] }
`).settle();

    run.end("a", { files: { "/out": "x" } });

    expect(run.node("wf")?.outputs?.parameters).toMatchObject([
      { name: "one", value: "x" },
      { name: "two", value: "x!" },
    ]);
  });
});

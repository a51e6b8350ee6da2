// Limits of steps: deadlines, timeouts, how many at a time, and failing fast.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

function leaf(more: string): PureWorkflow {
  return new PureWorkflow(`
entrypoint: main
templates: [{ name: main, ${more} container: { image: x, command: [run] } }]
`).settle();
}

function deadlineOf(run: PureWorkflow): number | undefined {
  return run.steps.get("wf")?.activeDeadlineSeconds;
}

describe("the deadline of a pod", () => {
  it("is the nearest of its own, its timeout and the workflow's", () => {
    const workflow = new PureWorkflow(`
entrypoint: main
activeDeadlineSeconds: 30
templates: [{ name: main, timeout: 20s, activeDeadlineSeconds: 40, container: { image: x, command: [run] } }]
`).settle();

    expect(deadlineOf(leaf(""))).toBeUndefined();
    expect(deadlineOf(leaf("activeDeadlineSeconds: 7,"))).toBe(7);
    expect(deadlineOf(leaf("timeout: 90s,"))).toBe(90);
    expect(deadlineOf(workflow)).toBe(20);
  });

  it("that is no number is an error", () => {
    const run = leaf(`activeDeadlineSeconds: "soon",`);

    expect(run.phase).toBe("Failed");
    expect(run.message).toContain("activeDeadlineSeconds");
  });
});

describe("a template's parallelism", () => {
  const main = (kind: string, more = ""): PureWorkflow =>
    new PureWorkflow(`
entrypoint: main
templates:
- name: main
  parallelism: 1
  ${more}
  ${kind}
- { name: leaf, container: { image: x, command: [run] } }
`).settle();

  it("lets so many steps or tasks run at a time", () => {
    const steps = main("steps: [[{ name: a, template: leaf }, { name: b, template: leaf }]]");
    const tasks = main("dag: { tasks: [{ name: a, template: leaf }, { name: b, template: leaf }] }");
    expect([steps.running, tasks.running]).toEqual([["a"], ["a"]]);

    steps.end("a");
    tasks.end("a");

    expect([steps.running, tasks.running]).toEqual([["b"], ["b"]]);
  });

  it("starts no other after a failure when the template fails fast", () => {
    const run = main("steps: [[{ name: a, template: leaf }, { name: b, template: leaf }]]", "failFast: true");

    run.end("a", { exitCode: 1 });

    expect(run.running).toEqual([]);
    expect(run.phase).toBe("Failed");
    expect(run.nodes.map((node) => node.message ?? "").join()).toMatch(/failFast|failed/i);
  });
});

describe("a template that fails fast", () => {
  const ERROR = "template has failed or errored children and failFast enabled";
  const failing = (kind: string): PureWorkflow =>
    new PureWorkflow(
      `
entrypoint: main
templates:
- { name: main, failFast: true, ${kind} }
- { name: leaf, container: { image: x } }
- { name: refused, serviceAccountName: nobody, container: { image: x } }
`,
      { missingAccounts: ["nobody"] },
    ).settle();

  it("ends when none of its pods runs any more", () => {
    const run = failing("parallelism: 2, steps: [[{ name: a, template: leaf, withItems: [1, 2, 3] }]]");

    run.end("a(0:1)", { exitCode: 1 });
    expect([run.phase, run.running]).toEqual(["Running", ["a(1:2)"]]);
    run.end("a(1:2)");

    expect([run.phase, run.message]).toEqual(["Failed", ERROR]);
    expect(run.node("[0]")).toMatchObject({ phase: "Failed", message: ERROR });
  });

  it("starts nothing more in the pass in which a task is refused", () => {
    const [a, b, c] = ["{ name: a, template: leaf }", "{ name: b, template: refused }", "{ name: c, template: leaf }"];
    const run = failing(`dag: { tasks: [${a}, ${b}, ${c}] }`);
    expect(run.phases).toEqual({ wf: "Running", a: "Running", b: "Error" });

    run.end("a");

    expect(run.phases).toEqual({ wf: "Failed", a: "Succeeded", b: "Error" });
    expect(run.message).toBe(ERROR);
  });
});

describe("the workflow's parallelism", () => {
  it("does not count a pod that was deleted before it ran", () => {
    const run = new PureWorkflow(`
entrypoint: main
parallelism: 1
templates: [{ name: main, container: { image: x } }]
`).settle();
    const [pod] = run.pods.values();
    if (pod === undefined) throw new Error("there is no pod");
    run.pods.set(pod.nodeId, { ...pod, phase: "Pending" });
    run.settle();

    run.pods.clear();
    run.settle();

    expect(run.running).toEqual(["wf"]);
  });
});

describe("a step of another template", () => {
  it("that does not exist is an error with its name", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates: [{ name: main, steps: [[{ name: a, template: "{{workflow.parameters.which}}" }]] }]
arguments: { parameters: [{ name: which, value: nowhere }] }
`).settle();

    expect(run.phase).toMatch(/Failed|Error/);
    expect(run.nodes.map((node) => node.message ?? "").join() + (run.message ?? "")).toContain("nowhere");
  });

  it("may stand in the step itself", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates: [{ name: main, steps: [[{ name: a, inline: { container: { image: x, command: [run] } } }]] }]
`).settle();

    expect(run.running).toEqual(["a"]);
    expect(run.end("a").phase).toBe("Succeeded");
  });
});

describe("hooks of the whole workflow", () => {
  it("run as soon as their expression holds; the exit handler may have arguments", () => {
    const run = new PureWorkflow(`
entrypoint: leaf
hooks:
  begun: { template: leaf, expression: 'workflow.status == "Running"' }
  exit: { template: say, arguments: { parameters: [{ name: text, value: "{{workflow.status}}" }] } }
templates:
- { name: leaf, container: { image: x, command: [run] } }
- { name: say, inputs: { parameters: [{ name: text }] }, container: { image: x, command: [say] } }
`).settle();
    const hook = run.running.find((name) => name.includes("hooks")) ?? "";

    run.end(hook).end("wf", { exitCode: 1 });

    expect(hook).toContain("hooks.begun");
    expect(run.node("wf.onExit")?.inputs?.parameters).toMatchObject([{ value: "Failed" }]);
    run.end("wf.onExit", { exitCode: 1 });
    expect(run.phase).toBe("Failed");
  });

  it("without an expression are an error", () => {
    const run = new PureWorkflow(`
entrypoint: leaf
hooks: { bad: { template: leaf } }
templates: [{ name: leaf, container: { image: x, command: [run] } }]
`).settle();

    expect(run.phase).toBe("Failed");
    expect(run.message).toContain("hooks.bad Expression required");
  });
});

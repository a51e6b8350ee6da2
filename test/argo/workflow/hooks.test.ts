// Hooks and exit handlers of steps.
import { describe, expect, it } from "vitest";
import { PureWorkflow, type PureWorkflowOptions } from "../../support/pure-workflow.ts";

const TEMPLATES = `
- { name: leaf, container: { image: x } }
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x }
- name: reader
  inputs: { parameters: [{ name: text, valueFrom: { configMapKeyRef: { name: texts, key: greeting } } }] }
  container: { image: x }
`;

interface Given extends PureWorkflowOptions {
  /** Fields of the workflow. */
  readonly spec?: string;
  /** Steps that start together with `a`. */
  readonly others?: string;
}

/** A workflow whose step `a` has these hooks. */
function withHooks(hooks: string, { spec = "", others = "", ...options }: Given = {}): PureWorkflow {
  return new PureWorkflow(
    `
entrypoint: main
${spec}
templates:
- name: main
  steps:
  - [{ name: a, template: leaf, hooks: { ${hooks} } }${others}]
  - [{ name: z, template: leaf }]
${TEMPLATES}`,
    options,
  ).settle();
}

describe("the exit handler of a step", () => {
  it("runs when its expression holds", () => {
    const run = withHooks(`exit: { template: leaf, expression: 'steps.a.status == "Succeeded"' }`).end("a");
    expect(run.running).toEqual(["a.onExit"]);

    run.end("a.onExit");

    expect(run.running).toEqual(["z"]);
  });

  it("is left out when its expression does not hold", () => {
    const run = withHooks(`exit: { template: leaf, expression: 'steps.a.status == "Failed"' }`).end("a");

    expect(run.running).toEqual(["z"]);
    expect(run.node("a.onExit")).toBeUndefined();
  });

  it("does not start in a workflow that is stopped, but goes on when it runs already", () => {
    const early = withHooks("exit: { template: leaf }").change({ shutdown: "Stop" }).settle();
    const late = withHooks("exit: { template: leaf }").end("a").change({ shutdown: "Stop" }).settle();
    expect([early.phase, early.node("a.onExit")]).toEqual(["Failed", undefined]);
    expect([late.phase, late.running]).toEqual(["Running", ["a.onExit"]]);

    late.end("a.onExit");

    expect(late.phases["a.onExit"]).toBe("Succeeded");
    expect(late.phase).toBe("Failed");
  });

  it("gets the arguments of the workflow when it has none, and its own when it has some", () => {
    const spec = "arguments: { parameters: [{ name: text, value: everyone }] }";
    const own = "arguments: { parameters: [{ name: text, value: nobody }] }";

    const inherited = withHooks("exit: { template: say }", { spec }).end("a");
    const given = withHooks(`exit: { template: say, ${own} }`, { spec }).end("a");

    expect(inherited.node("a.onExit")?.inputs?.parameters).toMatchObject([{ name: "text", value: "everyone" }]);
    expect(given.node("a.onExit")?.inputs?.parameters).toMatchObject([{ name: "text", value: "nobody" }]);
  });

  it("makes an error of the step group when it cannot start", () => {
    const run = withHooks("exit: { template: reader }").end("a");

    expect(run.node("[0]")?.phase).toBe("Error");
    expect(run.node("[0]")?.message).toContain("ConfigMap 'texts' does not exist");
    expect(run.phase).toBe("Failed");
  });
});

describe("a hook of a step", () => {
  const ended = `expression: 'steps.a.status == "Failed"'`;

  it("may have arguments although the step has no output parameters", () => {
    const run = withHooks(`bad: { template: say, ${ended}, arguments: { parameters: [{ name: text, value: oh }] } }`);

    run.end("a", { exitCode: 1 });

    expect(run.running).toEqual(["a.hooks.bad"]);
    expect(run.node("a.hooks.bad")?.inputs?.parameters).toMatchObject([{ name: "text", value: "oh" }]);
  });

  it("waits for its turn when the workflow runs as many pods as it may", () => {
    const others = ", { name: b, template: leaf }";
    const run = withHooks(`bad: { template: leaf, ${ended} }`, { spec: "parallelism: 1", others });
    expect(run.running).toEqual(["a"]);

    run.end("a", { exitCode: 1 });
    expect(run.running).toEqual(["b"]);
    run.end("b");

    expect(run.running).toEqual(["a.hooks.bad"]);
    expect(run.end("a.hooks.bad").phase).toBe("Failed");
  });

  it("may call a template of another", () => {
    const templates = { lib: "templates: [{ name: leaf, container: { image: other } }]" };
    const hook = `bad: { templateRef: { name: lib, template: leaf }, ${ended} }`;

    const run = withHooks(hook, { templates }).end("a", { exitCode: 1 });

    expect(run.steps.get("wf[0].a.hooks.bad")?.template.container?.image).toBe("other");
  });
});

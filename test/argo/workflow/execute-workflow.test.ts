// How a whole workflow ends: by its entry point, its exit handler, or its own hooks.
import { describe, expect, it } from "vitest";
import { PureWorkflow, type PureWorkflowOptions } from "../../support/pure-workflow.ts";

const TEMPLATES = `
- { name: leaf, container: { image: x } }
- { name: graph, dag: { tasks: [{ name: t, template: leaf }] } }
- { name: one-by-one, parallelism: 1, steps: [[{ name: a, template: leaf }, { name: b, template: leaf }]] }
- name: writer
  outputs: { parameters: [{ name: out, valueFrom: { path: /out } }] }
  container: { image: x }
- name: reader
  inputs: { parameters: [{ name: text, valueFrom: { configMapKeyRef: { name: texts, key: greeting } } }] }
  container: { image: x }
`;

const UNREAD = "unable to retrieve inputs.parameters.text from ConfigMap: ConfigMap 'texts' does not exist.";

function leafWith(fields: string, options: PureWorkflowOptions = {}): PureWorkflow {
  return new PureWorkflow(
    `
entrypoint: leaf
${fields}
templates: ${TEMPLATES}
`,
    options,
  ).settle();
}

describe("an exit handler after a success", () => {
  it("makes a failure of it when it fails", () => {
    const run = leafWith("onExit: leaf").end("wf").end("wf.onExit", { exitCode: 4 });

    expect([run.phase, run.message]).toEqual(["Failed", "main: Error (exit code 4)"]);
    expect(run.phases["wf"]).toBe("Succeeded");
  });

  it("makes an error of it when it errs", () => {
    const run = leafWith("onExit: writer")
      .end("wf")
      .end("wf.onExit", { files: { "/out": null } });

    expect(run.phase).toBe("Error");
    expect(run.message).toContain("no such file or directory");
  });

  it("has nothing to say when it is a DAG", () => {
    const run = leafWith("onExit: graph").end("wf").end("t", { exitCode: 1 });

    expect([run.phase, run.message]).toEqual(["Failed", undefined]);
  });

  it("makes an error of it when it cannot even start", () => {
    const run = leafWith("onExit: reader").end("wf");

    expect(run.phase).toBe("Error");
    expect(run.message).toContain(`error in exit template execution : ${UNREAD}`);
    expect(run.phases).toEqual({ wf: "Succeeded", "wf.onExit": "Error" });
  });

  it("is waited for while its own parallelism holds it up", () => {
    const run = leafWith("onExit: one-by-one").end("wf");
    expect(run.running).toEqual(["a"]);

    run.end("a");
    expect([run.phase, run.running]).toEqual(["Running", ["b"]]);
    run.end("b");

    expect(run.phase).toBe("Succeeded");
  });
});

describe("the error of a hook of the workflow", () => {
  it("ends it: the hook of a WorkflowTemplate may lack its expression", () => {
    const lib = `
entrypoint: leaf
hooks: { bad: { template: leaf } }
templates: ${TEMPLATES}
`;
    const run = new PureWorkflow("workflowTemplateRef: { name: lib }", { templates: { lib } }).settle();

    expect([run.phase, run.message]).toEqual(["Error", "Expression required for hook wf.hooks.bad"]);
  });

  it("ends it when the hook cannot start", () => {
    const run = leafWith(`hooks: { begun: { template: reader, expression: 'workflow.status == "Running"' } }`);

    expect(run.phase).toBe("Error");
    expect(run.message).toContain(UNREAD);
    expect(run.phases).toEqual({ wf: "Error", "wf.hooks.begun": "Error" });
  });
});

it("a hook of the workflow may call a template of another", () => {
  const reference = "{ name: lib, template: leaf }";
  const hook = `{ templateRef: ${reference}, expression: 'workflow.status == "Running"' }`;
  const run = leafWith(`hooks: { begun: ${hook} }`, {
    templates: { lib: "templates: [{ name: leaf, container: { image: other } }]" },
  });

  expect(run.steps.get("wf.hooks.begun")?.template.container?.image).toBe("other");
  expect(run.node("wf.hooks.begun")?.templateRef).toEqual({ name: "lib", template: "leaf" });
});

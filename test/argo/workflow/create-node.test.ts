// What a node says of a template that could not be given its inputs.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

const problem = "unable to retrieve inputs.parameters.p from ConfigMap";

function start(entrypoint: string, main: string): PureWorkflow {
  return new PureWorkflow(`
entrypoint: ${entrypoint}
templates:
- { name: main, steps: [[{ name: a, ${main} }]] }
- name: needs
  inputs: { parameters: [{ name: p, valueFrom: { configMapKeyRef: { name: absent, key: k } } }] }
  container: { image: x, command: [run] }
- { name: leaf, container: { image: x, command: [run] } }
`).settle();
}

describe("a template that cannot be given its inputs is an error", () => {
  it("as the entry point, which is inside of nothing", () => {
    const node = start("needs", "template: leaf").node("wf");

    expect(node).toMatchObject({ type: "Skipped", phase: "Error", templateName: "needs" });
    expect(node?.message).toContain(problem);
    expect(node).not.toHaveProperty("boundaryID");
    expect(node).not.toHaveProperty("nodeFlag");
  });

  it("as a step, inside of its steps", () => {
    const node = start("main", "template: needs").node("a");

    expect(node).toMatchObject({ type: "Skipped", phase: "Error", boundaryID: "wf" });
    expect(node?.message).toContain(problem);
  });

  it("as a hook, which is known as one", () => {
    const hooks = `hooks: { running: { template: needs, expression: 'steps.a.status == "Running"' } }`;

    const node = start("main", `template: leaf, ${hooks}`).node("a.hooks.running");

    expect(node).toMatchObject({ type: "Skipped", phase: "Error", nodeFlag: { hooked: true } });
  });
});

// Workflows that run the spec of a WorkflowTemplate.
import { expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

const library = `
entrypoint: main
templates: [{ name: main, steps: [[{ name: a, template: leaf }]] }, { name: leaf, container: { image: x } }]
`;

function run(reference: string): PureWorkflow {
  const templates = { lib: library, old: "{ entrypoint: main, hostNetwork: true, unknown: 1 }" };
  return new PureWorkflow(`workflowTemplateRef: ${reference}`, { templates }).settle();
}

it("a workflow carries the name of what it runs as a label", () => {
  expect(run("{ name: lib }").workflow.metadata.labels).toMatchObject({
    "workflows.argoproj.io/workflow-template": "lib",
  });
  expect(run("{ name: lib, clusterScope: true }").workflow.metadata.labels).toMatchObject({
    "workflows.argoproj.io/cluster-workflow-template": "lib",
  });
});

it.each([
  ["{ name: none }", "Error", 'workflowtemplates.argoproj.io "none" not found'],
  ["{ name: none, clusterScope: true }", "Error", 'clusterworkflowtemplates.argoproj.io "none" not found'],
  ["{ name: old }", "Failed", "invalid spec: WorkflowTemplate old: "],
])("%s cannot be run: %s, %s", (reference, phase, message) => {
  const { phase: ended, message: said } = run(reference);

  expect(ended).toBe(phase);
  expect(said).toContain(message);
});

it("a workflow that is told to stop does so, whatever spec was kept when it began", () => {
  const workflow = run("{ name: lib }");
  expect(workflow.running).toEqual(["a"]);

  workflow.change({ shutdown: "Terminate" }).settle();

  expect(workflow.phase).toBe("Failed");
  expect(workflow.phases["a"]).toBe("Failed");
});

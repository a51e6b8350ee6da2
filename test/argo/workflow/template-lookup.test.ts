// Templates that a workflow finds in itself and in WorkflowTemplates, and what it keeps of them.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

const INLINE = "inline: { container: { image: x, command: [run] } }";

/** The entry point calls the template of the library that the item names: validation cannot look into it. */
function calling(library: string): PureWorkflow {
  return new PureWorkflow(
    `
entrypoint: main
templates:
- name: main
  steps: [[{ name: call, templateRef: { name: lib, template: "{{item}}" }, withItems: [work] }]]
`,
    { templates: { lib: library } },
  ).settle();
}

describe("a WorkflowTemplate that is called", () => {
  it("is kept in the status, with the templates that stand in its steps and tasks", () => {
    const run = calling(`
templates:
- { name: work, steps: [[{ name: a, ${INLINE} }], [{ name: graph, template: graph }]] }
- { name: graph, dag: { tasks: [{ name: b, ${INLINE} }] } }
`).end("a");

    expect(run.running).toEqual(["b"]);
    expect(Object.keys(run.workflow.status?.storedTemplates ?? {})).toEqual([
      "namespaced/lib/work",
      "namespaced/lib/inline/a",
      "namespaced/lib/graph",
      "namespaced/lib/inline/b",
    ]);
  });

  it("keeps the first of two templates that stand in steps of one name, as in Argo", () => {
    const run = calling(`
templates:
- { name: work, steps: [[{ name: a, ${INLINE} }], [{ name: more, template: more }]] }
- { name: more, steps: [[{ name: a, inline: { suspend: {} } }]] }
`).end("a");

    expect(run.workflow.status?.storedTemplates?.["namespaced/lib/inline/a"]).toHaveProperty("container");
  });

  it.each([
    ["template: other", "template other not found"],
    ["arguments: {}", "failed to get a template"],
  ])("is an error where its own step has { %s }", (call, message) => {
    const run = calling(`templates: [{ name: work, steps: [[{ name: a, ${call} }]] }]`);

    expect(run.phase).toBe("Failed");
    expect(run.node("a")?.message).toBe(message);
  });
});

it("labels for all pods reach those of a template, whose own win", () => {
  const run = new PureWorkflow(`
entrypoint: main
podMetadata: { labels: { team: all, kind: all }, annotations: { note: all } }
templates:
- name: main
  metadata: { labels: { kind: own } }
  container: { image: x, command: [run] }
`).settle();

  expect(run.steps.get("wf")?.template.metadata).toEqual({
    labels: { team: "all", kind: "own" },
    annotations: { note: "all" },
  });
});

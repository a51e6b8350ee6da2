// Suspended steps: how long they last, and what they give to those that come after them.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

function suspended(template: string, argument = ""): PureWorkflow {
  return new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: wait, template: wait${argument} }]
  - [{ name: after, template: say, arguments: { parameters: [{ name: text, value: "{{steps.wait.outputs.parameters.answer}}" }] } }]
- name: wait
${template}
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x, command: [say, "{{inputs.parameters.text}}"] }
`).settle();
}

/** What the step after the suspension is told. */
function told(run: PureWorkflow): unknown {
  return run.node("after")?.inputs?.parameters?.[0]?.value;
}

describe("a suspension with a duration", () => {
  it("goes on with the default of the output that nobody supplied", () => {
    const run = suspended(`  suspend: { duration: 10s }
  outputs: { parameters: [{ name: answer, valueFrom: { supplied: {}, default: "no" } }] }`);
    expect(run.phases["wait"]).toBe("Running");

    run.wait(10_000);
    expect(run.phases["wait"]).toBe("Running");
    run.wait(1);

    expect(run.phases["wait"]).toBe("Succeeded");
    expect(told(run)).toBe("no");
  });

  it("keeps the answer that a person supplied", () => {
    const run = suspended(`  suspend: { duration: 10s }
  outputs: { parameters: [{ name: answer, valueFrom: { supplied: {}, default: "no" } }] }`);
    const node = run.node("wait");
    if (node === undefined) throw new Error("there is no suspended node");
    const answered = { ...node, outputs: { parameters: [{ name: "answer", value: "yes" }] } };
    const nodes = { ...run.workflow.status?.nodes, [node.id]: answered };
    run.workflow = { ...run.workflow, status: { ...run.workflow.status, nodes } };

    run.wait(10_001);

    expect(told(run)).toBe("yes");
  });

  it("takes the default of the input of the same name when the output has none", () => {
    const run = suspended(
      `  suspend: { duration: 10s }
  inputs: { parameters: [{ name: answer, default: perhaps }, { name: other, default: x }] }
  outputs: { parameters: [{ name: answer, valueFrom: { supplied: {} } }] }`,
    ).wait(10_001);

    expect(told(run)).toBe("perhaps");
  });

  it("fails when an output that nobody supplied has no default at all", () => {
    const run = suspended(`  suspend: { duration: 10s }
  outputs: { parameters: [{ name: answer, valueFrom: { supplied: {} } }] }`).wait(10_001);

    expect(run.phases["wait"]).toBe("Error");
    expect(run.node("wait")?.message).toContain("'answer' has not been set and does not have a default value");
    expect(run.phase).toBe("Failed");
  });
});

describe("a suspension without a duration", () => {
  it("waits for a person, but not past the workflow's own deadline", () => {
    const run = new PureWorkflow(`
entrypoint: wait
activeDeadlineSeconds: 60
templates: [{ name: wait, suspend: {} }]
`)
      .settle()
      .wait(59_000);
    expect(run.phase).toBe("Running");
    expect(run.checkAgainAt).toBe(run.now + 1001);

    run.wait(2_000);

    expect(run.phase).toBe("Failed");
  });

  it("shows the choices that an input lists, the first of them as its default", () => {
    const inputs = (value: string): unknown =>
      new PureWorkflow(`
entrypoint: wait
arguments: { parameters: [{ name: choice, value: '${value}' }] }
templates:
- name: wait
  inputs: { parameters: [{ name: choice }] }
  suspend: {}
`)
        .settle()
        .node("wf")?.inputs?.parameters;

    expect(inputs('{"enum": ["yes", "no"]}')).toMatchObject([{ enum: ["yes", "no"], default: "yes" }]);
    expect(inputs('{"enum": []}')).toEqual([{ name: "choice", value: '{"enum": []}' }]);
    expect(inputs("{not json")).toEqual([{ name: "choice", value: "{not json" }]);
    expect(inputs("plain")).toEqual([{ name: "choice", value: "plain" }]);
  });
});

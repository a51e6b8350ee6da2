// Outputs of steps templates: where they come from, and what takes their place when that is not there.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

/** The entry point calls `inner`, whose one step `a` may be left out or fail. */
function outer(output: string, step = ""): PureWorkflow {
  return new PureWorkflow(`
entrypoint: main
templates:
- { name: main, steps: [[{ name: inner, template: inner }]] }
- name: inner
  outputs: { parameters: [{ name: out, ${output} }] }
  steps: [[{ name: a, template: leaf${step} }]]
- name: leaf
  outputs: { parameters: [{ name: text, valueFrom: { path: /text } }] }
  container: { image: x, command: [run] }
`).settle();
}

function outputOf(run: PureWorkflow): string | undefined {
  return run.node("inner")?.outputs?.parameters?.[0]?.value;
}

const TEXT = "steps.a.outputs.parameters.text";
const LEFT_OUT = `, when: "1 == 2"`;
const MAY_FAIL = ", continueOn: { failed: true }";

describe("an output of steps", () => {
  it.each([
    [`valueFrom: { parameter: "{{${TEXT}}}" }`, "said"],
    [`valueFrom: { parameter: "{{=${TEXT} + '!'}}" }`, "said!"],
    [`valueFrom: { expression: "${TEXT} + '?'" }`, "said?"],
  ])("is read from a step: %s", (output, value) => {
    const run = outer(output).end("a", { files: { "/text": "said" } });

    expect(outputOf(run)).toBe(value);
  });

  it("is exported under its global name", () => {
    const run = outer(`globalName: shared, valueFrom: { parameter: "{{${TEXT}}}" }`);

    run.end("a", { files: { "/text": "said" } });

    expect(run.workflow.status?.outputs?.parameters).toEqual([{ name: "shared", value: "said" }]);
  });

  it("is its own default when the step was left out, or gave nothing", () => {
    const output = `valueFrom: { parameter: "{{${TEXT}}}", default: none }`;
    const failed = outer(output, MAY_FAIL).end("a", { exitCode: 1, files: { "/text": null } });

    expect(outputOf(outer(output, LEFT_OUT))).toBe("none");
    expect(outputOf(failed)).toBe("none");
  });

  it("without a default is an error when the step was left out, or gave nothing", () => {
    const output = `valueFrom: { parameter: "{{${TEXT}}}" }`;
    const failed = outer(output, MAY_FAIL).end("a", { exitCode: 1, files: { "/text": null } });

    expect(outer(output, LEFT_OUT).node("inner")).toMatchObject({
      phase: "Error",
      message: `output parameter "out": "{{${TEXT}}}" is an absent optional (skipped/omitted node output with no default)`,
    });
    expect(failed.node("inner")).toMatchObject({ phase: "Error", message: `Unable to resolve: "${TEXT}"` });
  });

  it("that is a value and not read from anywhere is an error, as in Argo", () => {
    const run = outer("value: fixed").end("a", { files: { "/text": "said" } });

    expect(run.node("inner")).toMatchObject({
      phase: "Error",
      message: "output parameters must have a valueFrom specified",
    });
  });

  it("that names no source is empty, where a template is only found in the run", () => {
    const run = new PureWorkflow(
      `
entrypoint: main
templates:
- name: main
  steps: [[{ name: inner, templateRef: { name: lib, template: "{{item}}" }, withItems: [work] }]]
`,
      {
        templates: {
          lib: `
templates:
- name: work
  outputs: { parameters: [{ name: out, valueFrom: {} }] }
  steps: []
`,
        },
      },
    ).settle();

    expect(run.phase).toBe("Succeeded");
    expect(run.node("inner(0:work)")?.outputs?.parameters).toEqual([{ name: "out", value: "" }]);
  });
});

// Steps that act on an object and wait for it. They are pods for Argo, and fail with its exit code.
import { describe, expect, it } from "vitest";
import type { ResourceFact } from "../../../src/argo/workflow/facts.ts";
import { PureWorkflow, type PureWorkflowOptions } from "../../support/pure-workflow.ts";

const MANIFEST = `manifest: "{ kind: Job }"`;

function resource(fields: string, more = "", options: PureWorkflowOptions = {}): PureWorkflow {
  return new PureWorkflow(
    `
entrypoint: main
templates: [{ name: main, ${more} resource: { ${fields} } }]
`,
    options,
  ).settle();
}

/** What the object is found to be from now on. */
function found(run: PureWorkflow, fact: ResourceFact): PureWorkflow {
  run.resources.set("wf", fact);
  return run.settle();
}

const WAITING = `action: create, ${MANIFEST}, successCondition: status.phase == Done`;

describe("the outputs of a resource step", () => {
  const outputs = (...parameters: readonly string[]): string => `outputs: { parameters: [${parameters.join()}] },`;

  it("are read from its object", () => {
    const run = resource(WAITING, outputs(`{ name: phase, valueFrom: { jsonPath: "{.status.phase}" } }`));

    found(run, { kind: "present", object: { status: { phase: "Done" } } });

    expect(run.node("wf")?.outputs).toMatchObject({ exitCode: "0", parameters: [{ name: "phase", value: "Done" }] });
  });

  it("are their defaults when there is no object, and otherwise empty, but for a value of their own", () => {
    const sources = ["", ", default: none"].map(
      (more, index) => `{ name: n${index}, valueFrom: { jsonPath: "{.x}"${more} } }`,
    );
    const run = resource(WAITING, outputs(...sources, `{ name: fixed, value: "1" }`));

    found(run, { kind: "empty" });

    expect(run.phase).toBe("Succeeded");
    expect(run.node("wf")?.outputs?.parameters?.map(({ value }) => value)).toEqual(["", "none", "1"]);
  });

  it("without a path have no value, where a template is only found in the run", () => {
    const run = new PureWorkflow(
      `
entrypoint: main
templates:
- name: main
  steps: [[{ name: a, templateRef: { name: lib, template: "{{item}}" }, withItems: [work] }]]
`,
      {
        templates: {
          lib: `
templates:
- name: work
  outputs: { parameters: [{ name: whole }, { name: default, valueFrom: { default: none } }] }
  resource: { action: get, ${MANIFEST} }
`,
        },
      },
    );

    run.settle();

    expect(run.node("a(0:work)")).toMatchObject({
      phase: "Succeeded",
      outputs: { parameters: [{ name: "whole" }, { name: "default", valueFrom: { default: "none" } }] },
    });
  });
});

describe("a resource step fails", () => {
  it("when its condition is no selector", () => {
    const run = resource(`action: create, ${MANIFEST}, successCondition: "a b c"`);

    expect(run.node("wf")).toMatchObject({ phase: "Failed", outputs: { exitCode: "64" } });
    expect(run.message).toContain("main: Error (exit code 64): success condition 'a b c' failed to parse");
  });

  it.each(["activeDeadlineSeconds: 30,", "timeout: 30s,"])("when its time is over: %s", (limit) => {
    const run = resource(WAITING, limit);
    expect(run.checkAgainAt).toBe(run.now + 30_001);

    run.wait(30_000);
    expect(run.phase).toBe("Running");
    run.wait(1);

    expect(run.node("wf")).toMatchObject({
      phase: "Failed",
      message: "Pod was active on the node longer than the specified deadline",
    });
  });

  it("when it would begin after the workflow was stopped", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps: [[{ name: a, template: leaf, continueOn: { failed: true } }], [{ name: b, template: object }]]
- { name: leaf, container: { image: x, command: [run] } }
- { name: object, resource: { ${WAITING} } }
`).settle();

    run.change({ shutdown: "Stop" }).settle();

    expect(run.node("b")).toMatchObject({ phase: "Failed", message: "workflow shutdown with strategy: Stop" });
    expect(run.resources.size).toBe(0);
  });
});

describe("a resource step does nothing", () => {
  it("when a variable makes a limit of it that is no number", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- { name: main, steps: [[{ name: a, template: object, arguments: { parameters: [{ name: seconds, value: soon }] } }]] }
- name: object
  inputs: { parameters: [{ name: seconds }] }
  activeDeadlineSeconds: "{{inputs.parameters.seconds}}"
  resource: { ${WAITING} }
`).settle();

    expect(run.node("a")?.message).toContain('activeDeadlineSeconds must be an integer, not "soon"');
    expect(run.resources.size).toBe(0);
  });

  it("when its service account does not exist; one that stands in a step is named after the workflow", () => {
    const run = new PureWorkflow(
      `
entrypoint: main
serviceAccountName: robot
templates: [{ name: main, steps: [[{ name: a, inline: { resource: { ${WAITING} } } }]] }]
`,
      { missingAccounts: ["robot"] },
    ).settle();

    expect(run.node("a")?.message).toMatch(/^pods "wf-\d+" is forbidden: .*serviceaccount "robot" not found$/);
    expect(run.resources.size).toBe(0);
  });
});

// What the table of expected results leaves out. The words are those of Argo's validator.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../../support/pure-workflow.ts";

const LEAF = "{ name: leaf, container: { image: x } }";

/** What the workflow says when it is started; undefined when it runs. */
function problemOf(spec: string, templates: Readonly<Record<string, string>> = {}): string | undefined {
  const run = new PureWorkflow(`entrypoint: main\n${spec}`, { templates }).settle();
  return run.phase === "Failed" ? run.message : undefined;
}

/** Of a workflow whose one step is a leaf with this besides. */
function problemOfStep(more: string): string | undefined {
  return problemOf(`templates: [{ name: main, steps: [[{ name: a, template: leaf, ${more} }]] }, ${LEAF}]`);
}

/** Of a workflow whose argument `n` is this. */
function problemOfArgument(more: string): string | undefined {
  return problemOf(`arguments: { parameters: [{ name: n, ${more} }] }\ntemplates: [{ name: main, suspend: {} }]`);
}

/** Of a workflow whose one template has an output `o` that is this. */
function problemOfOutput(type: string, more: string): string | undefined {
  return problemOf(`templates: [{ name: main, ${type}, outputs: { parameters: [{ name: o, ${more} }] } }]`);
}

const script = "script: { image: x, command: [sh], source: echo }";
const suspend = "suspend: {}";

describe("arguments with a choice", () => {
  it.each([
    ["value: a, enum: []", "spec.arguments.n.enum should contain at least one value"],
    ["valueFrom: { supplied: {} }, enum: [a]", "spec.arguments.n.value is required"],
    ["value: c, enum: [a, b]", "spec.arguments.n.value should be present in spec.arguments.n.enum list"],
  ])("%s: %s", (argument, problem) => {
    expect(problemOfArgument(argument)).toBe(`invalid spec: ${problem}`);
  });

  it("are right with one of the choices", () => {
    expect(problemOfArgument("value: b, enum: [a, b]")).toBeUndefined();
  });
});

describe("outputs", () => {
  it.each([
    [suspend, "description: x", "templates.main.outputs.parameters.o does not have valueFrom or value specified"],
    [
      suspend,
      "valueFrom: { default: x }",
      "valueFrom type unspecified. choose one of: path, jqFilter, jsonPath, parameter, raw, expression",
    ],
    [
      suspend,
      "valueFrom: { path: /x, supplied: {} }",
      "multiple valueFrom types specified. choose one of: path, jqFilter, jsonPath, parameter, raw",
    ],
    [
      script,
      "valueFrom: { parameter: x }",
      "templates.main.outputs.parameters.o.path must be specified for Script templates",
    ],
  ])("%s %s: %s", (type, output, problem) => {
    expect(problemOfOutput(type, output)).toContain(problem);
  });

  it("may be a value", () => {
    expect(problemOfOutput(suspend, "value: x")).toBeUndefined();
  });
});

describe("steps and tasks", () => {
  it("have one kind of loop", () => {
    expect(problemOfStep("withItems: [1], withParam: '[1]'")).toContain(
      "templates.main.steps[0].a only one of withItems, withParam, withSequence can be specified",
    );
  });

  it("have a name", () => {
    expect(problemOf(`templates: [{ name: main, steps: [[{ template: leaf }]] }, ${LEAF}]`)).toContain(
      "templates.main.steps[0].name is required",
    );
  });

  it("have different names", () => {
    const tasks = "[{ name: a, template: leaf }, { name: a, template: leaf }]";

    expect(problemOf(`templates: [{ name: main, dag: { tasks: ${tasks} } }, ${LEAF}]`)).toContain(
      "templates.main sorting failed: duplicated nodeName a",
    );
  });

  it("may give a resource template its whole manifest, which only a run knows", () => {
    const argument = '{ name: text, value: "{{steps.a.outputs.result}}" }';
    const spec = `
templates:
- name: main
  steps:
  - [{ name: a, template: script }]
  - [{ name: b, template: make, arguments: { parameters: [${argument}] } }]
- { name: script, ${script} }
- { name: make, inputs: { parameters: [{ name: text }] }, resource: { action: create, manifest: "{{inputs.parameters.text}}" } }
`;

    expect(problemOf(spec)).toBeUndefined();
  });
});

describe("a workflow", () => {
  it("that refers to a WorkflowTemplate has no templates of its own", () => {
    const library = { lib: `templates: [${LEAF}]` };

    expect(problemOf(`workflowTemplateRef: { name: lib }\ntemplates: [${LEAF}]`, library)).toContain(
      "Templates is invalid field in spec if workflow referred WorkflowTemplate reference",
    );
  });

  it("knows its priority", () => {
    const main = '{ name: main, container: { image: x, args: ["{{workflow.priority}}"] } }';

    expect(problemOf(`priority: 3\ntemplates: [${main}]`)).toBeUndefined();
    expect(problemOf(`templates: [${main}]`)).toContain("failed to resolve {{workflow.priority}}");
  });

  it("cleans up pods by a strategy that exists", () => {
    const main = `templates: [{ name: main, suspend: {} }]`;

    expect(problemOf(`podGC: { strategy: OnMonday }\n${main}`)).toContain("podGC.strategy unknown strategy 'OnMonday'");
    expect(problemOf(`podGC: { strategy: OnPodSuccess }\n${main}`)).toBeUndefined();
  });
});

describe("templates", () => {
  const library = { lib: `templates: [${LEAF}]`, old: "{ templates: [], unknown: 1 }" };
  const ofStep = (more: string): string | undefined =>
    problemOf(`templates: [{ name: main, steps: [[{ name: a, ${more} }]] }]`, library);

  it.each([
    [
      "inline: { container: { image: x }, suspend: {} }",
      "templates. multiple template types specified. choose one of: ",
    ],
    ["inline: {}", "template '' type is unknown"],
    ["inline: { timeout: '5', container: { image: x } }", " has invalid duration format in timeout"],
    ["inline: { pendingTimeout: 5s, suspend: {} }", "Suspend template doesn't support pendingTimeout field"],
    ["templateRef: { name: lib, template: none }", "template reference lib.none not found"],
    ["templateRef: { name: none, template: leaf }", "template reference none.leaf not found"],
    ["templateRef: { name: old, template: leaf }", "WorkflowTemplate old uses what is not supported"],
  ])("%s: %s", (step, problem) => {
    expect(ofStep(step)).toContain(problem);
  });

  it("of another WorkflowTemplate may have a name that only a run knows", () => {
    const given = "arguments: { parameters: [{ name: which, value: leaf }] }";
    const middle = `
- name: middle
  inputs: { parameters: [{ name: which }] }
  steps: [[{ name: b, templateRef: { name: lib, template: "{{inputs.parameters.which}}" } }]]`;
    const main = `\n- { name: main, steps: [[{ name: a, template: middle, ${given} }]] }`;

    expect(ofStep("withItems: [leaf], templateRef: { name: lib, template: '{{item}}' }")).toBeUndefined();
    expect(problemOf(`templates:${main}${middle}`, library)).toBeUndefined();
  });

  it("may wait for their pod, and may be of another WorkflowTemplate", () => {
    expect(ofStep("inline: { pendingTimeout: 5s, timeout: 9s, container: { image: x } }")).toBeUndefined();
    expect(ofStep("templateRef: { name: lib, template: leaf }")).toBeUndefined();
  });
});

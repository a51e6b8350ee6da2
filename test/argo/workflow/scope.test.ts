// What steps and tasks see of those before them.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

const SAY = `
- name: say
  inputs: { parameters: [{ name: text, default: absent }] }
  container: { image: x, command: [say, "{{inputs.parameters.text}}"] }`;

function say(name: string, text: string, more = ""): string {
  return `{ name: ${name}, template: say, arguments: { parameters: [{ name: text, value: "${text}" }] }${more} }`;
}

function told(run: PureWorkflow, name: string): string | undefined {
  return run.node(name)?.inputs?.parameters?.[0]?.value;
}

describe("a step sees", () => {
  it("result, exit code, status and times of a step before it", () => {
    const text = ["result", "exit"].join(" ");
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: leaf, continueOn: { failed: true } }]
  - [${say("b", "{{steps.a.outputs.result}} {{steps.a.exitCode}} {{steps.a.status}} {{steps.a.startedAt}}")}]
- { name: leaf, script: { image: x, command: [sh], source: "${text}" } }${SAY}
`)
      .settle()
      .end("a", { exitCode: 3, result: "out" });

    expect(told(run, "b")).toMatch(/^out 3 Failed 2026-01-02T03:04:05/);
  });

  it("the last attempt of a step that was tried again", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: leaf }]
  - [${say("b", "{{steps.a.outputs.result}}")}]
- { name: leaf, retryStrategy: { limit: 1 }, script: { image: x, command: [sh], source: echo } }${SAY}
`)
      .settle()
      .end("a(0)", { exitCode: 1, result: "first" })
      .wait(1000)
      .end("a(1)", { result: "second" });

    expect(told(run, "b")).toBe("second");
  });

  it("the results of a loop as one list of JSON, and its parameters by name", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: leaf, withItems: [x, "y"] }]
  - - ${say("results", "{{steps.a.outputs.result}}")}
    - ${say("texts", "{{steps.a.outputs.parameters.text}}")}
    - ${say("lists", "{{steps.a.outputs.parameters.list}}")}
    - ${say("all", "{{steps.a.outputs.parameters}}")}
- name: leaf
  outputs: { parameters: [{ name: text, valueFrom: { path: /t } }, { name: list, valueFrom: { path: /l } }] }
  script: { image: x, command: [sh], source: echo }${SAY}
`).settle();
    run.end("a(0:x)", { result: '{ "n": 1 }', files: { "/t": "one", "/l": "[1]" } });
    run.end("a(1:y)", { result: "2", files: { "/t": "two", "/l": "[2]" } });

    expect(told(run, "results")).toBe('[{"n":1},2]');
    expect(told(run, "texts")).toBe('["one","two"]');
    expect(told(run, "lists")).toBe("[[1],[2]]");
    expect(JSON.parse(told(run, "all") ?? "")).toEqual([
      { list: "[1]", text: "one" },
      { list: "[2]", text: "two" },
    ]);
  });

  it.each([
    ["words", "invalid character 'w' looking for beginning of value"],
    ["", "unexpected end of JSON input"],
  ])("no list when a child's result is %j, which is no JSON", (result, message) => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: leaf, withItems: [x] }]
  - [${say("b", "{{steps.a.outputs.result}}")}]
- { name: leaf, script: { image: x, command: [sh], source: echo } }${SAY}
`)
      .settle()
      .end("a(0:x)", { result });

    expect(run.phase).toBe("Error");
    expect(run.nodes.map((node) => node.message ?? "").join()).toContain(message);
  });
});

describe("outputs of a step that was left out", () => {
  const leftOut = (output: string, more = ""): PureWorkflow =>
    new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: leaf, when: "1 == 2" }]
  - [${say("b", "{{steps.a.outputs.parameters.out}}", more)}]
- name: leaf
  outputs: { parameters: [{ name: out, valueFrom: { path: /out${output} } }] }
  container: { image: x, command: [run] }${SAY}
`).settle();

  it("are their defaults, or absent, so that the argument's own default holds", () => {
    expect(told(leftOut(", default: none"), "b")).toBe("none");
    expect(told(leftOut(""), "b")).toBe("absent");
  });
});

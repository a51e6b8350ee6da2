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

describe("what only some of the arguments or children have", () => {
  it("an argument that is absent leaves the others of its step alone", () => {
    const run = new PureWorkflow(
      `
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: leaf, when: "1 == 2" }]
  - - name: b
      template: say
      arguments:
        parameters:
        - { name: text, value: "{{steps.a.outputs.parameters.out}}" }
        - { name: literal, value: same }
        - { name: mapped, valueFrom: { configMapKeyRef: { name: settings, key: mode } } }
- name: leaf
  outputs: { parameters: [{ name: out, valueFrom: { path: /out } }] }
  container: { image: x, command: [run] }
- name: say
  inputs: { parameters: [{ name: text, default: absent }, { name: literal }, { name: mapped }] }
  container: { image: x, command: [say] }
`,
      { parameterMaps: { settings: { mode: "fast" } } },
    ).settle();

    expect(run.node("b")?.inputs?.parameters?.map(({ value }) => value)).toEqual(["absent", "same", "fast"]);
  });

  it("lists of a loop hold what its children that succeeded gave", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: a, template: leaf, withItems: [1, 2], continueOn: { failed: true } }]
  - [${say("b", "{{steps.a.outputs.parameters.out}}")}]
- name: leaf
  outputs: { parameters: [{ name: out, valueFrom: { path: /out } }] }
  container: { image: x, command: [run] }${SAY}
`).settle();

    run.end("a(0:1)", { exitCode: 1, files: { "/out": null } }).end("a(1:2)", { files: { "/out": "5" } });

    expect(told(run, "b")).toBe('["5"]');
  });

  it("children of a loop that give nothing leave its lists empty, and a loop that was left out gives its status", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - - { name: quiet, template: quiet, withItems: [1, 2] }
    - { name: never, template: quiet, withItems: [1, 2], when: "1 == 2" }
  - [${say("b", "{{steps.quiet.outputs.parameters}} {{steps.never.status}}")}]
- { name: quiet, steps: [] }${SAY}
`).settle();

    expect(told(run, "b")).toBe("[] Succeeded");
  });
});

describe("an output that nobody gave a value", () => {
  const answered = (step: string, text: string): PureWorkflow => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: ask, template: ask${step} }]
  - [${say("b", text)}]
- name: ask
  outputs: { parameters: [{ name: answer, valueFrom: { supplied: {} } }] }
  suspend: {}${SAY}
`).settle();
    // As a person resumes it, without an answer.
    const nodes = run.nodes.map((node) => [node.id, node.type === "Suspend" ? { ...node, phase: "Succeeded" } : node]);
    run.workflow = { ...run.workflow, status: { ...run.workflow.status, nodes: Object.fromEntries(nodes) } };
    return run.settle();
  };

  it("is waited for by the step that needs it", () => {
    const run = answered("", "{{steps.ask.outputs.parameters.answer}}");

    expect([run.phase, run.node("b")]).toEqual(["Running", undefined]);
    expect(run.checkAgainAt).toBe(run.now + 1000);
  });

  it("is empty in the lists of a loop", () => {
    const text = "{{steps.ask.outputs.parameters}} {{steps.ask.outputs.parameters.answer}}";
    const run = answered(", withItems: [1]", text);

    expect(told(run, "b")).toBe('[{"answer":""}] [""]');
  });
});

describe("outputs of a step of another template that was left out", () => {
  const leftOut = (template: string): PureWorkflow =>
    new PureWorkflow(
      `
entrypoint: main
templates:
- name: main
  steps:
  - [{ name: c, template: leaf }]
  - [{ name: a, templateRef: { name: lib, template: "${template}" }, when: "1 == 2" }]
  - [${say("b", "{{steps.a.status}}")}]
  - [{ name: d, template: leaf }]
- { name: leaf, container: { image: x, command: [run] } }${SAY}
`,
      { templates: { lib: `templates: [{ name: work, container: { image: x } }]` } },
    )
      .settle()
      .end("c");

  it.each(["work", "{{steps.c.status}}"])("are none when it has none, or cannot be found: %s", (template) => {
    const run = leftOut(template).end("b").end("d");

    expect(run.node("a")?.phase).toBe("Skipped");
    expect(told(run, "b")).toBe("Skipped");
    expect(run.phase).toBe("Succeeded");
  });
});

it("a task waits for the hooks of the task before it", () => {
  const hooks = `{ after: { template: leaf, expression: "tasks.a.status == 'Succeeded'" } }`;
  const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  dag:
    tasks:
    - { name: a, template: leaf, hooks: ${hooks} }
    - { name: b, template: leaf, dependencies: [a] }
- { name: leaf, container: { image: x, command: [run] } }
`)
    .settle()
    .end("a");
  expect(run.running).toEqual(["a.hooks.after"]);

  run.end("a.hooks.after");

  expect(run.running).toEqual(["b"]);
});

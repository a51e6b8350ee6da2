// What the table of expected results leaves out about DAGs. The words are those of Argo's validator.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../../support/pure-workflow.ts";

/** What the workflow says when it is started; undefined when it runs. */
function problemOf(main: string): string | undefined {
  const run = new PureWorkflow(
    `
entrypoint: main
templates:
- { name: main, ${main} }
- { name: leaf, script: { image: x, command: [sh], source: echo } }
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x, command: [say, "{{inputs.parameters.text}}"] }
`,
    { configMaps: { settings: { text: "hello" } } },
  ).settle();
  return run.phase === "Failed" ? run.message : undefined;
}

function problemOfTasks(tasks: string): string | undefined {
  return problemOf(`dag: { tasks: ${tasks} }`);
}

describe("a DAG", () => {
  it.each(["dag: {}", "dag: { tasks: [] }"])("has tasks, unlike %s", (dag) => {
    expect(problemOf(dag)).toContain("templates.main must have at least one task");
    expect(problemOf(`steps: [[{ name: a, inline: { ${dag} } }]]`)).toContain("templates. must have at least one task");
  });

  it("asks only loops for the results of their items", () => {
    const tasks = (loop: string): string =>
      `[{ name: a, template: leaf${loop} }, { name: b, template: leaf, depends: a.AnySucceeded }]`;

    expect(problemOfTasks(tasks(""))).toContain("templates.main.tasks.a dependency 'a' uses an items-based condition");
    expect(problemOfTasks(tasks(", withItems: [1]"))).toBeUndefined();
    expect(problemOfTasks(tasks(", withSequence: { count: 1 }"))).toBeUndefined();
  });
});

describe("the argument of a task", () => {
  const tasks = (depends: string, parameter: string): string =>
    `[{ name: a, template: leaf }, { name: b, template: leaf, depends: a }, { name: c, template: say${depends}, arguments: { parameters: [{ name: text, ${parameter} }] } }]`;

  it("is an output of a task that it depends on, directly or not", () => {
    const parameter = 'value: "{{tasks.a.outputs.result}}"';

    expect(problemOfTasks(tasks("", parameter))).toContain(
      "templates.main.tasks.c missing dependency 'a' for parameter 'text'",
    );
    expect(problemOfTasks(tasks(", depends: a", parameter))).toBeUndefined();
    expect(problemOfTasks(tasks(", depends: b", parameter))).toBeUndefined();
  });

  it("may come from a ConfigMap", () => {
    const parameter = "valueFrom: { configMapKeyRef: { name: settings, key: text } }";

    expect(problemOfTasks(tasks("", parameter))).toBeUndefined();
  });
});

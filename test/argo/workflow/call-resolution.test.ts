// Loops and conditions of a call before it runs: what never runs may refer to what is absent.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

/** Task `b`, which runs when `a` has failed or was left out, with this besides. */
function after(a: string, b: string): PureWorkflow {
  return new PureWorkflow(`
entrypoint: main
templates:
- name: main
  dag:
    tasks:
    - { name: a, template: print, ${a} }
    - { name: b, template: say, depends: "a.Failed || a.Skipped", ${b} }
- name: print
  outputs: { parameters: [{ name: out, valueFrom: { path: /out } }] }
  container: { image: x, command: [run] }
- name: say
  inputs: { parameters: [{ name: text }] }
  container: { image: x, command: [say, "{{inputs.parameters.text}}"] }
`).settle();
}

const out = "{{tasks.a.outputs.parameters.out}}";
const skipped = `when: "1 == 2"`;

function text(value: string): string {
  return `arguments: { parameters: [{ name: text, value: "${value}" }] }`;
}

describe("a loop whose condition is false", () => {
  const never = `when: "{{tasks.a.status}} == Succeeded"`;

  it("leaves out every item, though its arguments refer to an output that never came", () => {
    const run = after("", `${never}, withItems: [x, y], ${text(`{{item}} ${out}`)}`).end("a", { exitCode: 1 });

    expect(run.phases).toMatchObject({ "b(0:x)": "Skipped", "b(1:y)": "Skipped", b: "Succeeded" });
    expect(run.node("b(0:x)")?.message).toBe("when 'Failed == Succeeded' evaluated false");
  });

  it("leaves out every item, though its arguments refer to an output of what was left out", () => {
    const run = after(skipped, `${never}, withItems: [x], ${text(`{{item}} ${out}`)}`);

    expect(run.phases).toMatchObject({ a: "Skipped", "b(0:x)": "Skipped", b: "Succeeded" });
  });

  it("needs no list", () => {
    const run = after("", `${never}, withParam: "${out}", ${text("{{item}}")}`).end("a", { exitCode: 1 });

    expect(run.node("b")).toMatchObject({ phase: "Skipped", message: "Skipped, empty params" });
  });
});

describe("a loop whose condition is about its items", () => {
  it("runs those for which it holds", () => {
    const loop = `when: "{{item.n}} > 1", withItems: [{ n: 1 }, { n: 2 }]`;

    const run = after(skipped, `${loop}, ${text("{{item.n}}")}`);

    expect(run.phases["b(0:n:1)"]).toBe("Skipped");
    expect(run.running).toEqual(["b(1:n:2)"]);
  });

  it("runs when it has items, and is an error for a text that is no list", () => {
    const loop = (list: string): PureWorkflow =>
      after(skipped, `when: "{{item}} > 1", withParam: "${list}", ${text("{{item}}")}`);

    expect(loop("[1, 2]").running).toEqual(["b(1:2)"]);
    expect(loop("soon").node("b")).toMatchObject({ phase: "Error" });
  });
});

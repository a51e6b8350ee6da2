// A group of steps: what starts, what is left out, and what its children make of it.
import { describe, expect, it } from "vitest";
import { PureWorkflow } from "../../support/pure-workflow.ts";

function steps(groups: string, more = ""): PureWorkflow {
  return new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps: ${groups}
- { name: leaf, container: { image: x, command: [run] } }
- { name: slow, pendingTimeout: 30s, synchronization: { mutexes: [{ name: m }] }, container: { image: x } }
- { name: script, script: { image: x, command: [sh], source: echo } }
${more}
`).settle();
}

describe("a steps template", () => {
  it("without groups succeeds at once", () => {
    const run = steps("[]");

    expect([run.phase, run.phases]).toEqual(["Succeeded", { wf: "Succeeded" }]);
  });

  it("hangs a group below the group before it when that has no steps", () => {
    const run = steps("[[], [{ name: a, template: leaf }]]");

    expect(run.node("[0]")?.children).toEqual([run.node("[1]")?.id]);
    expect(run.running).toEqual(["a"]);
  });
});

describe("what is left out of a group", () => {
  it("stays so while the others of the group run", () => {
    const run = steps(`[[
      { name: never, template: leaf, when: "1 == 2" },
      { name: none, template: leaf, withParam: "[]" },
      { name: a, template: leaf },
    ]]`);
    const before = run.nodes;

    run.wait(1000);

    expect(run.nodes).toEqual(before);
    expect(run.node("never")).toMatchObject({ phase: "Skipped", message: "when '1 == 2' evaluated false" });
    expect(run.node("none")).toMatchObject({ phase: "Skipped", message: "Skipped, empty params" });
  });
});

describe("a group errs", () => {
  it("when an expression in a step cannot be evaluated", () => {
    const argument = `{ name: text, value: "{{=asInt(steps.a.outputs.result)}}" }`;
    const run = steps(
      `[[{ name: a, template: script }], [{ name: b, template: say, arguments: { parameters: [${argument}] } }]]`,
      "- { name: say, inputs: { parameters: [{ name: text }] }, container: { image: x } }",
    ).end("a", { result: "many" });

    expect(run.node("[1]")?.phase).toBe("Error");
    expect(run.node("[1]")?.message).toMatch(/^failed to resolve references: /);
    expect(run.phase).toBe("Failed");
  });

  it("when the condition of one item of a loop is wrong", () => {
    const run = steps(`[[{ name: a, template: leaf, withItems: [1, 2], when: "{{item}} ==" }]]`);

    expect(run.phases).toEqual({ wf: "Failed", "[0]": "Error", "a(0:1)": "Error" });
    expect(run.node("[0]")?.message).toBe(run.node("a(0:1)")?.message);
  });
});

describe("a group fails", () => {
  it("when a step stayed pending for too long", () => {
    const run = steps("[[{ name: a, template: slow }, { name: b, template: slow }]]");
    expect(run.phases["b"]).toBe("Pending");
    expect(run.checkAgainAt).toBe(run.now + 30_001);

    run.wait(30_001);

    expect(run.node("[0]")).toMatchObject({ phase: "Failed", message: "timeout" });
    expect(run.node("b")).toMatchObject({ phase: "Failed", message: "timeout" });
  });

  it("when a step errs, unless the workflow goes on after an error", () => {
    const erred = (more: string): PureWorkflow => {
      const run = steps(`[[{ name: a, template: leaf${more} }]]`);
      run.pods.clear();
      return run.settle();
    };

    expect(erred("").phases).toEqual({ wf: "Failed", "[0]": "Failed", a: "Error" });
    expect(erred(", continueOn: { failed: true }").phase).toBe("Failed");
    expect(erred(", continueOn: { error: true }").phase).toBe("Succeeded");
  });
});

it("a group that had ended runs again while an exit handler runs whose time came later", () => {
  const hooks = `{ exit: { template: leaf, expression: "asFloat(workflow.duration) >= 5" } }`;
  const run = steps(`[[{ name: a, template: leaf, hooks: ${hooks} }], [{ name: b, template: leaf }]]`).end("a");
  expect(run.phases).toMatchObject({ "[0]": "Succeeded", b: "Running" });

  run.wait(5000);
  expect(run.phases).toMatchObject({ "[0]": "Running", "a.onExit": "Running" });
  run.end("a.onExit").end("b");

  expect(run.phase).toBe("Succeeded");
});

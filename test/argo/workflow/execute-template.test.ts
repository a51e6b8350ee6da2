// The gates before a template runs: depth, display name, time, locks; and the attempts around it.
import { describe, expect, it } from "vitest";
import type { Lock } from "../../../src/argo/workflow/locks.ts";
import { PureWorkflow } from "../../support/pure-workflow.ts";

/** One pod with these fields of its template. */
function leaf(fields: string, more = ""): string {
  return `
entrypoint: main
${more}
templates: [{ name: main, ${fields}, container: { image: x } }]
`;
}

it("a template that calls itself without end fails at Argo's depth", () => {
  const run = new PureWorkflow(`
entrypoint: main
templates: [{ name: main, steps: [[{ name: a, template: main }]] }]
`).settle();

  const deepest = run.nodes.filter(({ message = "" }) => message.startsWith("Maximum recursion depth exceeded."));
  expect(deepest).toMatchObject([{ type: "Skipped", phase: "Error" }]);
  expect(deepest[0]?.name.match(/\.a/g)).toHaveLength(99);
  expect(run.phase).toBe("Failed");
});

describe("the display name of a template's annotation", () => {
  const named = (name: string, more = ""): PureWorkflow =>
    new PureWorkflow(leaf(`${more} annotations: { workflows.argoproj.io/display-name: "${name}" }`)).settle();

  it("is shown from the start, for a pod as for a node that is tried again", () => {
    expect(named("shown").running).toEqual(["shown"]);
    expect(named("shown", "retryStrategy: { limit: 1 },").phases).toEqual({ shown: "Running", "wf(0)": "Running" });
  });

  it("is shown of a node that waits, too", () => {
    const locks = new Map<string, Lock>();
    const lock = "synchronization: { mutexes: [{ name: m }] }";
    const spec = leaf(`${lock}, annotations: { workflows.argoproj.io/display-name: shown }`);
    new PureWorkflow(spec, { name: "one", locks }).settle();

    const waiting = new PureWorkflow(spec, { name: "two", locks }).settle();

    expect(waiting.phases).toEqual({ shown: "Pending" });
  });

  it("is an error when it could not be shown, and no pod is made", () => {
    const run = named("not a name!");

    expect(run.node("wf")).toMatchObject({ phase: "Error", message: expect.stringMatching(/^displayName must match/) });
    expect(run.phase).toBe("Error");
    expect(run.steps.size).toBe(0);
  });
});

describe("a node that is pending for too long", () => {
  it("fails without ever having had a pod when it waited for a lock", () => {
    const locks = new Map<string, Lock>();
    const spec = leaf("timeout: 30s, synchronization: { mutexes: [{ name: m }] }");
    new PureWorkflow(spec, { name: "one", locks }).settle();
    const waiting = new PureWorkflow(spec, { name: "two", locks }).settle();
    expect(waiting.phases).toEqual({ two: "Pending" });

    waiting.wait(31_000);

    expect(waiting.node("two")).toMatchObject({ phase: "Failed", message: "timeout" });
    expect([waiting.phase, waiting.message]).toEqual(["Error", "error in entry template execution: timeout"]);
    expect([...locks.values()].flatMap(({ queue }) => queue)).toEqual([]);
  });

  it("fails and loses its pod", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- { name: main, steps: [[{ name: a, template: leaf }]] }
- { name: leaf, pendingTimeout: 30s, container: { image: x } }
`).settle();
    for (const [id, pod] of run.pods) run.pods.set(id, { ...pod, phase: "Pending" });

    run.wait(30_000);
    expect(run.phases["a"]).toBe("Pending");
    run.wait(1);

    expect(run.node("a")).toMatchObject({ phase: "Failed", message: "timeout" });
    expect(run.phase).toBe("Failed");
    expect(run.pods.size).toBe(0);
  });
});

describe("a template that waited for a lock", () => {
  const LOCK = "synchronization: { mutexes: [{ name: m }] }";
  const holderSpec = leaf(LOCK);

  it.each([
    ["a pod", `${LOCK}, container: { image: x }`, "Pod", "Pending", ["two"]],
    ["a suspension", `${LOCK}, suspend: {}`, "Suspend", "Running", []],
    ["steps", `${LOCK}, steps: [[{ name: a, template: leaf }]]`, "Steps", "Running", ["a"]],
    ["a DAG", `${LOCK}, dag: { tasks: [{ name: a, template: leaf }] }`, "DAG", "Running", ["a"]],
    ["attempts", `${LOCK}, retryStrategy: { limit: 1 }, container: { image: x }`, "Retry", "Running", ["two(0)"]],
  ])("goes on when it gets it: %s", (_what, fields, type, phase, running) => {
    const locks = new Map<string, Lock>();
    const spec = `
entrypoint: main
templates: [{ name: main, ${fields} }, { name: leaf, container: { image: x } }]
`;
    const holder = new PureWorkflow(holderSpec, { name: "one", locks }).settle();
    const waiting = new PureWorkflow(spec, { name: "two", locks }).settle();
    expect(waiting.node("two")).toMatchObject({
      type,
      phase: "Pending",
      message: "Waiting for ns/Mutex/m lock. Lock status: 0/1",
      synchronizationStatus: { waiting: "ns/Mutex/m" },
    });

    holder.end("one");
    waiting.pass();

    const node = waiting.node("two");
    expect(node).toMatchObject({ type, phase });
    expect(node?.message).toBeUndefined();
    expect(node?.synchronizationStatus).toBeUndefined();
    expect(waiting.settle().running).toEqual(running);
  });
});

describe("attempts", () => {
  it("may be those of steps, which have no pod of their own", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- { name: main, retryStrategy: { limit: 1 }, steps: [[{ name: a, template: leaf }]] }
- { name: leaf, container: { image: x } }
`)
      .settle()
      .end("a", { exitCode: 1 });
    expect(run.phases).toMatchObject({ wf: "Running", "wf(0)": "Failed", "wf(1)": "Running" });

    run.end("a");

    expect(run.phases).toMatchObject({ wf: "Succeeded", "wf(1)": "Succeeded" });
  });

  it("of a template without a name are named after the workflow", () => {
    const run = new PureWorkflow(`
entrypoint: main
templates:
- name: main
  steps: [[{ name: a, inline: { retryStrategy: { limit: 1 }, container: { image: x } } }]]
`).settle();

    expect(run.steps.get("wf[0].a(0)")?.podName).toMatch(/^wf-\d+$/);
  });

  it("of an exit handler are marked as its hook, and so is the node around them", () => {
    const run = new PureWorkflow(`
entrypoint: main
onExit: tidy
templates:
- { name: main, container: { image: x } }
- { name: tidy, retryStrategy: { limit: 1 }, container: { image: x } }
`)
      .settle()
      .end("wf")
      .end("wf.onExit(0)", { exitCode: 1 })
      .end("wf.onExit(1)");

    const flags = run.nodes.map(({ name, nodeFlag }) => [name, nodeFlag]);
    expect(Object.fromEntries(flags)).toMatchObject({
      "wf.onExit": { hooked: true, retried: true },
      "wf.onExit(0)": { hooked: true, retried: true },
      "wf.onExit(1)": { hooked: true, retried: true },
    });
    expect(run.phase).toBe("Succeeded");
  });

  describe("that err before they can start", () => {
    const refused = (policy: string, locks: Map<string, Lock>): PureWorkflow => {
      const fields = `serviceAccountName: nobody, synchronization: { mutexes: [{ name: m }] }, retryStrategy: ${policy}`;
      return new PureWorkflow(leaf(fields), { locks, missingAccounts: ["nobody"] }).settle();
    };

    it("end the workflow and give back the lock when only failures are tried again", () => {
      const locks = new Map<string, Lock>();

      const run = refused("{ limit: 1 }", locks);

      expect(run.phases).toEqual({ wf: "Error", "wf(0)": "Error" });
      expect(run.node("wf")?.message).toBe("Workflow operation error");
      expect(run.phase).toBe("Error");
      expect(run.message).toContain(`error in entry template execution: pods "wf-main-`);
      expect([...locks.values()].flatMap(({ holders }) => holders)).toEqual([]);
    });

    it("are tried again when the policy covers errors", () => {
      const run = refused("{ limit: 1, retryPolicy: OnError }", new Map());

      expect(run.phases).toEqual({ wf: "Error", "wf(0)": "Error", "wf(1)": "Error" });
      expect(run.message).toBe("No more retries left");
    });
  });
});

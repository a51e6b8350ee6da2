// Locks as one workflow uses them, and as its status shows them.
import { describe, expect, it } from "vitest";
import type { Lock } from "../../../src/argo/workflow/locks.ts";
import { PureWorkflow, type PureWorkflowOptions } from "../../support/pure-workflow.ts";

const LIMIT = "{ configMapKeyRef: { name: limits, key: lane } }";

/** Steps a and b that each need these locks. */
function pair(synchronization: string, options: PureWorkflowOptions): PureWorkflow {
  return new PureWorkflow(
    `
entrypoint: main
templates:
- { name: main, steps: [[{ name: a, template: locked }, { name: b, template: locked }]] }
- { name: locked, synchronization: { ${synchronization} }, container: { image: x } }
`,
    options,
  );
}

/** A pod of a workflow that needs these locks. */
function whole(synchronization: string, options: PureWorkflowOptions = {}): PureWorkflow {
  return new PureWorkflow(
    `
entrypoint: main
synchronization: { ${synchronization} }
templates: [{ name: main, container: { image: x } }]
`,
    options,
  );
}

describe("a lock", () => {
  it("that several steps hold is given back by each of them", () => {
    const run = pair(`semaphores: [${LIMIT}]`, { configMaps: { limits: { lane: "2" } } }).settle();
    const [a, b] = ["a", "b"].map((name) => `ns/wf/${run.node(name)?.id}`);
    const held = (): unknown => run.workflow.status?.synchronization?.semaphore?.holding;
    expect(held()).toEqual([{ semaphore: "ns/ConfigMap/limits/lane", holders: [a, b] }]);

    run.end("a");

    expect(held()).toEqual([{ semaphore: "ns/ConfigMap/limits/lane", holders: [b] }]);
    expect(run.end("b").workflow.status?.synchronization).toBeUndefined();
  });

  it("is no longer waited for by steps of a workflow that was terminated", () => {
    const locks = new Map<string, Lock>();
    whole("mutexes: [{ name: m }]", { name: "holder", locks }).settle();
    const run = pair("mutexes: [{ name: m }]", { locks }).settle();
    expect(run.phases).toMatchObject({ a: "Pending", b: "Pending" });

    run.change({ shutdown: "Terminate" }).settle();

    expect(run.phase).toBe("Failed");
    expect(run.workflow.status?.synchronization).toBeUndefined();
    expect([...locks.values()]).toEqual([{ holders: ["ns/holder"], queue: [] }]);
  });

  it("is no longer waited for by a step that has waited for too long", () => {
    const locks = new Map<string, Lock>();
    whole("mutexes: [{ name: m }]", { name: "holder", locks }).settle();
    const spec = `
entrypoint: main
templates:
- { name: main, dag: { tasks: [{ name: a, template: locked }, { name: b, template: leaf }] } }
- { name: locked, timeout: 30s, synchronization: { mutexes: [{ name: m }] }, container: { image: x } }
- { name: leaf, container: { image: x } }
`;
    const run = new PureWorkflow(spec, { locks }).settle();
    expect(run.workflow.status?.synchronization?.mutex?.waiting).toHaveLength(1);

    run.wait(30_001);

    expect(run.phases).toEqual({ wf: "Running", a: "Failed", b: "Running" });
    expect(run.workflow.status?.synchronization).toBeUndefined();
    expect([...locks.values()]).toEqual([{ holders: ["ns/holder"], queue: [] }]);
  });

  it("has no holder while it is kept for the one in front", () => {
    const locks = new Map<string, Lock>();
    const mutex = "mutexes: [{ name: m }]";
    const holder = whole(mutex, { name: "holder", locks }).settle();
    const front = whole(mutex, { name: "front", locks }).settle();
    const last = whole(mutex, { name: "last", locks }).settle();
    expect(last.workflow.status?.synchronization?.mutex?.waiting).toEqual([
      { mutex: "ns/Mutex/m", holder: "ns/holder" },
    ]);

    holder.end("holder");
    last.settle();

    expect(last.message).toBe("Waiting for ns/Mutex/m lock. Lock status: 1/1");
    expect(last.workflow.status?.synchronization?.mutex?.waiting).toEqual([{ mutex: "ns/Mutex/m", holder: "" }]);
    expect(front.settle().running).toEqual(["front"]);
  });
});

describe("the limit of a semaphore", () => {
  it.each([
    ["its ConfigMap does not exist", {}],
    ["its ConfigMap has no such key", { limits: { other: "1" } }],
    ["it is no number", { limits: { lane: "many" } }],
    ["it is nothing", { limits: { lane: "0" } }],
  ])("must be known when it is first asked for: %s", (_reason, configMaps) => {
    const run = whole(`semaphores: [${LIMIT}]`, { configMaps }).settle();

    expect(run.phase).toBe("Failed");
    expect(run.message).toBe(
      "Failed to acquire the synchronization lock. failed to initialize semaphore ns/ConfigMap/limits/lane with limit",
    );
  });

  it("may go down to nothing later: the holder goes on, and all others wait", () => {
    const limits = { lane: "1" };
    const shared = { locks: new Map<string, Lock>(), configMaps: { limits } };
    const holder = whole(`semaphores: [${LIMIT}]`, { ...shared, name: "holder" }).settle();

    limits.lane = "0";
    const late = whole(`semaphores: [${LIMIT}]`, { ...shared, name: "late" }).settle();

    expect([late.phase, late.message]).toEqual([
      "Pending",
      "Waiting for ns/ConfigMap/limits/lane lock. Lock status: -1/0",
    ]);
    expect(holder.settle().running).toEqual(["holder"]);
  });
});

describe("a request for locks", () => {
  it("is wrong when it names one twice", () => {
    const run = whole("mutexes: [{ name: m }, { name: m }]").settle();

    expect([run.phase, run.message]).toEqual([
      "Failed",
      "Failed to acquire the synchronization lock. " +
        "requested configuration is invalid: duplicate synchronization item found",
    ]);
  });

  it("is wrong when a semaphore does not say where its limit is", () => {
    const run = pair("semaphores: [{ namespace: ns }]", {}).settle();

    expect(run.node("a")).toMatchObject({
      phase: "Error",
      message: "requested configuration is invalid: no configMapKeyRef",
    });
  });
});

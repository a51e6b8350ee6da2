// What becomes of steps when their workflow is stopped.
import { expect, it } from "vitest";
import type { Lock } from "../../../src/argo/workflow/locks.ts";
import { PureWorkflow } from "../../support/pure-workflow.ts";

it("a step that waits for a lock fails when its workflow is terminated, and does not take the lock later", () => {
  const locks = new Map<string, Lock>();
  const spec = `
entrypoint: main
templates:
- { name: main, steps: [[{ name: a, template: alone }]] }
- { name: alone, synchronization: { mutexes: [{ name: m }] }, container: { image: x } }
`;
  const holder = new PureWorkflow(spec, { name: "one", locks }).settle();
  const waiting = new PureWorkflow(spec, { name: "two", locks }).settle();
  expect([holder.phases["a"], waiting.phases["a"]]).toEqual(["Running", "Pending"]);

  waiting.change({ shutdown: "Terminate" }).settle();
  holder.end("a");
  waiting.settle();

  expect(waiting.node("a")).toMatchObject({ phase: "Failed", message: "Stopped with strategy 'Terminate'" });
  expect(waiting.phase).toBe("Failed");
  expect([...locks.values()].flatMap((lock) => lock.holders)).toEqual([]);
});

it("a workflow that waits for a lock fails when it is terminated", () => {
  const locks = new Map<string, Lock>();
  const spec = `
entrypoint: main
synchronization: { mutexes: [{ name: m }] }
templates: [{ name: main, container: { image: x } }]
`;
  new PureWorkflow(spec, { name: "one", locks }).settle();
  const waiting = new PureWorkflow(spec, { name: "two", locks }).settle();
  expect(waiting.phase).toBe("Pending");

  waiting.change({ shutdown: "Terminate" }).settle();

  expect([waiting.phase, waiting.message]).toEqual(["Failed", "Stopped with strategy 'Terminate'"]);
});

it("a resource step ends with its workflow, and so does one that waits in an exit handler only when it is terminated", () => {
  const spec = `
entrypoint: main
onExit: main
templates:
- name: main
  resource: { action: get, successCondition: status.phase == Done, manifest: "{ kind: Job }" }
`;
  const run = new PureWorkflow(spec).settle();
  expect(run.phases).toEqual({ wf: "Running" });

  run.change({ shutdown: "Stop" }).settle();

  expect(run.node("wf")).toMatchObject({ phase: "Failed", message: "workflow shutdown with strategy:  Stop" });
  expect(run.phases["wf.onExit"]).toBe("Running");
  run.change({ shutdown: "Terminate" }).settle();
  expect(run.node("wf.onExit")).toMatchObject({ phase: "Failed" });
  expect(run.phase).toBe("Failed");
});

it("a workflow that is suspended starts nothing until it goes on", () => {
  const run = new PureWorkflow(`
entrypoint: main
suspend: true
templates: [{ name: main, container: { image: x } }]
`).settle();
  expect([run.phase, run.running]).toEqual(["Running", []]);

  run.change({ suspend: false }).settle();

  expect(run.running).toEqual(["wf"]);
});

it("a workflow whose argument has no value does not start", () => {
  const run = new PureWorkflow(`
entrypoint: main
arguments: { parameters: [{ name: n, valueFrom: { configMapKeyRef: { name: none, key: k } } }] }
templates: [{ name: main, container: { image: x } }]
`).settle();

  expect(run.message).toContain("failed to set global parameter n from configmap with name none and key k");
  expect(run.nodes).toEqual([]);
});

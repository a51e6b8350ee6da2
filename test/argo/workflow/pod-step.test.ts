// When a step gets its pod, and when it gets none.
import { expect, it } from "vitest";
import { nodeIdOf } from "../../../src/argo/workflow/names.ts";
import { PureWorkflow } from "../../support/pure-workflow.ts";

const TWO = `
entrypoint: main
activeDeadlineSeconds: 60
templates:
- { name: main, steps: [[{ name: a, template: leaf }], [{ name: b, template: leaf }]] }
- { name: leaf, container: { image: x } }
`;

it("a workflow that was stopped before it began makes no pod", () => {
  const run = new PureWorkflow(TWO).change({ shutdown: "Stop" }).settle();

  expect(run.steps.size).toBe(0);
  expect(run.node("a")).toMatchObject({ phase: "Failed", message: "workflow shutdown with strategy: Stop" });
  expect([run.phase, run.message]).toEqual(["Failed", "Stopped with strategy 'Stop'"]);
});

it("a step whose turn comes in the last second of the workflow waits for the end instead", () => {
  const run = new PureWorkflow(TWO).settle();
  run.now += 59_500;

  run.end("a");

  expect(run.phases["b"]).toBe("Pending");
  expect(run.steps.has("wf[1].b")).toBe(false);
  run.wait(501);
  expect(run.node("b")).toMatchObject({ phase: "Failed", message: "Step exceeded its deadline" });
  expect(run.phase).toBe("Failed");
});

it("a pod that the store refuses makes an error of its step", () => {
  const run = new PureWorkflow(TWO);
  const refusal = `pods "a" is forbidden: exceeded quota`;
  run.refusals.set(nodeIdOf("wf", "wf[0].a"), refusal);

  run.settle();

  expect(run.node("a")).toMatchObject({ type: "Pod", phase: "Error", message: refusal });
  expect(run.phase).toBe("Failed");
});

it("a pod under a service account that does not exist is refused, as on a cluster", () => {
  const spec = `
entrypoint: main
serviceAccountName: known
templates:
- { name: main, steps: [[{ name: a, template: known }, { name: b, template: unknown }]] }
- { name: known, container: { image: x } }
- { name: unknown, serviceAccountName: nobody, container: { image: x } }
`;

  const run = new PureWorkflow(spec, { missingAccounts: ["nobody"] }).settle();

  expect(run.steps.get("wf[0].a")?.serviceAccountName).toBe("known");
  expect(run.node("b")?.message).toMatch(
    /^pods "wf-unknown-\d+" is forbidden: error looking up service account ns\/nobody: serviceaccount "nobody" not found$/,
  );
});

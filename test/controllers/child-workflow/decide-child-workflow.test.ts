import { expect, it } from "vitest";
import { decideChildWorkflow } from "../../../src/controllers/child-workflow/decide-child-workflow.ts";
import type { ShutdownStrategy, Workflow } from "../../../src/resources/workflow.ts";

function workflow(shutdown?: ShutdownStrategy, phase?: "Running" | "Failed"): Workflow {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "w", namespace: "ns" },
    spec: shutdown === undefined ? {} : { shutdown },
    ...(phase === undefined ? {} : { status: { phase } }),
  };
}

it("a child is stopped as its parent is, once, and a termination is not taken back", () => {
  expect(decideChildWorkflow(workflow(), workflow())).toBeUndefined();
  expect(decideChildWorkflow(workflow(), workflow("Stop"))).toBe("Stop");
  expect(decideChildWorkflow(workflow(undefined, "Running"), workflow("Terminate"))).toBe("Terminate");
  expect(decideChildWorkflow(workflow("Stop"), workflow("Stop"))).toBeUndefined();
  expect(decideChildWorkflow(workflow("Stop"), workflow("Terminate"))).toBe("Terminate");
  expect(decideChildWorkflow(workflow("Terminate"), workflow("Stop"))).toBeUndefined();
});

it("a child that has ended is left alone", () => {
  expect(decideChildWorkflow(workflow(undefined, "Failed"), workflow("Stop"))).toBeUndefined();
});

// Names whose parts, or whose use, only a run knows.
import { expect, it } from "vitest";

import { Facts } from "../../../../src/argo/workflow/facts.ts";
import { TemplateLookup } from "../../../../src/argo/workflow/template-lookup.ts";
import { addItemNames } from "../../../../src/argo/workflow/validation/item-names.ts";
import { addOutputNames } from "../../../../src/argo/workflow/validation/output-names.ts";
import { requireNoDeadline } from "../../../../src/argo/workflow/validation/validate-group.ts";
import { fieldNameProblem } from "../../../../src/argo/workflow/validation/validate-names.ts";
import { validateArguments } from "../../../../src/argo/workflow/validation/validate-arguments.ts";
import { validateWorkflow } from "../../../../src/argo/workflow/validation/validate-workflow.ts";
import {
  holdsPlaceholder,
  PLACEHOLDER,
  type ValidationContext,
} from "../../../../src/argo/workflow/validation/validation-context.ts";
import type { WorkflowSpec } from "../../../../src/resources/workflow.ts";

function context(): ValidationContext {
  const facts = new Facts({
    pods: [],
    workflowTemplates: new Map(),
    configMaps: new Map(),
    serviceAccounts: new Map(),
    resources: new Map(),
    refusedPods: new Map(),
  });
  return {
    templates: new TemplateLookup(facts, {}, undefined),
    globals: new Map(),
    visited: new Set(),
    isTemplate: false,
  };
}

it("a name may have a part that only a run knows, but its known part must be right", () => {
  expect(fieldNameProblem(`say-${PLACEHOLDER}`)).toBeUndefined();
  expect(fieldNameProblem(`_${PLACEHOLDER}`)).toContain("must start with an alpha-numeric character");
  expect(holdsPlaceholder(undefined)).toBe(false);
});

it("loops over objects and lists give variables for their members", () => {
  const names = new Set<string>();
  addItemNames({ name: "a", withItems: [{ os: "linux" }, ["x", "y"]] }, names);

  expect([...names]).toEqual(["item.os", "item.[0]", "item.[1]"]);
});

it("a call of a template that only a run knows gives no outputs", () => {
  const names = new Set<string>();
  addOutputNames(context(), names, { prefix: "steps", name: "a", template: undefined, isLoop: true });

  expect([...names]).toEqual(["steps.a.id", "steps.a.startedAt", "steps.a.finishedAt", "steps.a.hostNodeName"]);
});

it("a global name that only a run knows lets every global output be used", () => {
  const names = new Set<string>();
  const parameters = [{ name: "o", value: "x", globalName: "{{inputs.parameters.name}}" }];
  addOutputNames(context(), names, {
    prefix: "tasks",
    name: "a",
    template: { suspend: {}, outputs: { parameters } },
    isLoop: false,
  });

  expect(names.has("tasks.a.outputs.parameters.o")).toBe(true);
  expect(names.has("workflow.outputs.parameters.*")).toBe(true);
});

it("an inline group has no deadline of its own", () => {
  expect(() => {
    requireNoDeadline({ steps: [], activeDeadlineSeconds: "5" });
  }).toThrow("templates..activeDeadlineSeconds is only valid for leaf templates");
});

it("a WorkflowTemplate may be empty, and its name has a limit", () => {
  const problem = (name: string, kind: "Workflow" | "WorkflowTemplate", spec: WorkflowSpec): string | undefined =>
    validateWorkflow({ metadata: { name }, spec, templates: context().templates, kind });
  const long = "a".repeat(64);
  const rule = "must not be more than 63 characters long (currently 64)";

  expect(problem("lib", "WorkflowTemplate", {})).toBeUndefined();
  expect(problem("lib", "WorkflowTemplate", { onExit: "none" })).toBe("template name 'none' undefined");
  expect(problem("wf", "Workflow", {})).toBe("spec.entrypoint is required");
  expect(problem(long, "WorkflowTemplate", {})).toBe(`workflow template name "${long}" ${rule}`);
  expect(problem(long, "Workflow", {})).toBe(`workflow name "${long}" ${rule}`);
});

it("a choice of a WorkflowTemplate may be left to the workflow", () => {
  const parameters = [{ name: "n", enum: ["a"] }];

  expect(() => {
    validateArguments("spec.arguments.", { parameters }, true);
  }).not.toThrow();
});

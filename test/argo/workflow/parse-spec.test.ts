import { describe, expect, it } from "vitest";

import { formatProblems, parseWorkflowSpec, type Problem } from "../../../src/argo/workflow/parse-spec.ts";

function problemsOf(spec: unknown): readonly Problem[] {
  const parsed = parseWorkflowSpec(spec);
  return parsed.isValid ? [] : parsed.problems;
}

describe("reading a workflow's spec", () => {
  it("refuses a field that the engine does not support by its path", () => {
    const problems = problemsOf({
      templates: [{ name: "lint", container: { image: "a", volumeMounts: [{ name: "x" }] } }],
    });

    expect(problems).toEqual([
      { path: "templates.lint.container.volumeMounts", message: expect.stringContaining("not supported") as string },
    ]);
  });

  it("lets a template mount the volumes that it has", () => {
    const container = { image: "a", volumeMounts: [{ name: "x", mountPath: "/x" }] };
    const projected = { sources: [{ serviceAccountToken: { path: "token", audience: "gateway" } }] };
    const template = { name: "lint", container, volumes: [{ name: "x", projected }] };

    expect(parseWorkflowSpec({ templates: [template] })).toEqual({ isValid: true, spec: { templates: [template] } });
    expect(problemsOf({ templates: [{ ...template, volumes: [{ name: "x", nfs: {} }] }] })).toMatchObject([
      { path: "templates.lint.volumes[0].nfs" },
    ]);
  });

  it("refuses an unknown field and a wrong type, all at once", () => {
    const problems = problemsOf({ entrypont: "a", parallelism: "2", templates: [{ name: "a", dag: { tasks: {} } }] });

    expect(problems.map(({ path }) => path)).toEqual(["spec.entrypont", "spec.parallelism", "templates.a.dag.tasks"]);
  });

  it("makes texts of numbers and booleans where Argo does", () => {
    const parsed = parseWorkflowSpec({ arguments: { parameters: [{ name: "n", value: 1.5, enum: [1.5, true] }] } });

    expect(parsed).toEqual({
      isValid: true,
      spec: { arguments: { parameters: [{ name: "n", value: "1.5", enum: ["1.5", "true"] }] } },
    });
  });

  it("keeps an empty value and an empty item but not an empty name", () => {
    const parsed = parseWorkflowSpec({
      entrypoint: "",
      arguments: { parameters: [{ name: "n", value: "" }] },
      templates: [{ name: "a", container: { image: "i", args: [""] } }],
    });

    expect(parsed.isValid && parsed.spec).toEqual({
      arguments: { parameters: [{ name: "n", value: "" }] },
      templates: [{ name: "a", container: { image: "i", args: [""] } }],
    });
  });

  it("drops what has no effect on one machine", () => {
    const parsed = parseWorkflowSpec({ dnsPolicy: "Default", entrypoint: "a", podGC: null });

    expect(parsed).toEqual({ isValid: true, spec: { entrypoint: "a" } });
  });

  it("takes an absent spec as an empty one, and anything else than an object as wrong", () => {
    expect(parseWorkflowSpec(undefined)).toEqual({ isValid: true, spec: {} });
    expect(problemsOf([])).toEqual([{ path: "spec", message: "must be an object, not a list" }]);
  });

  it("accepts a refused field that asks for nothing", () => {
    expect(parseWorkflowSpec({ volumes: [] })).toEqual({ isValid: true, spec: {} });
    expect(problemsOf({ volumes: [{}] }).map(({ path }) => path)).toEqual(["spec.volumes"]);
  });

  it.each([
    [{ suspend: "yes" }, 'spec.suspend: must be true or false, not string "yes"'],
    [{ entrypoint: 1 }, "spec.entrypoint: must be a string, not number 1"],
    [{ workflowMetadata: { labels: "x" } }, 'spec.workflowMetadata.labels: must be an object, not string "x"'],
    [{ templates: [{ timeout: {} }] }, "spec.templates[0].timeout: must be a string, not an"],
  ])("case %#: a wrong type is named with its path", (spec, problem) => {
    expect(formatProblems(problemsOf(spec))).toContain(problem);
  });

  it.each([
    ["activeDeadlineSeconds", { templates: [{ activeDeadlineSeconds: {} }] }, "an object"],
    ["activeDeadlineSeconds", { templates: [{ activeDeadlineSeconds: [5] }] }, "a list"],
    ["activeDeadlineSeconds", { templates: [{ activeDeadlineSeconds: 1.5 }] }, "number 1.5"],
    ["retryStrategy.limit", { templates: [{ retryStrategy: { limit: true } }] }, "boolean true"],
    ["retryStrategy.backoff.factor", { templates: [{ retryStrategy: { backoff: { factor: {} } } }] }, "an object"],
    ["steps[0][0].withSequence.count", { templates: [{ steps: [[{ withSequence: { count: {} } }]] }] }, "an object"],
  ])("refuses for %s what is neither an integer nor a text, as Kubernetes does: case %#", (path, spec, found) => {
    expect(problemsOf(spec)).toEqual([
      { path: `spec.templates[0].${path}`, message: `must be an integer or a string, not ${found}` },
    ]);
  });

  it("makes a text of an integer where a tag may stand, and keeps an empty one to be refused later", () => {
    const templates = [5, "5", "{{inputs.parameters.n}}", ""].map((seconds) => ({ activeDeadlineSeconds: seconds }));

    const parsed = parseWorkflowSpec({ templates });

    expect(parsed.isValid && parsed.spec.templates?.map((template) => template.activeDeadlineSeconds)).toEqual([
      "5",
      "5",
      "{{inputs.parameters.n}}",
      "",
    ]);
  });

  it("takes an empty limit as none", () => {
    const templates = [{ name: "a", timeout: "" }];

    expect(parseWorkflowSpec({ templates })).toEqual({ isValid: true, spec: { templates: [{ name: "a" }] } });
  });
});

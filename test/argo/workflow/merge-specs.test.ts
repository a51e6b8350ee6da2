import { expect, it } from "vitest";

import { applyTemplateDefaults, mergeWorkflowSpecs } from "../../../src/argo/workflow/merge-specs.ts";

const ofTemplate = {
  arguments: {
    parameters: [
      { name: "a", value: "1" },
      { name: "b", value: "2" },
    ],
  },
};
const ofWorkflow = {
  arguments: {
    parameters: [
      { name: "c", value: "4" },
      { name: "b", value: "3" },
    ],
  },
};

it("own arguments come first and replace those of the template as a whole", () => {
  expect(mergeWorkflowSpecs(ofWorkflow, ofTemplate)).toEqual({
    arguments: {
      parameters: [
        { name: "c", value: "4" },
        { name: "b", value: "3" },
        { name: "a", value: "1" },
      ],
    },
  });
});

it("arguments of only one of them stay as they are", () => {
  expect(mergeWorkflowSpecs(ofWorkflow, {})).toEqual(ofWorkflow);
  expect(mergeWorkflowSpecs({}, ofTemplate)).toEqual(ofTemplate);
  expect(mergeWorkflowSpecs({}, {})).toEqual({});
});

it("a hook of the workflow replaces the template's hook of that name as a whole", () => {
  const merged = mergeWorkflowSpecs(
    { hooks: { exit: { template: "own" } } },
    { hooks: { exit: { template: "other", expression: "true" }, running: { template: "r", expression: "true" } } },
  );

  expect(merged.hooks).toEqual({ exit: { template: "own" }, running: { template: "r", expression: "true" } });
});

it("defaults reach the fields that a template lacks, but not another type and no name", () => {
  const template = { name: "a", container: { image: "x" } };
  const defaults = {
    name: "defaults",
    timeout: "5s",
    container: { image: "y", command: ["run"] },
    script: { image: "z", source: "echo" },
  };

  expect(applyTemplateDefaults(template, undefined)).toBe(template);
  expect(applyTemplateDefaults(template, defaults)).toEqual({
    name: "a",
    timeout: "5s",
    container: { image: "x", command: ["run"] },
  });
});

it("lists of objects with a name are merged by it; of any other list the workflow's own counts", () => {
  const defaults = (name: string) => ({ container: { image: "x", args: [name] }, volumes: [{ name, emptyDir: {} }] });

  const merged = mergeWorkflowSpecs({ templateDefaults: defaults("a") }, { templateDefaults: defaults("b") });

  expect(merged.templateDefaults).toEqual({
    container: { image: "x", args: ["a"] },
    volumes: [
      { name: "a", emptyDir: {} },
      { name: "b", emptyDir: {} },
    ],
  });
});

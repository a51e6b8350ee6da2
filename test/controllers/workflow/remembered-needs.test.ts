// What a first pass reads beforehand.
import { expect, test } from "vitest";
import type { Need } from "../../../src/argo/workflow/facts.ts";
import { RememberedNeeds, REMEMBERED_TEMPLATES_MAX } from "../../../src/controllers/workflow/remembered-needs.ts";
import type { Workflow } from "../../../src/resources/workflow.ts";

const account: Need = { kind: "serviceAccount", name: "runner" };
const template: Need = { kind: "workflowTemplate", name: "dag", isClusterScoped: false };

function workflowOf(name: string, templateName?: string): Workflow {
  const spec = templateName === undefined ? {} : { workflowTemplateRef: { name: templateName } };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name, namespace: "ns" },
    spec,
  };
}

test("a new workflow reads what the last one of its template asked for", () => {
  const needs = new RememberedNeeds();

  needs.set(workflowOf("first", "dag"), "ns/first", [template, account]);

  expect(needs.of(workflowOf("second", "dag"), "ns/second")).toEqual([template, account]);
  expect(needs.of(workflowOf("third", "other"), "ns/third")).toEqual([]);
});

test("a workflow that has asked itself reads that, and a forgotten one its template's again", () => {
  const needs = new RememberedNeeds();
  needs.set(workflowOf("first", "dag"), "ns/first", [template]);
  needs.set(workflowOf("second", "dag"), "ns/second", [template, account]);

  expect(needs.of(workflowOf("first", "dag"), "ns/first")).toEqual([template]);

  needs.forget("ns/first");

  expect(needs.of(workflowOf("first", "dag"), "ns/first")).toEqual([template, account]);
});

test("a workflow without a template shares with no other", () => {
  const needs = new RememberedNeeds();

  needs.set(workflowOf("first"), "ns/first", [account]);

  expect(needs.of(workflowOf("first"), "ns/first")).toEqual([account]);
  expect(needs.of(workflowOf("second"), "ns/second")).toEqual([]);
});

test("as many templates are remembered as the limit says", () => {
  const needs = new RememberedNeeds();

  for (let index = 0; index <= REMEMBERED_TEMPLATES_MAX; index += 1) {
    needs.set(workflowOf(`w${index}`, `t${index}`), `ns/w${index}`, [account]);
  }

  expect(needs.of(workflowOf("new", "t0"), "ns/new")).toEqual([]);
  expect(needs.of(workflowOf("new", "t1"), "ns/new")).toEqual([account]);
});

import { expect, it } from "vitest";

import { startMetadata } from "../../../src/argo/workflow/workflow-metadata.ts";

const sources = { now: () => 0, random: () => 0 };

it("labels become variables, also those that an expression gives", () => {
  const globals = new Map([["workflow.name", "wf"]]);
  const metadata = { labels: { team: "one" }, labelsFrom: { own: { expression: "workflow.name + '-x'" } } };

  expect(startMetadata(metadata, globals, sources)).toEqual({ labels: { team: "one", own: "wf-x" }, annotations: {} });
  expect(globals.get("workflow.labels.own")).toBe("wf-x");
});

it.each([
  [{ labels: { team: "_x" } }, 'invalid label value "_x" for label "team"'],
  [{ labelsFrom: { n: { expression: "1 + 1" } } }, 'label "n" expression "1 + 1": it must give a string'],
  [{ labelsFrom: { n: { expression: "'a b'" } } }, `invalid label value "a b" for label "n" and expression "'a b'"`],
])("case %#: a label that Kubernetes would refuse is an error", (metadata, problem) => {
  expect(() => startMetadata(metadata, new Map(), sources)).toThrow(problem);
});

import { expect, it } from "vitest";
import { buildRunFile } from "../../../src/controllers/agent-run/build-run-file.ts";
import { readRunInput } from "../../../src/controllers/agent-run/run-input.ts";
import { CONFIGURATION } from "../../support/admission-facts.ts";
import { codeRun, docsRun } from "../../support/runs.ts";

it("run.json says who the run is, what it works on, and within which limits", () => {
  const run = codeRun({ annotations: { "runyard.dev/lane": "lane-1-7", "runyard.dev/generation": "3" } });
  const read = readRunInput(run, CONFIGURATION);
  if (read.kind === "invalid") throw new Error(read.problem);

  expect(buildRunFile(run, read.input, 2, CONFIGURATION)).toMatchObject({
    version: 1,
    kind: "CodeRun",
    namespace: "runyard",
    name: run.metadata.name,
    uid: run.metadata.uid,
    attempt: 2,
    workflow: "task-1-7-3",
    identity: { lane: "lane-1-7", generation: 3, stage: "author" },
    repository: { owner: "acme", name: "shop" },
    limits: CONFIGURATION.limits,
  });
});

it("run.json of a DocsRun applied by hand has no workflow", () => {
  const read = readRunInput(docsRun(), CONFIGURATION);
  if (read.kind === "invalid") throw new Error(read.problem);

  const file = buildRunFile(docsRun(), read.input, 1, CONFIGURATION);

  expect(file).toMatchObject({ kind: "DocsRun", includeCodebase: false, identity: { stage: "docs" } });
  expect(file.workflow).toBeUndefined();
});

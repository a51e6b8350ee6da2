import { expect, it } from "vitest";
import { buildPrompt } from "../../../src/agent/stages/task-files.ts";
import { buildRunFile } from "../../../src/controllers/agent-run/build-run-file.ts";
import { readRunInput } from "../../../src/controllers/agent-run/run-input.ts";
import type { DocsRunSpec } from "../../../src/resources/docs-run.ts";
import { CONFIGURATION } from "../../support/admission-facts.ts";
import { docsRun } from "../../support/runs.ts";

function promptOf(change: Partial<DocsRunSpec>): string {
  const run = { ...docsRun(), spec: { ...docsRun().spec, ...change } };
  const read = readRunInput(run, CONFIGURATION);
  if (read.kind === "invalid") throw new Error(read.problem);
  const none = { kind: "none", title: "", url: "", quotes: [] } as const;
  return buildPrompt(buildRunFile(run, read.input, 1, CONFIGURATION), {}, none, []);
}

it("a DocsRun is sent to its working directory, and to the code where includeCodebase says so", () => {
  expect(promptOf({})).toContain("of .taskmaster/tasks/tasks.json that");
  expect(promptOf({ workingDirectory: "apps/shop" })).toContain("of apps/shop/.taskmaster/tasks/tasks.json that");
  expect(promptOf({})).toContain("the code of the repository is not part of this work");
  expect(promptOf({ includeCodebase: true })).toContain("Read the code of the repository too");
});

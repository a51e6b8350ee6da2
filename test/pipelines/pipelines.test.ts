// Our pipelines on the embedded interpreter, against what real Argo did with the same files (recorded/README.md).
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { differences } from "../conformance/workflow-runs/difference.ts";
import { normaliseWorkflow } from "../conformance/workflow-runs/normalise.ts";
import { ScaledClock } from "../conformance/workflow-runs/scaled-clock.ts";
import { installPipelines, runPipelines, untilEnded, workflowOf } from "../support/played-pipelines.ts";
import { playPods, playRuns, type Scenario } from "../support/played-runs.ts";
import { temporaryStore } from "../support/temporary-store.ts";

const CASES: readonly {
  readonly file: string;
  readonly intent: string;
  readonly scenario: Scenario;
  readonly name: string;
}[] = [
  { file: "task", intent: "task", scenario: "all-pass", name: "task-1-7-1362934389" },
  { file: "comment", intent: "comment", scenario: "all-pass", name: "comment-1-9-492700400" },
  { file: "gate-failed", intent: "comment", scenario: "tests-gate-fails", name: "review-1-2-237895671" },
  { file: "infrastructure-lost", intent: "ci", scenario: "infrastructure-lost-once", name: "ci-1-5779607b49aa" },
  { file: "head", intent: "head", scenario: "all-pass", name: "head-1-2-ec26c3e57ca3" },
  { file: "docs", intent: "docs", scenario: "all-pass", name: "docs-1-aaaaaaaaaaaa" },
];

/** The interpreter follows Argo 4.1; the recordings are of 4.0.7, which did not do this yet. */
const NEWER_ARGO: ReadonlySet<string> = new Set([
  'labels.workflow-template: not expected: "orchestrator-dag"',
  'labels.workflow-template: not expected: "orchestrator-docs"',
]);

describe("our pipelines", () => {
  for (const { file, intent, scenario, name } of CASES) {
    it(`end as on real Argo: ${file}`, async () => {
      const clock = new ScaledClock(100);
      const store = await temporaryStore(clock);
      await installPipelines(store, { global: "8", "r-1": "8", "o-5": "8" });
      runPipelines(store, clock, [playPods(store, intent), ...playRuns(store, scenario)]);

      await store.create(WORKFLOW, workflowOf(name, intent));
      const ended = await untilEnded(store, name);

      const recorded = JSON.parse(readFileSync(new URL(`recorded/${file}.json`, import.meta.url), "utf8"));
      const found = differences(recorded, normaliseWorkflow(ended)).map(({ path, text }) => `${path}: ${text}`);
      expect(found.filter((line) => !NEWER_ARGO.has(line))).toEqual([]);
    });
  }
});

import { expect, it } from "vitest";
import { buildCriteriaTable } from "../../../src/agent/stages/build-criteria-table.ts";
import type { GateResult } from "../../../src/agent/prepared.ts";

function gate(stage: GateResult["stage"], command: string, output: string): GateResult {
  return { stage, command, output, passed: true, exitCode: 0, durationMs: 1 };
}

it("puts beside each criterion what the stage's commands said of it, by its text or its number", () => {
  const gates = [
    gate("tests", "npm test", "ok Hats cost 2 EUR"),
    gate("acceptance", "node a.js | tee", "ok   task-1: Hats cost 2 EUR\nCriterion 2 holds: 404\ncriterion-20 holds"),
    gate("acceptance", "node b.js", "again: Hats cost 2 EUR"),
  ];

  expect(buildCriteriaTable(["Hats cost 2 EUR", "No shoes", "Ask @wes"], gates).slice(2)).toEqual([
    "| criterion | evidence |",
    "|---|---|",
    "| 1. Hats cost 2 EUR | `node a.js   tee`: ok   task-1: Hats cost 2 EUR<br>`node b.js`: again: Hats cost 2 EUR |",
    "| 2. No shoes | `node a.js   tee`: Criterion 2 holds: 404 |",
    "| 3. Ask @\u200Bwes | none: no command's output names this criterion |",
  ]);
});

it("says nothing where a task has no criteria", () => {
  expect(buildCriteriaTable([], [gate("acceptance", "a", "b")])).toEqual([]);
});

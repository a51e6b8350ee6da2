// What a person reads in a terminal of 80 columns, and what a file gets.
import { expect, test } from "vitest";
import { formatScenes, formatStages } from "../../../src/programs/demo/format-times.ts";
import { createProgress } from "../../../src/programs/demo/progress.ts";
import type { StageFigures } from "../../../src/programs/demo/stage-figures.ts";

function linesOf(columns: number | undefined, text: string): readonly string[] {
  const written: string[] = [];
  const settings = columns === undefined ? {} : { columns };
  createProgress({ write: (line) => written.push(line), now: () => 0, json: false, color: false, ...settings }).tell(
    "remediate-comment",
    text,
  );
  return written.join("\n").split("\n");
}

const TEXT = "oscar has permission read on acme/pricing; starting work needs write. Ask someone with write permission";

test("a long text goes on below itself in a terminal, and is one line in a file", () => {
  const lines = linesOf(80, TEXT);

  expect(lines.length).toBeGreaterThan(1);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.map((line) => line.slice(28).trim()).join(" ")).toBe(TEXT);
  expect(linesOf(undefined, TEXT)).toHaveLength(1);
});

test("a word that is longer than the line is broken", () => {
  expect(linesOf(80, "x".repeat(120)).every((line) => line.length <= 80)).toBe(true);
});

test("the tables of times fit into 80 columns, sum up, and tell which run failed", () => {
  const figures: StageFigures = {
    run: "review-400001-2-9000001-remediate-comment",
    stage: "remediate-comment",
    phase: "Succeeded",
    agentTurns: 2,
    costMicroUsd: 112_600,
    totalMs: 12_340,
    engineMs: 400,
    prepareMs: 900,
    setupMs: 1_100,
    agentMs: 1_300,
    gatesMs: 700,
    otherMs: 800,
    publishMs: 1_200,
  };

  const table = formatStages([figures, figures]);

  expect(table.filter((line) => line.length > 80)).toEqual([]);
  expect(table[3]).toMatch(/^all +4 \$0\.2252 +24\.7 +0\.8 +1\.8 +2\.2 +2\.6 +1\.4 +1\.6 +2\.4$/);
  expect(formatStages([{ ...figures, stage: "author", phase: "Failed" }])[1]).toMatch(/^author: Failed /);
  expect(
    formatScenes([
      { name: "later", beganMs: 2_000, endedMs: 5_500 },
      { name: "first", beganMs: 0, endedMs: 2_000 },
    ]),
  ).toEqual(["   0.0 –    2.0 s     2.0 s  first", "   2.0 –    5.5 s     3.5 s  later"]);
});

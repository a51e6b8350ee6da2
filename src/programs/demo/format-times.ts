// The tables of times at the end, at most 80 columns wide.
import type { FiguresKey, StageFigures } from "./stage-figures.ts";
import type { SceneTime } from "./scenario.ts";

/** What people did, from when to when. */
export function formatScenes(scenes: readonly SceneTime[]): readonly string[] {
  return scenes
    .toSorted((left, right) => left.beganMs - right.beganMs)
    .map(({ name, beganMs, endedMs }) => {
      const [began, ended, took] = [beganMs, endedMs, endedMs - beganMs].map((ms) => seconds(ms).padStart(6));
      return `${began} – ${ended} s  ${took} s  ${name}`;
    });
}

const COLUMNS: readonly {
  readonly title: string;
  readonly key: FiguresKey;
  readonly show: (value: number) => string;
}[] = [
  { title: "turns", key: "agentTurns", show: String },
  { title: "cost", key: "costMicroUsd", show: (value) => `$${(value / 1_000_000).toFixed(4)}` },
  { title: "total", key: "totalMs", show: seconds },
  { title: "wait", key: "engineMs", show: seconds },
  { title: "prep", key: "prepareMs", show: seconds },
  { title: "setup", key: "setupMs", show: seconds },
  { title: "agent", key: "agentMs", show: seconds },
  { title: "gates", key: "gatesMs", show: seconds },
  { title: "other", key: "otherMs", show: seconds },
  { title: "publ", key: "publishMs", show: seconds },
];

const LEGEND = [
  "Seconds. wait: the engine, while no container ran. prep: clone, task files, the",
  "wait for the preview. setup and gates: in the agent's container and again in the",
  "fresh clone. other: start of these two, clones, measuring and applying the",
  "change. publ: push, pull request, check runs, the wait for a new preview.",
];

/** A row per run, and their sum. */
export function formatStages(stages: readonly StageFigures[]): readonly string[] {
  const rows = stages.map((stage) => [
    stage.phase === "Succeeded" ? stage.stage : `${stage.stage}: ${stage.phase}`,
    ...COLUMNS.map(({ key, show }) => show(stage[key])),
  ]);
  const sums = COLUMNS.map(({ key, show }) => show(stages.reduce((total, stage) => total + stage[key], 0)));
  const lines = [["run", ...COLUMNS.map(({ title }) => title)], ...rows, ["all", ...sums]];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const table = lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join(" "),
  );
  return [...table, ...LEGEND];
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

// What the demonstration leaves for the reader: what came of it, the change, the checks, the cost, and where time went.
import { NAMESPACE_NAME } from "./demo-world.ts";
import type { Expectation } from "./expectations.ts";
import { formatScenes, formatStages } from "./format-times.ts";
import type { CheckRun, GitHubReader, PullRequest } from "./read-back.ts";
import type { Scene } from "./scene.ts";
import type { ScenarioResult, SceneTime } from "./scenario.ts";
import { figuresOf, type StageFigures } from "./stage-figures.ts";

export interface Summary {
  readonly expectations: readonly Expectation[];
  readonly pullRequest: PullRequest;
  readonly docsPullRequest: PullRequest;
  readonly diff: string;
  readonly checks: readonly CheckRun[];
  readonly scenes: readonly SceneTime[];
  readonly totalMs: number;
  readonly stages: readonly StageFigures[];
  readonly model: string;
  readonly packageDownloads: number;
}

export async function readSummary(scene: Scene, result: ScenarioResult): Promise<Summary> {
  const { reader, expectations, watch, world, model, progress } = scene;
  const { pullRequest, docsPullRequest, scenes } = result;
  const { store } = world.kubernetes;
  return {
    expectations: expectations.all,
    pullRequest,
    docsPullRequest,
    diff: await readDiff(reader, pullRequest),
    checks: [...(await reader.checks(pullRequest.head.sha)).values()],
    scenes,
    totalMs: progress.elapsedMs(),
    stages: await Promise.all([...watch.runs.values()].map((run) => figuresOf(run, store, NAMESPACE_NAME))),
    model: model.kind === "scripted" ? `${model.name}: a scripted model, no real one was asked` : model.name,
    packageDownloads: world.registry.downloads(),
  };
}

async function readDiff(reader: GitHubReader, pull: PullRequest): Promise<string> {
  const files = await reader.files(pull.number);
  return files.map(({ filename, status, patch }) => `--- ${filename} (${status})\n${patch ?? ""}`).join("\n");
}

/** The summary as a person reads it. */
export function formatSummary(summary: Summary): readonly string[] {
  const { pullRequest, docsPullRequest, checks, expectations } = summary;
  return [
    "",
    `── The change: pull request #${pullRequest.number} "${pullRequest.title}" ──`,
    summary.diff,
    "",
    `── Check runs of its head ${pullRequest.head.sha.slice(0, 12)} ──`,
    ...checks.map(
      (check) => `${(check.conclusion ?? "running").padEnd(10)} ${check.name} (by ${check.app?.slug ?? "?"})`,
    ),
    "",
    `── The task files: pull request #${docsPullRequest.number} "${docsPullRequest.title}" ──`,
    "",
    `── Where the time went: ${(summary.totalMs / 1000).toFixed(1)} s ──`,
    ...formatScenes(summary.scenes),
    "",
    `── Runs, their cost and their time (model: ${summary.model}) ──`,
    ...formatStages(summary.stages),
    "",
    `── What was to come true: ${expectations.filter(({ holds }) => holds).length} of ${expectations.length} ──`,
    ...expectations.map(({ what, holds, evidence }) => `${holds ? "✓" : "✗"} ${what}: ${evidence}`),
    "",
    `The dependency was fetched ${summary.packageDownloads} times from the registry stand-in.`,
  ];
}

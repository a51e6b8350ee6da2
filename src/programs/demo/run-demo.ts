// One demonstration from the first process to the last: start, play, sum up, end. What is left is said.
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { DemoModel } from "./demo-model.ts";
import { startWorld, type DemoWorld, type WorldOptions } from "./demo-world.ts";
import { Expectations } from "./expectations.ts";
import { createProgress, type Progress } from "./progress.ts";
import { GitHubReader } from "./read-back.ts";
import { playScenario } from "./scenario.ts";
import type { StandIns } from "./stand-ins.ts";
import { formatSummary, readSummary } from "./summary.ts";
import { watchEngine } from "./watch-engine.ts";

export interface DemoOptions {
  readonly keep: boolean;
  readonly json: boolean;
  readonly dataDirectory: string | undefined;
  readonly model: DemoModel;
  readonly standIns: StandIns;
  /** Handed to the engine; the way out of the gateway is added to it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly color: boolean;
  /** Of the terminal, where there is one. */
  readonly columns?: number | undefined;
  readonly write: (line: string) => void;
  readonly signal: AbortSignal;
  /** Resolves when somebody who asked to keep everything has looked enough. */
  readonly untilStopped: () => Promise<void>;
  readonly startEngine?: WorldOptions["startEngine"];
}

/** True when everything came true. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { json, color, columns, write } = options;
  const directory = await makeDirectory(options.dataDirectory);
  const progress = createProgress({
    write,
    now: () => Date.now(),
    json,
    color,
    ...(columns === undefined ? {} : { columns }),
  });
  const say = (text: string) => write(json ? JSON.stringify({ type: "note", text }) : text);
  let passed = false;
  try {
    passed = await play(options, directory, progress);
  } catch (error) {
    const reason = options.signal.aborted ? "it was interrupted" : describe(error);
    say(`The demonstration did not end as it should: ${reason}`);
    if (!options.signal.aborted) for (const line of await readLogEnds(directory)) say(line);
  }
  const isKept = options.keep || (!passed && !options.signal.aborted);
  if (isKept) say(`Everything is kept in ${directory}`);
  else await removeDirectory(directory, options.dataDirectory);
  return passed;
}

async function makeDirectory(wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return mkdtemp(join(tmpdir(), "runyard-demo-"));
  const directory = resolve(wanted);
  await mkdir(directory, { recursive: true });
  if ((await readdir(directory)).length > 0) throw new Error(`--data-dir ${directory} is not empty; name a new folder`);
  return directory;
}

async function removeDirectory(directory: string, wanted: string | undefined): Promise<void> {
  const names = wanted === undefined ? [""] : await readdir(directory);
  for (const name of names) await rm(join(directory, name), { recursive: true, force: true, maxRetries: 5 });
}

async function play(options: DemoOptions, directory: string, progress: Progress): Promise<boolean> {
  const { model, signal, json, write, standIns, environment } = options;
  const label = model.kind === "scripted" ? "a scripted model stands in for a real one" : `the model is ${model.name}`;
  progress.tell("demo", `everything runs on this machine; GitHub, CI, registry and previews are stand-ins; ${label}`);
  const world = await startWorld({
    directory,
    model,
    standIns,
    environment,
    ...(options.startEngine !== undefined && { startEngine: options.startEngine }),
    onDeployment: ({ sha, state, reason }) =>
      progress.tell("preview", `${sha.slice(0, 12)}: ${state}: ${reason}`, state === "success" ? "good" : "bad"),
  });
  const watch = watchEngine(world.kubernetes, progress);
  try {
    progress.tell("engine", `runs: ${world.engine.apiUrl}, data in ${world.dataDirectory}`);
    const reader = new GitHubReader(world.github.maintainer);
    const expectations = new Expectations(progress);
    const scene = { world, watch, progress, model, expectations, reader, signal };
    const result = await playScenario(scene);
    const summary = await readSummary(scene, result);
    if (json) write(JSON.stringify({ type: "summary", ...summary }));
    else for (const line of [...formatSummary(summary), ...whereToLook(world, options.keep)]) write(line);
    for (const { what, evidence } of expectations.unmet)
      progress.tell("demo", `NOT AS EXPECTED: ${what}: ${evidence}`, "bad");
    if (options.keep) await options.untilStopped();
    return expectations.unmet.length === 0;
  } finally {
    await watch.close();
    await world.close();
  }
}

function whereToLook(world: DemoWorld, keep: boolean): readonly string[] {
  const logs = `Logs: ${world.dataDirectory}/engine.log, ${world.dataDirectory}/gateway/gateway.log, and one per container below pods/`;
  if (!keep) return [`${logs} (removed now; --keep keeps them)`];
  return [
    logs,
    `Look around: KUBECONFIG=${world.engine.kubeconfigPath} kubectl get workflows,coderuns,docsruns`,
    `GitHub: ${world.github.simulator.baseUrl} · Ctrl-C ends everything`,
  ];
}

const LOG_LINES = 15;

/** The ends of the logs that say most about a failure. */
async function readLogEnds(directory: string): Promise<readonly string[]> {
  const ends = ["data/engine.log", "data/gateway/gateway.log"].map((path) => readLogEnd(directory, path));
  return (await Promise.all(ends)).flat();
}

async function readLogEnd(directory: string, path: string): Promise<readonly string[]> {
  const text = await readFile(join(directory, path), "utf8").catch(() => "");
  const lines = text.trim().split("\n").slice(-LOG_LINES);
  return [`── the end of ${path} ──`].concat(lines.map((line) => line.slice(0, 400)));
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

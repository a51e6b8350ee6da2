// `npm run conformance -- workflows PATH…`: runs manifests with our controller and compares the node trees with those that
// real Argo recorded. Manifests and recordings are not part of this repository; they stand in ../shared/conformance.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { formatProblems, parseWorkflowSpec } from "../../src/argo/workflow/parse-spec.ts";
import { runControllers } from "../../src/controllers/loop/run-controllers.ts";
import { createWorkflowController } from "../../src/controllers/workflow/workflow-controller.ts";
import { LanguageError } from "../../src/languages/language-error.ts";
import { openSqliteResourceStore } from "../../src/platform/embedded/sqlite-resource-store.ts";
import type { Log } from "../../src/platform/log.ts";
import { KINDS, kindOf } from "../../src/resources/kinds.ts";
import type { KubernetesObject } from "../../src/resources/object-meta.ts";
import { differences } from "./workflow-runs/difference.ts";
import {
  findManifests,
  neededObjects,
  readManifests,
  workflowsToStart,
  type CorpusFile,
} from "./workflow-runs/manifests.ts";
import { prepareNamespace, runWorkflow, type RunOptions, type RunTools } from "./workflow-runs/run-workflow.ts";
import { ScaledClock } from "./workflow-runs/scaled-clock.ts";
import { simulatedPods } from "./workflow-runs/simulated-pods.ts";
import { whyAllowed } from "./workflow-runs/allowed-differences.ts";

type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly lines: readonly string[] }
  /** Outside of what the engine interprets, with the paths. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Nothing was recorded, or the recording says itself that it varies. */
  | { readonly kind: "skipped"; readonly reason: string };

const clockScale = 40;
const filesAtOnce = 4;
const timeoutMs = 25_000;

/** Prints every difference and the counts; the exit code is 0 when nothing failed. */
export async function runWorkflows(paths: readonly string[]): Promise<number> {
  const missing = paths.filter((path) => !existsSync(path));
  for (const path of missing) console.log(`!!! NOT FOUND: ${path} (the corpus is not part of this repository)`);
  if (missing.length > 0) return 2;
  const counts = { passed: 0, failed: 0, refused: 0, skipped: 0 };
  const files = [...findManifests(paths)];
  if (files.length === 0) {
    console.log(`!!! NO MANIFEST (a file *.yaml) in ${paths.join(", ")}`);
    return 2;
  }
  await withEngine(async (tools) => {
    const work = async (): Promise<void> => {
      for (let file = files.shift(); file !== undefined; file = files.shift()) {
        for (const [title, verdict] of await judgeFile(tools, file)) {
          counts[verdict.kind] += 1;
          report(title, verdict);
        }
      }
    };
    await Promise.all(Array.from({ length: filesAtOnce }, work));
  });
  if (counts.skipped > 0) console.log(`${counts.skipped} not compared`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.refused} refused`);
  return counts.failed === 0 && counts.passed + counts.refused > 0 ? 0 : 1;
}

function report(title: string, verdict: Verdict): void {
  switch (verdict.kind) {
    case "failed":
      console.log(`FAILED ${title}\n${verdict.lines.map((line) => `  ${line}`).join("\n")}`);
      return;
    case "refused":
    case "skipped":
      console.log(`${verdict.kind} ${title}: ${verdict.reason}`);
      return;
    case "passed":
  }
}

async function withEngine(work: (tools: RunTools) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "runyard-conformance-"));
  const clock = new ScaledClock(clockScale);
  const log: Log = { write: logErrors, with: () => log };
  const store = await openSqliteResourceStore({ directory: join(directory, "data"), kinds: KINDS, clock, log });
  const pods = simulatedPods(store, clock, join(directory, "pods"));
  const end = new AbortController();
  const controllers = [
    createWorkflowController({ store, storeFor: () => store, random: Math.random }),
    pods.controller,
  ];
  const loop = runControllers({ controllers, store, clock, log, signal: end.signal });
  try {
    await work({ store, clock, runningPodCount: pods.runningCount });
  } finally {
    end.abort();
    pods.stop();
    await loop;
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function logErrors(level: string, message: string, fields?: Readonly<Record<string, unknown>>): void {
  if (level === "error") console.error(message, fields);
}

type Judged = readonly (readonly [title: string, verdict: Verdict])[];

async function judgeFile(tools: RunTools, file: CorpusFile): Promise<Judged> {
  let objects: readonly KubernetesObject[];
  try {
    objects = readManifests(file.path);
  } catch (error) {
    if (!(error instanceof LanguageError)) throw error;
    return [[file.name, { kind: "refused", reason: error.message }]];
  }
  const reason = whyRefused([...neededObjects(file), ...objects]);
  if (file.entry?.verdict === "refuse") return [[file.name, judgeRefusal(file, reason)]];
  if (reason !== undefined) return [[file.name, { kind: "refused", reason }]];
  const recordings = findRecordings(file);
  if (recordings.length > 0) return await judgeRecordings(tools, file, { objects, recordings });
  // Templates by themselves need only be accepted.
  const isTaken = file.entry?.verdict === "load";
  return [[file.name, isTaken ? { kind: "passed" } : { kind: "skipped", reason: "no recording" }]];
}

interface Recorded {
  readonly objects: readonly KubernetesObject[];
  readonly recordings: readonly Recording[];
}

async function judgeRecordings(tools: RunTools, file: CorpusFile, { objects, recordings }: Recorded): Promise<Judged> {
  const verdicts: (readonly [string, Verdict])[] = [];
  for (const recording of recordings) {
    const { title } = recording;
    const lines = await compare(tools, file, objects, recording);
    const allowed = lines.length === 0 ? undefined : (whyAllowed(title) ?? whyUnstable(file, recording.file));
    if (lines.length === 0) verdicts.push([title, { kind: "passed" }]);
    else if (allowed !== undefined) verdicts.push([title, { kind: "skipped", reason: allowed }]);
    else verdicts.push([title, { kind: "failed", lines }]);
  }
  return verdicts;
}

/** Which part the engine does not interpret; undefined when it takes all of it. */
function whyRefused(objects: readonly KubernetesObject[]): string | undefined {
  const reasons = objects.flatMap((object) => {
    const { kind, spec } = object as KubernetesObject & { readonly spec?: Readonly<Record<string, unknown>> };
    const workflowSpec = kind === "CronWorkflow" ? spec?.["workflowSpec"] : spec;
    if (kind === "CronWorkflow" || kind === "Workflow" || kind === "WorkflowTemplate") {
      const parsed = parseWorkflowSpec(workflowSpec);
      return parsed.isValid ? [] : [formatProblems(parsed.problems)];
    }
    return kindOf(object.apiVersion, kind) === undefined ? [`kind: ${kind}`] : [];
  });
  return reasons.length === 0 ? undefined : reasons.join("; ");
}

/** A manifest that must be refused is refused with one of the paths that the corpus names, where it names any. */
function judgeRefusal(file: CorpusFile, reason: string | undefined): Verdict {
  const named = file.entry?.reason ?? [];
  const allowed = whyAllowed(file.name);
  if (reason === undefined) {
    if (allowed !== undefined) return { kind: "skipped", reason: allowed };
    return { kind: "failed", lines: [`must be refused: ${named.join("; ")}`] };
  }
  const paths = named
    .filter((path) => path.startsWith("spec."))
    .map((path) => path.replace(/^spec\.(?=templates\.)/, ""));
  if (paths.length === 0 || paths.some((path) => reason.includes(path))) return { kind: "passed" };
  return { kind: "failed", lines: [`must be refused for ${paths.join(", ")}, not for: ${reason}`] };
}

interface Recording {
  readonly title: string;
  readonly file: string;
  readonly workflows: Readonly<Record<string, unknown>>;
  readonly shutdown?: "Stop" | "Terminate";
}

function findRecordings(file: CorpusFile): readonly Recording[] {
  const base = join(file.folder, "..", "expected", "argo-workflows", file.name.replace(/\.ya?ml$/, ""));
  return [undefined, "Stop" as const, "Terminate" as const].flatMap((shutdown) => {
    const path = `${base}${shutdown === undefined ? "" : `.${shutdown}`}.json`;
    if (!existsSync(path)) return [];
    const { workflows } = JSON.parse(readFileSync(path, "utf8")) as Pick<Recording, "workflows">;
    const title = shutdown === undefined ? file.name : `${file.name} (${shutdown})`;
    return [{ title, file: path, workflows, ...(shutdown === undefined ? {} : { shutdown }) }];
  });
}

/** The corpus names the recordings that differ from run to run. */
function whyUnstable(file: CorpusFile, recording: string): string | undefined {
  const folder = join(file.folder, "..", "expected");
  const path = join(folder, "unstable.json");
  if (!existsSync(path)) return undefined;
  return (JSON.parse(readFileSync(path, "utf8")) as Readonly<Record<string, string>>)[relative(folder, recording)];
}

let namespaceCount = 0;

async function compare(
  tools: RunTools,
  file: CorpusFile,
  objects: readonly KubernetesObject[],
  { workflows, shutdown }: Recording,
): Promise<readonly string[]> {
  namespaceCount += 1;
  const namespace = `conformance-${namespaceCount}`;
  await prepareNamespace(tools, namespace, [...neededObjects(file), ...objects]);
  const lines: string[] = [];
  for (const { key, object } of workflowsToStart(objects)) {
    const options: RunOptions = { namespace, timeoutMs, ...(shutdown === undefined ? {} : { shutdown }) };
    const expected = workflows[key];
    if (expected === undefined) continue;
    const got = await runWorkflow(tools, object, options);
    lines.push(...differences(expected, got).map(({ path, text }) => `${key} ${path}: ${text}`));
  }
  return lines;
}

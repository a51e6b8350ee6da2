// Runs the demonstration over an engine of the test's choice, and keeps what it has left in a form in which two can be compared.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGitHubSimulator, type GitHubSimulator } from "../../src/github-simulator/github-simulator.ts";
import { startModelSimulator } from "../../src/model-simulator/model-simulator.ts";
import { connectKubernetes } from "../../src/platform/kubernetes/connect-kubernetes.ts";
import { patientStore } from "../../src/platform/patient-resource-store.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { chooseModel } from "../../src/programs/demo/demo-model.ts";
import { NAMESPACE_NAME, type DemoEngine } from "../../src/programs/demo/demo-world.ts";
import { runDemo } from "../../src/programs/demo/run-demo.ts";
import type { EngineOptions } from "../../src/programs/engine.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { CODE_RUN, type CodeRun } from "../../src/resources/code-run.ts";
import { DOCS_RUN, type DocsRun } from "../../src/resources/docs-run.ts";
import type { Workflow } from "../../src/resources/workflow.ts";
import { normaliseWorkflow } from "../conformance/workflow-runs/normalise.ts";
import { REAL_CLOCK } from "./real-clock.ts";
import { comparableEffects } from "./what-happened.ts";

export interface Demonstration {
  readonly passed: boolean;
  /** Changes at GitHub: check runs, comments, pull requests, branches. */
  readonly effects: readonly string[];
  /** Workflows by their intent and order, in the normal form. */
  readonly workflows: Readonly<Record<string, unknown>>;
  /** Statuses of CodeRuns and DocsRuns. */
  readonly runs: Readonly<Record<string, unknown>>;
  /** From the first process to the last. */
  readonly seconds: number;
  /** Of the workflow of the first task, from its start to its end. */
  readonly taskSeconds: number;
}

export interface DemonstrateOptions {
  readonly start: (options: EngineOptions) => Promise<DemoEngine>;
  readonly msMax: number;
}

export async function demonstrate({ start, msMax }: DemonstrateOptions): Promise<Demonstration> {
  let github: GitHubSimulator | undefined;
  let left: Awaited<ReturnType<typeof readLeft>> | undefined;
  const model = chooseModel(undefined, {});
  if (typeof model === "string") throw new Error(model);
  const begunAt = Date.now();
  const dataDirectory = await mkdtemp(join(tmpdir(), "runyard-demonstration-"));
  let kubeconfig = "";
  // Kept until it was read what is left.
  const passed = await runDemo({
    keep: true,
    json: false,
    dataDirectory,
    model,
    standIns: {
      startGitHub: async (options) => (github = await startGitHubSimulator(options)),
      startModel: () => startModelSimulator({ clock: REAL_CLOCK }),
    },
    environment: { ...process.env },
    color: false,
    write: (line) => console.log(line),
    signal: AbortSignal.timeout(msMax),
    untilStopped: async () => {
      left = await readLeft(kubeconfig);
    },
    startEngine: async (options) => {
      const engine = await start(options);
      kubeconfig = engine.kubeconfigPath;
      return engine;
    },
  });
  await rm(dataDirectory, { recursive: true, force: true, maxRetries: 5 });
  return {
    passed,
    effects: withoutRunHashes(comparableEffects(github?.effects() ?? [])),
    workflows: left?.workflows ?? {},
    runs: left?.runs ?? {},
    seconds: (Date.now() - begunAt) / 1_000,
    taskSeconds: left?.taskSeconds ?? Number.NaN,
  };
}

/** The branch of a DocsRun is named by a hash of the commit that asked for it, which has a time. */
function withoutRunHashes(effects: readonly string[]): readonly string[] {
  return effects.map((effect) => effect.replaceAll(/task-files-[0-9a-f]{8}/g, "task-files-<run>")).sort();
}

async function readLeft(kubeconfig: string) {
  const kubernetes = await connectKubernetes({ kubeconfig: { path: kubeconfig } }, { clock: REAL_CLOCK });
  try {
    return await readAll(patientStore(kubernetes.store, { clock: REAL_CLOCK }));
  } finally {
    await kubernetes.close();
  }
}

async function readAll(store: ResourceStore) {
  const namespace = NAMESPACE_NAME;
  const workflows = (await store.list(WORKFLOW, { namespace })).items;
  const runs = [
    ...(await store.list(CODE_RUN, { namespace })).items,
    ...(await store.list(DOCS_RUN, { namespace })).items,
  ];
  const names = intents(workflows);
  const task = workflows.find(({ metadata }) => names(metadata.name) === "task-1")?.status;
  return {
    workflows: Object.fromEntries(
      workflows.map((workflow) => [names(workflow.metadata.name), masked(normaliseWorkflow(workflow), names)]),
    ),
    runs: Object.fromEntries(runs.map((run) => [names(run.metadata.name), masked(statusOf(run), names)])),
    taskSeconds: (Date.parse(task?.finishedAt ?? "") - Date.parse(task?.startedAt ?? "")) / 1_000,
  };
}

/** Names of workflows hold commits, which have times: `ci-400001-<sha>` becomes `ci-1`, in the order of their creation. */
function intents(workflows: readonly Workflow[]): (text: string) => string {
  const sorted = workflows.toSorted((left, right) =>
    (left.metadata.creationTimestamp ?? "").localeCompare(right.metadata.creationTimestamp ?? ""),
  );
  const counts = new Map<string, number>();
  const named = sorted.map(({ metadata }) => {
    const intent = metadata.name.split("-")[0] ?? "";
    const number = (counts.get(intent) ?? 0) + 1;
    counts.set(intent, number);
    return [metadata.name, `${intent}-${number}`] as const;
  });
  return (text) => named.reduce((rest, [name, replacement]) => rest.replaceAll(name, replacement), text);
}

function statusOf({ status = {} }: CodeRun | DocsRun): unknown {
  const {
    phase,
    message,
    pullRequestUrl,
    retryCount,
    contextVersion,
    workCompleted,
    sessionId,
    conditions = [],
  } = status;
  return {
    phase,
    message,
    pullRequestUrl,
    retryCount,
    contextVersion,
    workCompleted,
    hasSession: sessionId !== undefined,
    conditions: conditions.map(({ type, status: is, reason, message: said }) => ({ type, status: is, reason, said })),
  };
}

/** Without what differs between two runs that do the same: hosts and ports, commits, ids, durations and times. */
function masked(value: unknown, names: (text: string) => string): unknown {
  const text = names(JSON.stringify(value))
    .replaceAll(/(127\.0\.0\.1|localhost|host\.[a-z.]+):\d+/g, "$HOST")
    .replaceAll(/\b[0-9a-f]{40}\b/g, "$SHA")
    .replaceAll(/\b[0-9a-f]{12}\b/g, "$SHA12")
    .replaceAll(/task-files-[0-9a-f]{8}/g, "task-files-$RUN")
    .replaceAll(/\b(runs|job|check-runs|deployments)\/\d+/g, "$1/$ID")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "$TIME")
    .replaceAll(/\b\d+(\.\d+)? s\b/g, "$DURATION");
  return JSON.parse(text) as unknown;
}

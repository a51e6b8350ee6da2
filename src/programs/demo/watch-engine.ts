// Follows the engine through its API, as `kubectl get -w` and `runyard logs -f` would: workflows, runs, and the logs of
// their pods. What it sees is told as progress and kept for the summary.
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { isEnded } from "../../argo/workflow/workflow-status.ts";
import type { Kubernetes } from "../../platform/kubernetes/connect-kubernetes.ts";
import type { LogRequest } from "../../platform/log-source.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { CODE_RUN, type CodeRun } from "../../resources/code-run.ts";
import { DOCS_RUN, type DocsRun } from "../../resources/docs-run.ts";
import { keyOf } from "../../resources/object-meta.ts";
import { POD, type Pod } from "../../resources/pod.ts";
import { LABELS, readRunIdentity } from "../../resources/run-identity.ts";
import type { Workflow } from "../../resources/workflow.ts";
import { followResources } from "./follow-resources.ts";
import type { Progress } from "./progress.ts";
import { RunLogReader } from "./read-run-log.ts";

/** How often, and after what pause, a log that broke off is asked for again. */
const FOLLOW_TRIES_MAX = 60;
const FOLLOW_PAUSE_MS = 1_000;
/** Containers that run commands of the repository. */
const FOLLOWED = ["agent", "verify"] as const;

/** One run as it was seen. */
export interface SeenRun {
  readonly name: string;
  readonly workflow: string;
  readonly stage: string;
  readonly startedMs: number;
  endedMs: number | undefined;
  phase: string;
  message: string;
  readonly logs: Partial<Record<(typeof FOLLOWED)[number], RunLogReader>>;
  /** By container, as they were seen to begin and end; of the last attempt. */
  readonly containers: Record<string, ContainerTime>;
}

interface ContainerTime {
  readonly beganMs: number;
  endedMs: number | undefined;
}

export interface EngineWatch {
  readonly runs: ReadonlyMap<string, SeenRun>;
  /** As they were when they last changed. */
  workflows(): readonly Workflow[];
  close(): Promise<void>;
}

export function watchEngine(kubernetes: Kubernetes, progress: Progress): EngineWatch {
  const watcher = new Watcher(kubernetes, progress);
  const loop = watcher.run();
  return {
    runs: watcher.runs,
    workflows: () => [...watcher.workflows.values()],
    async close() {
      watcher.stop.abort();
      await loop;
    },
  };
}

class Watcher {
  readonly runs = new Map<string, SeenRun>();
  readonly workflows = new Map<string, Workflow>();
  readonly stop = new AbortController();
  readonly #kubernetes: Kubernetes;
  readonly #progress: Progress;
  readonly #told = new Set<string>();
  /** Pods by the name of a run that has not been seen yet. */
  readonly #early = new Map<string, Pod>();
  readonly #followers = new Set<Promise<void>>();

  constructor(kubernetes: Kubernetes, progress: Progress) {
    this.#kubernetes = kubernetes;
    this.#progress = progress;
  }

  async run(): Promise<void> {
    const { store } = this.#kubernetes;
    const { signal } = this.stop;
    const onFailure = (error: unknown) =>
      this.#once("failure", () => this.#progress.tell("engine", `cannot be asked: ${String(error)}`, "bad"));
    const shared = { store, signal, onFailure };
    await Promise.all([
      followResources({ ...shared, kind: WORKFLOW, onObject: (workflow) => this.#seeWorkflow(workflow) }),
      followResources({ ...shared, kind: CODE_RUN, onObject: (run) => this.#seeRun(run) }),
      followResources({ ...shared, kind: DOCS_RUN, onObject: (run) => this.#seeRun(run) }),
      followResources({ ...shared, kind: POD, labelSelector: LABELS.run, onObject: (pod) => this.#seePod(pod) }),
    ]);
    await Promise.all(this.#followers);
  }

  #seeWorkflow(workflow: Workflow): void {
    const { name } = workflow.metadata;
    this.workflows.set(name, workflow);
    this.#once(`workflow ${name}`, () => this.#progress.tell("workflow", `${name} starts`));
    const decision = outputOf(workflow, "decision");
    if (decision !== undefined && decision !== "run") {
      const reason = outputOf(workflow, "reason") ?? "";
      this.#once(`decision ${name}`, () => this.#progress.tell("workflow", `${name}: ${decision}: ${reason}`));
    }
    const phase = workflow.status?.phase;
    if (!isEnded(phase)) return;
    const tone = phase === "Succeeded" ? "good" : "bad";
    const why = workflow.status?.message === undefined ? "" : `: ${workflow.status.message}`;
    this.#once(`end ${name}`, () => this.#progress.tell("workflow", `${name} ends: ${phase}${why}`, tone));
  }

  #seeRun(run: CodeRun | DocsRun): void {
    const seen = this.runs.get(run.metadata.name) ?? this.#begin(run);
    const phase = run.status?.phase;
    if (seen.endedMs !== undefined || !isEnded(phase)) return;
    seen.endedMs = Date.now();
    seen.phase = phase;
    seen.message = endingOf(run);
    this.#progress.tell(seen.stage, `${phase}: ${seen.message}`, phase === "Succeeded" ? "good" : "bad");
  }

  #begin(run: CodeRun | DocsRun): SeenRun {
    const { name, labels } = run.metadata;
    const { stage } = readRunIdentity(run);
    const seen: SeenRun = {
      name,
      workflow: labels?.[LABELS.workflow] ?? "",
      stage,
      startedMs: Date.now(),
      endedMs: undefined,
      phase: "",
      message: "",
      logs: {},
      containers: {},
    };
    this.runs.set(name, seen);
    this.#progress.tell(stage, "starts");
    const early = this.#early.get(name);
    if (early !== undefined) this.#seePodOf(seen, early);
    this.#early.delete(name);
    return seen;
  }

  #seePod(pod: Pod): void {
    const name = pod.metadata.labels?.[LABELS.run] ?? "";
    const run = this.runs.get(name);
    // The news of the run may come after those of its pod.
    if (run === undefined) this.#early.set(name, pod);
    else this.#seePodOf(run, pod);
  }

  #seePodOf(run: SeenRun, pod: Pod): void {
    const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
    for (const { name, state } of [...initContainerStatuses, ...containerStatuses]) {
      const hasEnded = state.terminated !== undefined;
      if (!hasEnded && state.running === undefined) continue;
      const key = `${pod.metadata.uid} ${name}`;
      this.#once(`began ${key}`, () => {
        run.containers[name] = { beganMs: Date.now(), endedMs: undefined };
        const followed = FOLLOWED.find((candidate) => candidate === name);
        if (followed !== undefined) this.#start(pod, run, followed);
      });
      const time = run.containers[name];
      if (hasEnded && time !== undefined) time.endedMs ??= Date.now();
    }
  }

  #start(pod: Pod, run: SeenRun, container: (typeof FOLLOWED)[number]): void {
    const reader = new RunLogReader();
    run.logs[container] = reader;
    const where = container === "agent" ? "" : "fresh clone: ";
    const follower = this.#follow(pod, container, (line) => {
      const news = reader.read(line);
      if (news !== undefined) this.#progress.tell(run.stage, `${where}${news.text}`, news.tone);
    });
    this.#followers.add(follower);
    void follower.finally(() => this.#followers.delete(follower));
  }

  /** A log that breaks off with its engine is read on from the line where it did. */
  async #follow(pod: Pod, container: string, onLine: (line: string) => void): Promise<void> {
    const { signal } = this.stop;
    const request = { pod: keyOf(pod), uid: pod.metadata.uid ?? "", container, follow: true, signal };
    let told = 0;
    const tellNew = (line: string, number: number): void => {
      if (number > told) onLine(line);
      told = Math.max(told, number);
    };
    for (let tries = 1; !signal.aborted; tries += 1) {
      try {
        return await this.#readLog(request, tellNew);
      } catch (error) {
        if (tries < FOLLOW_TRIES_MAX) await sleep(FOLLOW_PAUSE_MS, undefined, { signal }).catch(() => undefined);
        else return this.#progress.tell("engine", `log of ${pod.metadata.name}: ${String(error)}`, "bad");
      }
    }
  }

  async #readLog(request: LogRequest, onLine: (line: string, number: number) => void): Promise<void> {
    let number = 0;
    for await (const line of createInterface({ input: Readable.from(this.#kubernetes.logs.read(request)) }))
      onLine(line, (number += 1));
  }

  #once(key: string, act: () => void): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    act();
  }
}

function endingOf(run: CodeRun | DocsRun): string {
  const condition = run.status?.conditions?.[0];
  return `${condition?.reason ?? ""}: ${condition?.message ?? run.status?.message ?? ""}`;
}

/** A global output of the workflow. */
export function outputOf(workflow: Workflow, name: string): string | undefined {
  return workflow.status?.outputs?.parameters?.find((parameter) => parameter.name === name)?.value;
}

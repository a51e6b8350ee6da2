// The CodeRun and DocsRun controllers on a real store, with the Jobs' and pods' part played by the test.
import { buildJobPod } from "../../src/controllers/job/build-job-pod.ts";
import {
  createCodeRunController,
  createDocsRunController,
} from "../../src/controllers/agent-run/agent-run-controller.ts";
import type { Configuration } from "../../src/configuration/configuration.ts";
import type { GatewayAddress, RunOutcome } from "../../src/configuration/run-file.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import type { FailedVerdict, VerdictWriter } from "../../src/platform/verdict-writer.ts";
import { CODE_RUN, type CodeRun, type RunStatus } from "../../src/resources/code-run.ts";
import { CONFIG_MAP, LEASE, type Lease } from "../../src/resources/core.ts";
import { DOCS_RUN, type DocsRun } from "../../src/resources/docs-run.ts";
import { JOB, type Job } from "../../src/resources/job.ts";
import { EMPTY_LANE, writeLane } from "../../src/resources/lane.ts";
import { kubernetesTime, type ObjectKey } from "../../src/resources/object-meta.ts";
import { POD, type ContainerStatus } from "../../src/resources/pod.ts";
import { CONFIGURATION } from "./admission-facts.ts";
import { ManualClock } from "./manual-clock.ts";
import { temporaryStore } from "./temporary-store.ts";

export const NAMESPACE = "runyard";
export const LANE = "lane-1-7";
/** More passes than any run needs: one that goes on for ever fails the test. */
const PASSES_MAX = 12;

/** Verdicts by run and SHA, as GitHub would keep them. */
export class RecordingVerdictWriter implements VerdictWriter {
  readonly written = new Map<string, FailedVerdict>();
  /** Thrown instead of writing, while it is set. */
  refusal: Error | undefined;

  writeFailure(verdict: FailedVerdict): Promise<string> {
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    this.written.set(`${verdict.runKind}/${verdict.runName}@${verdict.headSha}`, verdict);
    return Promise.resolve("https://github.example/checks/1");
  }
}

export class RunWorld {
  readonly clock: ManualClock;
  readonly store: ResourceStore;
  readonly verdicts = new RecordingVerdictWriter();
  /** What the next controller is given. */
  configuration: Configuration;
  /** Of a cluster. */
  gateway: GatewayAddress | undefined;

  private constructor(clock: ManualClock, store: ResourceStore, configuration: Configuration) {
    this.clock = clock;
    this.store = store;
    this.configuration = configuration;
  }

  static async open(configuration = CONFIGURATION): Promise<RunWorld> {
    const clock = new ManualClock();
    return new RunWorld(clock, await temporaryStore(clock), configuration);
  }

  controllerOf(kind: "CodeRun" | "DocsRun", store = this.store) {
    const { configuration, verdicts, gateway } = this;
    const create = kind === "CodeRun" ? createCodeRunController : createDocsRunController;
    const cluster = gateway === undefined ? {} : { gateway: () => Promise.resolve(gateway) };
    return create({ store, configuration, verdicts, image: "runyard/agent:1", ...cluster });
  }

  /** Passes until one changes nothing. Each time another controller, as after a restart. */
  async settle(run: CodeRun | DocsRun, store = this.store): Promise<void> {
    const kind = run.kind === "DocsRun" ? "DocsRun" : "CodeRun";
    for (let pass = 0; pass < PASSES_MAX; pass += 1) {
      const before = await this.version();
      await this.controllerOf(kind, store).reconcile(key(run.metadata.name), this.clock.now());
      if ((await this.version()) === before) return;
    }
    throw new Error(`${run.metadata.name} does not settle`);
  }

  private async version(): Promise<string> {
    return (await this.store.list(JOB)).resourceVersion;
  }

  async run(name: string): Promise<CodeRun> {
    const run = await this.store.get(CODE_RUN, key(name));
    if (run === undefined) throw new Error(`no CodeRun ${name}`);
    return run;
  }

  async statusOf(run: CodeRun | DocsRun): Promise<RunStatus> {
    const found =
      run.kind === "DocsRun"
        ? await this.store.get(DOCS_RUN, key(run.metadata.name))
        : await this.store.get(CODE_RUN, key(run.metadata.name));
    return found?.status ?? {};
  }

  async jobs(): Promise<readonly Job[]> {
    return (await this.store.list(JOB)).items;
  }

  async jobNames(): Promise<readonly string[]> {
    return (await this.jobs()).map((job) => job.metadata.name);
  }

  /** A store that also tells every status that it is given. */
  observed(onStatus: (status: RunStatus | undefined) => void): ResourceStore {
    const { store } = this;
    return {
      get: (kind, at) => store.get(kind, at),
      list: (kind, options) => store.list(kind, options),
      watch: (kind, options) => store.watch(kind, options),
      create: (kind, object) => store.create(kind, object),
      update: (kind, object) => store.update(kind, object),
      updateStatus: (kind, object) => {
        onStatus((object as { readonly status?: RunStatus }).status);
        return store.updateStatus(kind, object);
      },
      delete: (kind, at, options) => store.delete(kind, at, options),
    };
  }

  async configMapNames(): Promise<readonly string[]> {
    return (await this.store.list(CONFIG_MAP)).items.map((it) => it.metadata.name);
  }

  /** The Job's pod ends with these containers, and the Job with it. */
  async endJob(name: string, end: JobEnd): Promise<void> {
    const job = await this.store.get(JOB, key(name));
    if (job === undefined) throw new Error(`no Job ${name}`);
    if (end.containers !== undefined) {
      const pod = await this.store.create(POD, buildJobPod(job, 0));
      const statuses = end.containers;
      const last = statuses.filter((status) => status.name === "publish");
      const initContainerStatuses = statuses.filter((status) => status.name !== "publish");
      const phase = end.kind === "complete" ? "Succeeded" : "Failed";
      await this.store.updateStatus(POD, {
        ...pod,
        status: { phase, initContainerStatuses, containerStatuses: last },
      });
    }
    const condition = {
      type: end.kind === "complete" ? "Complete" : "Failed",
      status: "True" as const,
      reason: end.reason ?? "",
      message: "",
      lastTransitionTime: kubernetesTime(this.clock.now()),
    };
    await this.store.updateStatus(JOB, { ...job, status: { conditions: [condition] } });
  }

  /** The lane's Lease at this generation. */
  async setLane(generation: number, lane = LANE): Promise<void> {
    const found = await this.store.get(LEASE, key(lane));
    const state = { ...EMPTY_LANE, holder: "task-1-7-3", generation };
    if (found !== undefined) await this.store.update(LEASE, writeLane(found, state));
    else await this.store.create(LEASE, writeLane(emptyLease(lane), state));
  }
}

export interface JobEnd {
  readonly kind: "complete" | "failed";
  /** Absent: the pod is gone. */
  readonly containers?: readonly ContainerStatus[];
  readonly reason?: string;
}

export function key(name: string): ObjectKey {
  return { namespace: NAMESPACE, name };
}

export function emptyLease(lane: string): Lease {
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: key(lane) };
}

/** The ending of a pod whose publish container says this. */
export function published(change: Partial<RunOutcome> = {}): JobEnd {
  const outcome: RunOutcome = {
    version: 1,
    container: "publish",
    result: "passed",
    reason: "Published",
    message: "3 files changed, all gates passed",
    headSha: "b".repeat(40),
    pullRequest: 12,
    pullRequestUrl: "https://github.example/acme/shop/pull/12",
    checkRunUrl: "https://github.example/checks/9",
    sessionId: "session-1",
    ...change,
  };
  return { kind: "complete", containers: [ended("publish", 0, JSON.stringify(outcome))] };
}

export function ended(name: string, exitCode: number, message?: string): ContainerStatus {
  const terminated = { exitCode, reason: exitCode === 0 ? "Completed" : "Error", ...(message && { message }) };
  return { name, ready: false, restartCount: 0, image: "", imageID: "", state: { terminated } };
}

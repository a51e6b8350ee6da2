// Every controller of the engine over a real store and a real inbox, with played pods, so that one run of the reduced
// pipeline takes moments; and an end of the engine at any change that it makes.
import { setTimeout as sleep } from "node:timers/promises";
import { awaitLane, recordAttempt } from "../../src/agent/admission/lane-request.ts";
import { buildPlan } from "../../src/agent/admission/build-plan.ts";
import type { Configuration } from "../../src/configuration/configuration.ts";
import { toConfiguration } from "../../src/configuration/to-configuration.ts";
import type { RunOutcome } from "../../src/configuration/run-file.ts";
import { createCodeRunController } from "../../src/controllers/agent-run/agent-run-controller.ts";
import { createChildWorkflowController } from "../../src/controllers/child-workflow/child-workflow-controller.ts";
import { createCleanupController } from "../../src/controllers/cleanup/cleanup-controller.ts";
import { createJobController } from "../../src/controllers/job/job-controller.ts";
import { createLaneController } from "../../src/controllers/lane/lane-controller.ts";
import type { Controller } from "../../src/controllers/loop/controller.ts";
import { runControllers } from "../../src/controllers/loop/run-controllers.ts";
import { createPodController } from "../../src/controllers/pod/pod-controller.ts";
import { createSensorController } from "../../src/controllers/sensor/sensor-controller.ts";
import { createWorkflowController } from "../../src/controllers/workflow/workflow-controller.ts";
import { openSqliteEventInbox, type SqliteEventInbox } from "../../src/platform/embedded/sqlite-event-inbox.ts";
import type { SqliteResourceStore } from "../../src/platform/embedded/sqlite-resource-store.ts";
import { installAccess, installPipelines } from "../../src/programs/engine/install.ts";
import { loadValues } from "../../src/programs/engine/load-values.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { CODE_RUN } from "../../src/resources/code-run.ts";
import { LEASE } from "../../src/resources/core.ts";
import { JOB } from "../../src/resources/job.ts";
import type { Kind } from "../../src/resources/kind.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { laneName, readLane } from "../../src/resources/lane.ts";
import type { KubernetesObject } from "../../src/resources/object-meta.ts";
import { POD, type Pod } from "../../src/resources/pod.ts";
import type { Workflow } from "../../src/resources/workflow.ts";
import { ScaledClock } from "../conformance/workflow-runs/scaled-clock.ts";
import { admissionFacts, admissionRequest } from "./admission-facts.ts";
import { interceptInbox, interceptRunner, interceptStore, type Reach } from "./interception.ts";
import { PlayedPodRunner, type PodEnd } from "./played-pod-runner.ts";
import { RecordingLog } from "./recording-log.ts";
import { RecordingVerdictWriter } from "./run-world.ts";
import { temporaryDirectory, temporaryStore } from "./temporary-store.ts";

const NAMESPACE = "runyard";
const LANE = { namespace: NAMESPACE, name: laneName(1, 7) };
/** Waits of the pipeline need not be waited for. */
const CLOCK_SCALE = 50;
const LOOK_EVERY_MS = 5;
const RUN_MS_MAX = 30_000;

const LABELLED = {
  "X-GitHub-Event": "issues",
  action: "labeled",
  repository: { id: 1, full_name: "acme/shop", owner: { id: 5 } },
  issue: { number: 7 },
  label: { id: 3, name: "runyard" },
  sender: { id: 9, login: "ann", type: "User" },
};

/** What one run came to. */
export interface Ending {
  readonly objects: readonly string[];
  readonly started: readonly string[];
}

interface Parts {
  readonly clock: ScaledClock;
  readonly store: SqliteResourceStore;
  readonly inbox: SqliteEventInbox;
  readonly configuration: Configuration;
}

export class CrashWorld {
  readonly #clock: ScaledClock;
  readonly #store: SqliteResourceStore;
  readonly #inbox: SqliteEventInbox;
  readonly #configuration: Configuration;
  readonly #runner = new PlayedPodRunner((pod) => this.#play(pod));

  private constructor(parts: Parts) {
    this.#clock = parts.clock;
    this.#store = parts.store;
    this.#inbox = parts.inbox;
    this.#configuration = parts.configuration;
  }

  static async open(chartDirectory: string, valuesPath: string): Promise<CrashWorld> {
    const values = await loadValues(chartDirectory, valuesPath);
    const configuration = toConfiguration(values);
    const clock = new ScaledClock(CLOCK_SCALE);
    const store = await temporaryStore(clock);
    const inbox = await openSqliteEventInbox({ directory: await temporaryDirectory() });
    const chart = { store, chartDirectory, namespace: NAMESPACE, values, configuration };
    await installAccess(chart);
    await installPipelines(chart);
    return new CrashWorld({ clock, store, inbox, configuration });
  }

  async close(): Promise<void> {
    await this.#inbox.close();
    await this.#store.close();
  }

  /**
   * Runs the engine until the pipeline has ended. It dies in the n-th change, which is then not made, and another one
   * goes on. False: there were fewer changes.
   */
  async run(dyingChange: number): Promise<boolean> {
    const death = new AbortController();
    let count = 0;
    const reach: Reach = async (_change, _of, perform) => {
      count += 1;
      if (count === dyingChange) death.abort(new Error("the engine dies"));
      if (death.signal.aborted) throw death.signal.reason;
      return perform();
    };
    await this.#engine(reach, death.signal);
    if (!death.signal.aborted) return false;
    await this.#engine((_change, _of, perform) => perform(), new AbortController().signal);
    return true;
  }

  async ending(): Promise<Ending> {
    const lists = [WORKFLOW, CODE_RUN, JOB, POD].map(async (kind) => {
      const { items } = await this.#store.list<Described>(kind as unknown as Kind<Described>);
      return items.map(describe);
    });
    const objects = (await Promise.all(lists)).flat();
    const lease = await this.#store.get(LEASE, LANE);
    const lane = lease === undefined ? {} : readLane(lease);
    return {
      objects: [...objects.sort(), JSON.stringify(lane)],
      started: this.#runner.started.map(withoutUid).toSorted(),
    };
  }

  /** One life of the engine: until the pipeline has ended, or the engine has died. */
  async #engine(reach: Reach, death: AbortSignal): Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, death]);
    const controllers = this.#controllers(reach);
    const loop = runControllers({
      controllers,
      store: this.#store,
      clock: this.#clock,
      log: new RecordingLog(),
      signal,
    });
    await this.#deliver(reach).catch(() => undefined);
    try {
      await this.#untilEnded(signal);
    } finally {
      stop.abort(new Error("the engine stops"));
      await loop;
    }
  }

  /** GitHub offers a delivery again that was not accepted; one that was has another id then, and changes nothing. */
  async #deliver(reach: Reach): Promise<void> {
    const context = {
      id: "delivery",
      source: "github",
      subject: "runyard",
      type: "github",
      specversion: "1.0",
      time: "",
    };
    const event = { namespace: NAMESPACE, context: { ...context, datacontenttype: "application/json" } };
    const data = JSON.stringify({ headers: {}, body: LABELLED });
    await interceptInbox(this.#inbox, reach).append({ ...event, data }, this.#clock.now());
  }

  async #untilEnded(signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + RUN_MS_MAX;
    while (!signal.aborted) {
      if (await this.#isOver()) return;
      if (Date.now() > deadline) throw new Error(`the pipeline does not end: ${JSON.stringify(await this.ending())}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  async #isOver(): Promise<boolean> {
    const { items } = await this.#store.list(WORKFLOW);
    const completed = (workflow: Workflow) => workflow.metadata.labels?.["workflows.argoproj.io/completed"] === "true";
    return items.length > 0 && items.every(completed);
  }

  #controllers(reach: Reach): readonly Controller[] {
    const store = interceptStore(this.#store, reach);
    const inbox = interceptInbox(this.#inbox, reach);
    const [clock, random] = [this.#clock, () => 0.5];
    const authorizer = { authorize: async () => ({ allowed: true, reason: "" }) };
    const tokens = { issue: async () => ({ token: "token", expiresAt: Infinity }) };
    return [
      createSensorController({ store, authorizer, inbox, clock, log: new RecordingLog(), random }),
      createWorkflowController({ store, storeFor: () => store, random }),
      createChildWorkflowController(store),
      createLaneController(store),
      createCodeRunController({
        store,
        configuration: this.#configuration,
        verdicts: new RecordingVerdictWriter(),
        image: "runyard/agent:1",
      }),
      createJobController(store),
      createPodController({
        store,
        runner: interceptRunner(this.#runner, reach),
        tokens,
        apiAudience: "api",
        apiCertificateAuthority: "",
      }),
      createCleanupController({ store, kinds: KINDS }),
    ];
  }

  /** The pods' own writes do not end with the engine: they go past it. */
  async #play(pod: Pod): Promise<PodEnd> {
    const role = pod.metadata.labels?.["runyard.dev/role"];
    if (role === "admit") return { files: await this.#admit(pod) };
    if (role === "finish") return {};
    return { messages: { publish: JSON.stringify(PUBLISHED) } };
  }

  async #admit(pod: Pod): Promise<Readonly<Record<string, string>>> {
    const request = admissionRequest({ workflow: pod.metadata.labels?.["workflows.argoproj.io/workflow"] ?? "" });
    const to = { store: this.#store, clock: this.#clock };
    const answer = await awaitLane(LANE, request, to);
    if (answer.kind !== "granted") throw new Error(`the lane answers ${answer.kind}`);
    await recordAttempt(LANE, request, to);
    const facts = admissionFacts({ request, configuration: this.#configuration, lane: answer.lane });
    const [rule] = this.#configuration.repositories;
    if (rule === undefined) throw new Error("no repository is served");
    return {
      "/tmp/outputs/decision": "run",
      "/tmp/outputs/reason": "task admitted",
      "/tmp/outputs/plan": JSON.stringify(buildPlan(facts, rule, "")),
      "/tmp/outputs/repository-key": "global",
      "/tmp/outputs/organisation-key": "global",
    };
  }
}

const PUBLISHED: RunOutcome = {
  version: 1,
  container: "publish",
  result: "passed",
  reason: "Published",
  message: "1 file changed, all gates passed",
  headSha: "b".repeat(40),
  pullRequest: 12,
  pullRequestUrl: "https://github.example/acme/shop/pull/12",
};

interface Described extends KubernetesObject {
  readonly status?: {
    readonly phase?: string;
    readonly retryCount?: number;
    readonly nodes?: Readonly<Record<string, Node>>;
  };
}

/** Kind, name and what it came to; without times, uids and how often it was written. */
function describe({ kind, metadata, status }: Described): string {
  const nodes = Object.values(status?.nodes ?? {}).map(({ displayName, phase }) => `${displayName}=${phase}`);
  return [kind, withoutUid(metadata.name), status?.phase, status?.retryCount, ...nodes.sort()].join(" ");
}

/** Names of Jobs and their pods hold hashes of the run's uid, which is another in every run. */
function withoutUid(name: string): string {
  return name.replace(/-[0-9a-f]{8}(-t\d+-v\d+)(-[0-9a-f]{5})?$/, "$1$2").replace(/(-v\d+)-[0-9a-f]{5}$/, "$1-pod");
}

interface Node {
  readonly displayName: string;
  readonly phase: string;
}

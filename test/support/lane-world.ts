// The lane controller on a real store; workflows, admissions and pushes are played by the test through the code that
// `admit` and the gateway use.
import { onTestFinished } from "vitest";
import { changeLane } from "../../src/agent/admission/lane-request.ts";
import { createLaneController } from "../../src/controllers/lane/lane-controller.ts";
import { runControllers } from "../../src/controllers/loop/run-controllers.ts";
import { recordExpectedHead } from "../../src/gateway/lanes.ts";
import { updateObject } from "../../src/gateway/update-object.ts";
import { SYSTEM_CLOCK } from "../../src/platform/node/system-clock.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { WORKFLOW } from "../../src/resources/argo-kinds.ts";
import { LEASE } from "../../src/resources/core.ts";
import { EMPTY_LANE, readLane, withRequest, type LaneRequest, type LaneState } from "../../src/resources/lane.ts";
import { readRunIdentity } from "../../src/resources/run-identity.ts";
import type { Workflow } from "../../src/resources/workflow.ts";
import { RecordingLog } from "./recording-log.ts";
import { codeRun } from "./runs.ts";
import { temporaryStore } from "./temporary-store.ts";
import { key } from "./run-world.ts";

const WAIT_MAX_MS = 10_000;

export class LaneWorld {
  readonly store: ResourceStore;
  readonly log = new RecordingLog();

  private constructor(store: ResourceStore) {
    this.store = store;
  }

  static async open(): Promise<LaneWorld> {
    return new LaneWorld(await temporaryStore(SYSTEM_CLOCK));
  }

  /** Runs the controller in the loop until the test ends. */
  start(store = this.store): void {
    const abort = new AbortController();
    const controllers = [createLaneController(store)];
    const { log } = this;
    const running = runControllers({ controllers, store, clock: SYSTEM_CLOCK, log, signal: abort.signal });
    onTestFinished(async () => {
      abort.abort();
      await running;
    });
  }

  async workflow(name: string): Promise<void> {
    const workflow: Workflow = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: key(name),
      spec: {},
      status: { phase: "Running" },
    };
    await this.store.create(WORKFLOW, workflow);
  }

  /** As the workflow's own controller writes it: the whole object, again after a conflict. */
  async writeStatus(name: string, status: NonNullable<Workflow["status"]>): Promise<void> {
    const change = (current: Workflow | undefined) => current && { ...current, status };
    await updateObject<Workflow>({ store: this.store, kind: WORKFLOW, key: key(name), change });
  }

  async end(name: string): Promise<void> {
    await this.writeStatus(name, { phase: "Succeeded" });
  }

  /** As `admit` asks. */
  async ask(lane: string, workflow: string, more: Partial<LaneRequest> = {}): Promise<void> {
    const request = { workflow, intent: "task", askedAt: 0, ...more };
    await changeLane(key(lane), { store: this.store, clock: SYSTEM_CLOCK }, (state) => withRequest(state, request));
  }

  /** As the gateway does before a push; false when it refuses the run. */
  async push(lane: string, generation: number, sha: string): Promise<boolean> {
    const annotations = { "runyard.dev/lane": lane, "runyard.dev/generation": String(generation) };
    const member = { namespace: "runyard", identity: readRunIdentity(codeRun({ annotations })) };
    return recordExpectedHead(this.store, member, sha).then(
      () => true,
      () => false,
    );
  }

  async lane(name: string): Promise<LaneState> {
    const lease = await this.store.get(LEASE, key(name));
    return lease === undefined ? EMPTY_LANE : readLane(lease);
  }

  async isStopped(workflow: string): Promise<boolean> {
    return (await this.store.get(WORKFLOW, key(workflow)))?.spec.shutdown === "Stop";
  }

  /** The lane as soon as it is so. */
  async until(lane: string, isSo: (state: LaneState) => boolean): Promise<LaneState> {
    await waitUntil(async () => isSo(await this.lane(lane)), `lane ${lane} did not get there`);
    return this.lane(lane);
  }
}

export async function waitUntil(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const end = SYSTEM_CLOCK.now() + WAIT_MAX_MS;
  while (!(await isSo())) {
    if (SYSTEM_CLOCK.now() > end) throw new Error(what);
    await SYSTEM_CLOCK.sleep(2);
  }
}

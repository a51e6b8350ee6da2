// The life of one pod in its supervisor: init containers one after the other, then the containers, then the end.
import type { CollectedOutputs, ContainerResult, PodNote } from "../../pod-runner.ts";
import { EGRESS_OPEN, EGRESS_OPEN_EXIT_CODE, EGRESS_OPEN_PREFIX } from "../../../resources/pod.ts";
import { controlGroupDirectories } from "./control-group.ts";
import type { RecordedState } from "./pod-directory.ts";
import type { ContainerPlan, PodPlan } from "./pod-plan.ts";
import {
  controlGroupName,
  startContainer,
  type ContainerEnding,
  type ContainerPlace,
  type RunningContainer,
} from "./run-container.ts";

/** Kubernetes' default of terminationGracePeriodSeconds, for ends that nobody gave a grace period. */
const DEADLINE_GRACE_SECONDS = 30;
/** setTimeout cannot wait longer. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface Supervision {
  readonly finished: Promise<void>;
  /** SIGTERM now, SIGKILL after the grace period; containers that have not started never will. Repeatable. */
  stop(graceSeconds: number): void;
}

/** `record` replaces state.json; durable when a result is in it. It must not throw. */
export function supervisePod(
  plan: PodPlan,
  place: ContainerPlace,
  record: (state: RecordedState, durable: boolean) => Promise<void>,
): Supervision {
  const pod = new SupervisedPod(plan, place, record);
  const finished = pod.run();
  return { finished, stop: (graceSeconds) => pod.end(graceSeconds, STOPPED) };
}

interface Failure {
  readonly reason: string;
  readonly message: string;
}

const STOPPED: Failure = { reason: "Stopped", message: "The pod was stopped before its containers had finished." };

class SupervisedPod {
  readonly #plan: PodPlan;
  readonly #place: ContainerPlace;
  readonly #record: (state: RecordedState, durable: boolean) => Promise<void>;
  readonly #startedAt = new Date().toISOString();
  readonly #results = new Map<string, ContainerResult>();
  readonly #outputs: Record<string, CollectedOutputs> = {};
  readonly #notes = new Map<string, PodNote>();
  readonly #running = new Set<RunningContainer>();
  readonly #cleaned: Promise<unknown>[] = [];
  #failure: Failure | undefined;
  #killTimer: NodeJS.Timeout | undefined;
  #killAt = Infinity;

  constructor(plan: PodPlan, place: ContainerPlace, record: (state: RecordedState, durable: boolean) => Promise<void>) {
    this.#plan = plan;
    this.#place = place;
    this.#record = record;
    if (plan.isolation.kind === "none") {
      const message =
        "Sandboxes are switched off (unsafeNoSandbox): this pod could read and reach all that Runyard can.";
      this.#notes.set(message, { type: "NotSandboxed", message });
    }
  }

  async run(): Promise<void> {
    const seconds = this.#plan.activeDeadlineSeconds;
    const deadline =
      seconds === undefined
        ? undefined
        : setTimeout(() => this.end(DEADLINE_GRACE_SECONDS, deadlineFailure(seconds)), timerMs(seconds));
    for (const container of this.#plan.initContainers) {
      if (!(await this.#runOne(container))) break;
    }
    const isReady = this.#plan.initContainers.every(({ name }) => this.#results.get(name)?.exitCode === 0);
    if (isReady) await Promise.all(this.#plan.containers.map(async (container) => await this.#runOne(container)));
    clearTimeout(deadline);
    clearTimeout(this.#killTimer);
    await this.#save(true, true);
    await Promise.all(this.#cleaned);
  }

  /** The first reason stays; a shorter grace period wins. */
  end(graceSeconds: number, failure: Failure): void {
    const isFirst = this.#failure === undefined;
    this.#failure ??= failure;
    const killAt = performance.now() + timerMs(graceSeconds);
    if (killAt < this.#killAt) {
      clearTimeout(this.#killTimer);
      this.#killAt = killAt;
      this.#killTimer = setTimeout(() => this.#signal("kill"), timerMs(graceSeconds));
    }
    if (isFirst) this.#signal("terminate");
  }

  #signal(method: "terminate" | "kill"): void {
    for (const container of this.#running) {
      // A container that ends in this moment cannot be signalled, and need not be.
      container[method]().catch(() => undefined);
    }
  }

  /** True when the container ran and exited 0, and the pod is not being ended. */
  async #runOne(plan: ContainerPlan): Promise<boolean> {
    if (this.#failure !== undefined) return false;
    let running: RunningContainer;
    try {
      running = await startContainer(this.#plan, plan, this.#place);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#results.set(plan.name, cannotStart(plan.name, message));
      await this.#save(false, true);
      return false;
    }
    this.#running.add(running);
    // A stop, or the end of its grace period, may have come while the container was being started.
    if (this.#isEnding()) this.#signal(performance.now() >= this.#killAt ? "kill" : "terminate");
    this.#results.set(plan.name, { name: plan.name, state: "running", startedAt: running.startedAt });
    await this.#save(false, false);
    const ending = await running.ended;
    this.#running.delete(running);
    this.#keep(plan, ending);
    const isLast = this.#plan.containers.length === 1 && plan === this.#plan.containers[0];
    if (!isLast) await this.#save(false, true);
    return ending.result.exitCode === 0 && !this.#isEnding();
  }

  #isEnding(): boolean {
    return this.#failure !== undefined;
  }

  #keep(plan: ContainerPlan, ending: ContainerEnding): void {
    this.#results.set(plan.name, ending.result);
    this.#cleaned.push(ending.cleaned);
    if (ending.outputs !== undefined) this.#outputs[plan.name] = ending.outputs;
    for (const message of ending.notes) this.#notes.set(message, { type: "LimitsNotEnforced", message });
    const { exitCode, message } = ending.result;
    if (exitCode === EGRESS_OPEN_EXIT_CODE && message?.startsWith(EGRESS_OPEN_PREFIX) === true) {
      this.#failure ??= { reason: EGRESS_OPEN, message };
    }
  }

  async #save(finished: boolean, durable: boolean): Promise<void> {
    const resultOf = ({ name }: ContainerPlan): ContainerResult =>
      this.#results.get(name) ?? { name, state: "waiting" };
    await this.#record(
      {
        finished,
        startedAt: this.#startedAt,
        initContainers: this.#plan.initContainers.map(resultOf),
        containers: this.#plan.containers.map(resultOf),
        outputs: this.#outputs,
        notes: [...this.#notes.values()],
        controlGroups: [...this.#plan.initContainers, ...this.#plan.containers].flatMap((container) =>
          controlGroupDirectories(this.#place.controllers, controlGroupName(this.#plan, container)),
        ),
        ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      },
      durable,
    );
  }
}

function timerMs(seconds: number): number {
  return Math.min(seconds * 1000, TIMER_MS_MAX);
}

/** Reason and sentence of the kubelet. */
function deadlineFailure(seconds: number): Failure {
  const message = `Pod was active on the node longer than the specified deadline (${String(seconds)} s)`;
  return { reason: "DeadlineExceeded", message };
}

function cannotStart(name: string, message: string): ContainerResult {
  const now = new Date().toISOString();
  return { name, state: "terminated", startedAt: now, finishedAt: now, exitCode: 128, reason: "StartError", message };
}

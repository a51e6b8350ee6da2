// Runs one controller: takes keys from its queue, runs passes, and treats how they end.
import type { Clock } from "../../platform/clock.ts";
import { hasCode, PlatformError } from "../../platform/errors.ts";
import type { Log } from "../../platform/log.ts";
import type { Metrics } from "../../platform/metrics.ts";
import type { ObjectKey } from "../../resources/object-meta.ts";
import type { Controller, Outcome } from "./controller.ts";
import type { LoopLimits } from "./loop-limits.ts";
import { WorkQueue } from "./work-queue.ts";

export interface RunnerOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: LoopLimits;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly metrics: Metrics | undefined;
}

export class ControllerRunner {
  readonly controller: Controller;
  readonly #options: RunnerOptions;
  readonly #log: Log;
  readonly #queue: WorkQueue;
  readonly #conflicts = new Map<string, number>();
  /** Keys whose failure the log knows of, until they succeed. */
  readonly #reported = new Set<string>();

  constructor(controller: Controller, options: RunnerOptions) {
    this.controller = controller;
    this.#options = options;
    this.#log = options.log.with({ controller: controller.name });
    this.#queue = new WorkQueue(options);
  }

  enqueue(key: ObjectKey): void {
    this.#queue.add(textOf(key));
  }

  /** Resolves after the abort, when the passes under way have ended. */
  async run(): Promise<void> {
    const workers = Array.from({ length: this.controller.concurrencyMax ?? 1 }, () => this.#work());
    await Promise.all([...workers, this.#listen()]);
  }

  /** Wakes from outside of the store. A source that breaks is logged; the passes' own waits still bring every key back. */
  async #listen(): Promise<void> {
    const { signal } = this.#options;
    try {
      await this.controller.listen?.((key) => this.enqueue(key), signal);
    } catch (error) {
      if (!signal.aborted) this.#log.write("error", "wakes from outside have ended", causeOf(error));
    }
  }

  async #work(): Promise<void> {
    for (;;) {
      const key = await this.#queue.next();
      if (key === undefined) return;
      const begunAt = this.#options.clock.now();
      try {
        this.#settle(key, await this.controller.reconcile(keyOfText(key), begunAt));
      } catch (error) {
        this.#fail(key, error);
      } finally {
        this.#queue.done(key);
      }
      const { clock, metrics } = this.#options;
      const seconds = Math.max(0, clock.now() - begunAt) / 1_000;
      metrics?.time("runyard_reconcile_seconds", { controller: this.controller.name }, seconds);
    }
  }

  #count(result: Outcome["kind"] | "conflict" | "error"): void {
    this.#options.metrics?.count("runyard_reconcile_total", { controller: this.controller.name, result });
  }

  #settle(key: string, outcome: Outcome): void {
    this.#count(outcome.kind);
    this.#conflicts.delete(key);
    const failureCount = this.#queue.forget(key);
    if (this.#reported.delete(key)) this.#log.write("info", "a pass succeeded again", { key, failureCount });
    switch (outcome.kind) {
      case "settled":
      case "stalled":
        return;
      case "checkAgainAfter":
      case "waitingFor":
        this.#queue.addAfter(key, outcome.ms);
    }
  }

  /** A Conflict only means that the pass saw an old state, and is expected while others write the same object. */
  #fail(key: string, error: unknown): void {
    const isConflict = hasCode(error, "Conflict");
    this.#count(isConflict ? "conflict" : "error");
    const conflictCount = isConflict ? (this.#conflicts.get(key) ?? 0) + 1 : 0;
    this.#conflicts.set(key, conflictCount);
    const { conflictsAtOnceMax, conflictsUnreportedMax } = this.#options.limits;
    if (isConflict && conflictCount <= conflictsAtOnceMax) {
      this.#queue.add(key);
      return;
    }
    this.#queue.retry(key);
    if (this.#reported.has(key) || (isConflict && conflictCount <= conflictsUnreportedMax)) return;
    this.#reported.add(key);
    this.#log.write("error", "a pass failed; it is repeated with growing waits", { key, ...causeOf(error) });
  }
}

/** What the log says of an error: message, code and hint of a refusal, the stack of a surprise. */
export function causeOf(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof PlatformError)) return { error };
  const { code, message, hint } = error;
  return { code, error: message, ...(hint === undefined ? {} : { hint }) };
}

/** A namespace has no slash, so the first one ends it. */
function textOf(key: ObjectKey): string {
  return `${key.namespace}/${key.name}`;
}

function keyOfText(text: string): ObjectKey {
  const slash = text.indexOf("/");
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

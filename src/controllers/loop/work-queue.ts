// The keys that one controller has to look at. A key is never handed out twice at once; a key that is added while it is
// being processed is handed out again afterwards, so that nothing that was added is lost.
import { backoffMs } from "../../platform/backoff.ts";
import type { Clock } from "../../platform/clock.ts";
import { DelayedKeys } from "./delayed-keys.ts";
import type { LoopLimits } from "./loop-limits.ts";

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly limits: LoopLimits;
  /** In [0, 1); spreads the waits after failures. */
  readonly random: () => number;
  /** Ends the queue: waiting takers get undefined, delayed keys are forgotten. */
  readonly signal: AbortSignal;
}

export class WorkQueue {
  readonly #options: WorkQueueOptions;
  /** In the order in which they are handed out. */
  readonly #ready = new Set<string>();
  readonly #processing = new Set<string>();
  /** Added while being processed. */
  readonly #again = new Set<string>();
  readonly #delayed = new DelayedKeys();
  readonly #failures = new Map<string, number>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  #sleep: { readonly until: number; readonly abort: AbortController } | undefined;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
    options.signal.addEventListener("abort", () => this.#end(), { once: true });
  }

  /** Keys that wait to be handed out now; delayed ones do not count. */
  get readyCount(): number {
    return this.#ready.size + this.#again.size;
  }

  /** Hands the key out as soon as it is free. Adding it again before that changes nothing. */
  add(key: string): void {
    if (this.#options.signal.aborted) return;
    if (this.#processing.has(key)) {
      this.#again.add(key);
      return;
    }
    this.#ready.add(key);
    this.#handOut();
  }

  /** The same after a time. The earliest time counts; being handed out before cancels it. */
  addAfter(key: string, ms: number): void {
    if (this.#options.signal.aborted) return;
    if (ms <= 0) {
      this.add(key);
      return;
    }
    this.#delayed.add(key, this.#options.clock.now() + ms);
    this.#watchDelayed();
  }

  /** Adds the key after a wait that doubles with each failure in a row; returns how many there were. */
  retry(key: string): number {
    const count = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, count);
    this.addAfter(key, backoffMs(this.#options.limits, count, this.#options.random));
    return count;
  }

  /** Ends the key's row of failures; returns how long it was. */
  forget(key: string): number {
    const count = this.#failures.get(key) ?? 0;
    this.#failures.delete(key);
    return count;
  }

  /** The next key, which belongs to the caller until `done`; undefined when the queue has ended. */
  next(): Promise<string | undefined> {
    if (this.#options.signal.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#takers.push(resolve);
      this.#handOut();
    });
  }

  done(key: string): void {
    this.#processing.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  #handOut(): void {
    for (const key of this.#ready) {
      const taker = this.#takers.shift();
      if (taker === undefined) return;
      this.#ready.delete(key);
      this.#delayed.remove(key);
      this.#processing.add(key);
      taker(key);
    }
  }

  /** One sleep at a time, until the earliest key is due. */
  #watchDelayed(): void {
    const until = this.#delayed.nextDueAt();
    if (until === undefined || (this.#sleep !== undefined && this.#sleep.until <= until)) return;
    this.#sleep?.abort.abort();
    const abort = new AbortController();
    const sleep = { until, abort };
    this.#sleep = sleep;
    const { clock } = this.#options;
    clock.sleep(until - clock.now(), abort.signal).then(
      () => {
        if (this.#sleep === sleep) this.#sleep = undefined;
        this.#addDue();
      },
      // Only its own abort ends a sleep early, and then another one has taken over.
      () => undefined,
    );
  }

  #addDue(): void {
    const now = this.#options.clock.now();
    for (let key = this.#delayed.takeDue(now); key !== undefined; key = this.#delayed.takeDue(now)) this.add(key);
    this.#watchDelayed();
  }

  #end(): void {
    this.#sleep?.abort.abort();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }
}

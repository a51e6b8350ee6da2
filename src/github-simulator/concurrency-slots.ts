// A named number of slots: work beyond it waits in order.

export class ConcurrencySlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Starts `work` as soon as a slot is free. Errors are bugs of the simulator and stay unhandled on purpose. */
  start(work: () => Promise<void>): void {
    const run = this.#take()
      .then(work)
      .finally(() => {
        this.#running.delete(run);
        this.#release();
      });
    this.#running.add(run);
  }

  get isIdle(): boolean {
    return this.#running.size === 0;
  }

  /** Resolves when what has been started until now, and what that started, has ended. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) {
      await Promise.all(this.#running);
    }
  }

  async #take(): Promise<void> {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) {
      this.#free += 1;
    } else {
      next();
    }
  }
}

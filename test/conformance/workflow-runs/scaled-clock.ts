// A clock that runs faster than the real one, so that recorded waits need not be waited for.
import type { Clock } from "../../../src/platform/clock.ts";

export class ScaledClock implements Clock {
  readonly scale: number;
  readonly #start = Date.now();

  constructor(scale: number) {
    this.scale = scale;
  }

  now(): number {
    return this.#start + (Date.now() - this.#start) * this.scale;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, ms / this.scale);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }
}

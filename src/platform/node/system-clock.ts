// The real time.
import { setTimeout } from "node:timers/promises";
import type { Clock } from "../clock.ts";

/** Timers of Node hold at most this long; a longer sleep is made of several. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    const options = signal === undefined ? undefined : { signal };
    for (let rest = ms; rest >= 0; rest -= TIMER_MS_MAX) {
      signal?.throwIfAborted();
      await setTimeout(Math.min(rest, TIMER_MS_MAX), undefined, options).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      });
    }
  },
};

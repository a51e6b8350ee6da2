// The time of this machine, for tests that run real processes and connections.
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../src/platform/clock.ts";

export const REAL_CLOCK: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  },
};

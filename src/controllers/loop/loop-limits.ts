// The bounds of the loop, in one place; documented in docs/reference/configuration.md.

export interface LoopLimits {
  /** Wait after the first failure of a key or a watch; it doubles with each further one. */
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
  /** Conflicts of one key in a row that are repeated at once; further ones wait like failures. */
  readonly conflictsAtOnceMax: number;
  /** Conflicts of one key in a row after which the log tells of them: somebody writes the object without end. */
  readonly conflictsUnreportedMax: number;
  /** Objects per page when a watch begins with a list. */
  readonly listPageSize: number;
  /** A watch that ended is started again no sooner than this after its start. */
  readonly watchRestartMs: number;
}

export const LOOP_LIMITS: LoopLimits = {
  backoffFirstMs: 200,
  backoffMaxMs: 60_000,
  conflictsAtOnceMax: 5,
  conflictsUnreportedMax: 12,
  listPageSize: 500,
  watchRestartMs: 1_000,
};

/**
 * Milliseconds to wait after the n-th failure in a row (from 1): doubled each time up to the cap, and then spread over
 * the upper half, so that what failed together does not come back together. `random` is in [0, 1).
 */
export function backoffMs(limits: LoopLimits, failureCount: number, random: () => number): number {
  const doubled = limits.backoffFirstMs * 2 ** Math.min(failureCount - 1, 30);
  return Math.min(limits.backoffMaxMs, doubled) * (0.5 + random() / 2);
}

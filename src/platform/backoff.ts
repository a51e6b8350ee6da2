// How long to wait after failures in a row.

export interface BackoffLimits {
  /** After the first failure; doubled with each further one. */
  readonly backoffFirstMs: number;
  readonly backoffMaxMs: number;
}

/**
 * Milliseconds to wait after the n-th failure in a row (from 1): doubled each time up to the cap, and then spread over
 * the upper half, so that what failed together does not come back together. `random` is in [0, 1).
 */
export function backoffMs(limits: BackoffLimits, failureCount: number, random: () => number): number {
  const doubled = limits.backoffFirstMs * 2 ** Math.min(failureCount - 1, 30);
  return Math.min(limits.backoffMaxMs, doubled) * (0.5 + random() / 2);
}

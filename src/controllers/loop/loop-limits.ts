// The bounds of the loop, in one place; documented in docs/reference/configuration.md.

import type { BackoffLimits } from "../../platform/backoff.ts";

export interface LoopLimits extends BackoffLimits {
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

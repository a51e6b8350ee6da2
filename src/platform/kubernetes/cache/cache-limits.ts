// The bounds of the cache, in one place; documented in docs/reference/configuration.md.
import type { BackoffLimits } from "../../backoff.ts";

export interface CacheLimits extends BackoffLimits {
  /** Changes of a kind that are kept for watches that begin again; each holds a whole object, and workflows are large. */
  readonly changesKeptMax: number;
  /** Changes that a watch may be behind; then it is Expired and lists again. */
  readonly changesPendingMax: number;
  /** A watch that ended is started again no sooner than this after its start. */
  readonly watchRestartMs: number;
}

export const CACHE_LIMITS: CacheLimits = {
  backoffFirstMs: 200,
  backoffMaxMs: 30_000,
  changesKeptMax: 500,
  changesPendingMax: 500,
  watchRestartMs: 1_000,
};

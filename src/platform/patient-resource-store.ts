// A store whose server may be away for a while, because it is started again or was killed: calls wait until it answers.
// For programs that outlive the server. An agent's turn that goes on meanwhile must not end, or be paid a second time.
import type { Clock } from "./clock.ts";
import { hasCode } from "./errors.ts";
import type { TokenReviewer } from "./identity.ts";
import type { ResourceStore } from "./resource-store.ts";

/** The longest that one call waits for a server that is away; after it the call fails as Unavailable. */
export const SERVER_AWAY_MS_MAX = 10 * 60_000;
/** Between two tries; doubled up to the maximum. */
const PAUSE_MS_MIN = 50;
const PAUSE_MS_MAX = 1_000;

export interface Patience {
  readonly clock: Clock;
  /** Ends every wait. */
  readonly signal?: AbortSignal;
}

/**
 * Repeats what failed as Unavailable. The first try may have had its effect although its answer was lost, so that a
 * caller must bear Conflict, AlreadyExists and NotFound that it caused itself. Watches are passed on as they are: they
 * end with their server, and who watches begins again anyway.
 */
export function patientStore(store: ResourceStore, patience: Patience): ResourceStore {
  return {
    get: (kind, key) => patiently(patience, () => store.get(kind, key)),
    list: (kind, options) => patiently(patience, () => store.list(kind, options)),
    watch: (kind, options) => store.watch(kind, options),
    create: (kind, object) => patiently(patience, () => store.create(kind, object)),
    update: (kind, object) => patiently(patience, () => store.update(kind, object)),
    updateStatus: (kind, object) => patiently(patience, () => store.updateStatus(kind, object)),
    delete: (kind, key, options) => patiently(patience, () => store.delete(kind, key, options)),
  };
}

/** The same for the review of tokens, which has no effect. */
export function patientReviewer(reviewer: TokenReviewer, patience: Patience): TokenReviewer {
  return { review: (token, audiences) => patiently(patience, () => reviewer.review(token, audiences)) };
}

async function patiently<T>({ clock, signal }: Patience, call: () => Promise<T>): Promise<T> {
  const until = clock.now() + SERVER_AWAY_MS_MAX;
  for (let pauseMs = PAUSE_MS_MIN; ; pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX)) {
    try {
      return await call();
    } catch (error) {
      if (!hasCode(error, "Unavailable") || clock.now() >= until) throw error;
    }
    await clock.sleep(Math.min(pauseMs, until - clock.now()), signal);
  }
}

// Keeps trying to hold a Lease, and tells whether this process leads. It leads only while its last renewal is younger than the
// deadline, by its own clock: a process that was stopped and continued does not lead any more, whatever it has missed.
import type { Clock } from "../clock.ts";
import { hasCode, PlatformError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { ResourceStore } from "../resource-store.ts";
import { LEASE } from "../../resources/core.ts";
import type { ObjectKey } from "../../resources/object-meta.ts";
import {
  decideLeadership,
  LEADERSHIP_LIMITS,
  recordOf,
  releasedLease,
  type LeadershipLimits,
} from "./decide-leadership.ts";

/** Tries to take a Lease are spread by this share, so that followers do not come all at once. */
const JITTER = 0.2;

export interface LeaderElectionOptions {
  readonly store: ResourceStore;
  readonly key: ObjectKey;
  /** Names this process and no other. */
  readonly identity: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the tries; does not release. */
  readonly signal: AbortSignal;
  readonly limits?: Partial<LeadershipLimits>;
  /** In [0, 1). Default Math.random. */
  readonly random?: () => number;
}

export interface LeaderElection {
  /** Resolves when this process leads; rejects when the signal ended it before. */
  readonly acquired: Promise<void>;
  /** Resolves when it led and does not any more: the process must end, or start anew. */
  readonly lost: Promise<void>;
  readonly isLeader: () => boolean;
  /** Gives the Lease up, if it is held: the next one need not wait. */
  release(): Promise<void>;
}

export function runLeaderElection(options: LeaderElectionOptions): LeaderElection {
  const elector = new Elector(options);
  const acquired = elector.acquire();
  const lost = acquired.then(
    () => elector.hold(),
    () => undefined,
  );
  return { acquired, lost, isLeader: () => elector.isLeader(), release: () => elector.release() };
}

class Elector {
  readonly #options: LeaderElectionOptions;
  readonly #limits: LeadershipLimits;
  #seen = { record: "", at: 0 };
  /** When the last renewal that succeeded was begun. */
  #renewedAt: number | undefined;
  #isReported = false;

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#limits = { ...LEADERSHIP_LIMITS, ...options.limits };
  }

  isLeader(): boolean {
    const renewedAt = this.#renewedAt;
    return renewedAt !== undefined && this.#options.clock.now() < renewedAt + this.#limits.renewDeadlineMs;
  }

  async acquire(): Promise<void> {
    const { signal, log, identity, random = Math.random } = this.#options;
    while (!(await this.#try())) await this.#pause(1 + JITTER * random());
    signal.throwIfAborted();
    log.write("info", "this process leads", { identity });
  }

  async hold(): Promise<void> {
    const { signal, log, identity } = this.#options;
    while (!signal.aborted && this.isLeader()) {
      await this.#pause(1).catch(() => undefined);
      if (!signal.aborted && this.isLeader()) await this.#try();
    }
    if (!signal.aborted) log.write("error", "this process does not lead any more", { identity });
    if (!signal.aborted) this.#renewedAt = undefined;
  }

  async release(): Promise<void> {
    if (!this.isLeader()) return;
    const { store, key, clock, identity } = this.#options;
    const lease = await store.get(LEASE, key);
    this.#renewedAt = undefined;
    if (lease?.spec?.holderIdentity === identity) await store.update(LEASE, releasedLease(lease, clock.now()));
  }

  /** One try to take or renew. A failure is no answer: who leads goes on until its deadline. */
  async #try(): Promise<boolean> {
    const { store, key, identity, clock, log } = this.#options;
    const begunAt = clock.now();
    try {
      const lease = await store.get(LEASE, key);
      const record = recordOf(lease);
      if (record !== this.#seen.record) this.#seen = { record, at: clock.now() };
      const facts = { key, lease, seenAt: this.#seen.at, identity, now: clock.now(), limits: this.#limits };
      const move = decideLeadership(facts);
      if (move.kind === "wait") {
        this.#renewedAt = undefined;
        return false;
      }
      if (move.kind === "create") await store.create(LEASE, move.lease);
      else await store.update(LEASE, move.lease);
      this.#renewedAt = begunAt;
      this.#isReported = false;
      return true;
    } catch (error) {
      // Somebody else was faster; the next try shows who.
      if (hasCode(error, "Conflict", "AlreadyExists")) return false;
      if (!this.#isReported) log.write("warn", "the Lease could not be read or written; it is tried again", { error });
      this.#isReported = true;
      return false;
    }
  }

  async #pause(share: number): Promise<void> {
    const { clock, signal } = this.#options;
    await clock.sleep(this.#limits.retryPeriodMs * share, signal);
  }
}

/** Writes only while this process leads; Unavailable otherwise. Reads are passed on. */
export function leaderStore(store: ResourceStore, isLeader: () => boolean): ResourceStore {
  const lead = (): void => {
    if (isLeader()) return;
    throw new PlatformError({
      code: "Unavailable",
      message: "this process does not lead any more, so it writes nothing",
      hint: "another replica leads; this one is started again",
    });
  };
  return {
    get: (kind, key) => store.get(kind, key),
    list: (kind, options) => store.list(kind, options),
    watch: (kind, options) => store.watch(kind, options),
    create: async (kind, object) => {
      lead();
      return await store.create(kind, object);
    },
    update: async (kind, object) => {
      lead();
      return await store.update(kind, object);
    },
    updateStatus: async (kind, object) => {
      lead();
      return await store.updateStatus(kind, object);
    },
    delete: async (kind, key, options) => {
      lead();
      await store.delete(kind, key, options);
    },
  };
}

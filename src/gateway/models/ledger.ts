// The money of a run and of its task, durable before a call goes out. The run's account is the ConfigMap `<run>-ledger`,
// owned by the run; the task's is in its lane's Lease. A reservation is made in the run's account first, in the task's
// second, and settled in the same order; whatever a crash leaves behind is booked in full by decide-reservation's rule.
import { randomUUID } from "node:crypto";
import type { Limits } from "../../configuration/configuration.ts";
import type { Clock } from "../../platform/clock.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { CONFIG_MAP, LEASE, type ConfigMap, type Lease } from "../../resources/core.ts";
import { readLane, writeLane } from "../../resources/lane.ts";
import { ownerReferenceTo, type KubernetesObject } from "../../resources/object-meta.ts";
import { LABELS, type RunIdentity } from "../../resources/run-identity.ts";
import { ACCOUNT_KEY, ledgerKey } from "../../resources/run-ledger.ts";
import { KeyedQueue } from "../keyed-queue.ts";
import { updateObject } from "../update-object.ts";
import {
  decideReservation,
  EMPTY_ACCOUNT,
  settleReservation,
  sum,
  type Account,
  type AccountLimits,
} from "./decide-reservation.ts";
import type { Amount } from "./money.ts";

/** The annotation of a lane's Lease that holds the reservations of its runs, as JSON; what they cost is in the state. */
export const LANE_RESERVATIONS = "runyard.dev/lane-reservations";

const USAGE_LIMITS_KEY = "usage-limits.json";

/** A run that spends: the object and its identity. */
export interface Spender {
  readonly run: KubernetesObject;
  readonly identity: RunIdentity;
}

type Reserved = "reserved" | "usd" | "tokens";

export type ReserveOutcome =
  | { readonly kind: "reserved"; readonly id: string }
  | { readonly kind: "refused"; readonly limit: "run-usd" | "run-tokens" | "task-usd"; readonly message: string };

export interface BudgetReport {
  readonly spentMicroUsd: number;
  readonly spentTokens: number;
  readonly reservedMicroUsd: number;
  readonly reservedTokens: number;
  /** When a provider's usage limit ends, by model: RFC 3339. */
  readonly usageLimits: Readonly<Record<string, string>>;
}

type Decide = (account: Account) => Account;

/** One of the two accounts of a call: how to change it, its limits, and the key under which calls wait for it. */
interface AccountPlace {
  readonly key: string;
  readonly limits: AccountLimits;
  change(decide: Decide): Promise<void>;
}

export class Ledger {
  readonly #store: ResourceStore;
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #queue = new KeyedQueue();
  /** Calls of this process that are under way, per account; changed only inside the queue of the account. */
  readonly #underWay = new Map<string, { readonly ids: Set<string>; readonly wake: Set<() => void> }>();

  constructor(options: { readonly store: ResourceStore; readonly clock: Clock; readonly limits: Limits }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#limits = options.limits;
  }

  /**
   * Reserves the worst case of one call, durably. Waits for calls under way when only they stand in the way, as long as
   * the signal does not abort.
   */
  async reserve(spender: Spender, amount: Amount, signal: AbortSignal): Promise<ReserveOutcome> {
    const id = randomUUID();
    const inRun = await this.#reserveIn(this.#runAccount(spender), { id, amount, signal });
    if (inRun !== "reserved") return this.#refusal(inRun === "usd" ? "run-usd" : "run-tokens", amount);
    if (spender.identity.lane === undefined) return { kind: "reserved", id };
    let inTask: Reserved | undefined;
    try {
      inTask = await this.#reserveIn(this.#taskAccount(spender), { id, amount, signal });
    } finally {
      if (inTask !== "reserved") await this.#settleIn(this.#runAccount(spender), id, { microUsd: 0, tokens: 0 });
    }
    return inTask === "reserved" ? { kind: "reserved", id } : this.#refusal("task-usd", amount);
  }

  /** Books what a call cost instead of its reservation. Repeatable. */
  async settle(spender: Spender, id: string, actual: Amount): Promise<void> {
    await this.#settleIn(this.#runAccount(spender), id, actual);
    if (spender.identity.lane !== undefined) await this.#settleIn(this.#taskAccount(spender), id, actual);
  }

  /** Remembers when the provider will serve this model again; `resetAt` in milliseconds since the epoch. */
  async noteUsageLimit(spender: Spender, model: string, resetAt: number): Promise<void> {
    await this.#queue.run(runKey(spender), () =>
      this.#changeLedger(spender, (ledger) => {
        const limits = { ...parse<Record<string, string>>(ledger.data?.[USAGE_LIMITS_KEY], {}) };
        limits[model] = new Date(resetAt).toISOString();
        return { ...ledger, data: { ...ledger.data, [USAGE_LIMITS_KEY]: JSON.stringify(limits) } };
      }),
    );
  }

  async report(spender: Spender): Promise<BudgetReport> {
    const ledger = await this.#store.get(CONFIG_MAP, ledgerKey(spender.run));
    const account = readAccount(ledger?.data?.[ACCOUNT_KEY]);
    const reserved = sum(account);
    return {
      spentMicroUsd: account.spentMicroUsd,
      spentTokens: account.spentTokens,
      reservedMicroUsd: reserved.microUsd,
      reservedTokens: reserved.tokens,
      usageLimits: parse<Record<string, string>>(ledger?.data?.[USAGE_LIMITS_KEY], {}),
    };
  }

  async #reserveIn(
    place: AccountPlace,
    { id, amount, signal }: { readonly id: string; readonly amount: Amount; readonly signal: AbortSignal },
  ): Promise<Reserved> {
    for (;;) {
      signal.throwIfAborted();
      const attempt = await this.#queue.run(place.key, async () => {
        const decision = await this.#decideIn(place, id, amount);
        if (decision !== "wait") return { outcome: decision };
        const state = this.#underWay.get(place.key);
        // Reservations that nobody settles soon, those of a gateway that crashed, count as spent.
        if (state === undefined) return { outcome: "usd" as const };
        return { ended: nextWake(state.wake, signal) };
      });
      if (attempt.outcome !== undefined) return attempt.outcome;
      await attempt.ended;
    }
  }

  async #decideIn(place: AccountPlace, id: string, amount: Amount): Promise<Reserved | "wait"> {
    // Set by the change, which may be tried several times: the last one counts.
    let outcome: Reserved | "wait" = "wait";
    await place.change((account) => {
      const decision = decideReservation(account, { id, amount, now: this.#clock.now() }, place.limits);
      outcome = decision.kind === "reserve" ? "reserved" : decision.kind === "refuse" ? decision.limit : "wait";
      return decision.kind === "reserve" ? decision.account : account;
    });
    if (hasOutcome(outcome, "reserved")) {
      const state = this.#underWay.get(place.key) ?? { ids: new Set(), wake: new Set() };
      state.ids.add(id);
      this.#underWay.set(place.key, state);
    }
    return outcome;
  }

  async #settleIn(place: AccountPlace, id: string, actual: Amount): Promise<void> {
    await this.#queue.run(place.key, async () => {
      await place.change((account) => settleReservation(account, id, actual));
      const state = this.#underWay.get(place.key);
      state?.ids.delete(id);
      if (state?.ids.size === 0) this.#underWay.delete(place.key);
      for (const wake of state?.wake ?? []) wake();
      state?.wake.clear();
    });
  }

  #refusal(limit: "run-usd" | "run-tokens" | "task-usd", amount: Amount): ReserveOutcome {
    const maximum = {
      "run-usd": `limits.runUsdMax ${this.#limits.runUsdMax}`,
      "run-tokens": `limits.runTokensMax ${this.#limits.runTokensMax}`,
      "task-usd": `limits.taskUsdMax ${this.#limits.taskUsdMax}`,
    }[limit];
    const worst = `${(amount.microUsd / 1e6).toFixed(4)} US dollars, ${amount.tokens} tokens`;
    const message = `BudgetExceeded: the worst case of this call (${worst}) does not fit into what is left of ${maximum}`;
    return { kind: "refused", limit, message };
  }

  #runAccount(spender: Spender): AccountPlace {
    return {
      key: runKey(spender),
      limits: { microUsd: this.#limits.runUsdMax * 1e6, tokens: this.#limits.runTokensMax },
      change: (decide) => this.#changeLedger(spender, (ledger) => changeRunAccount(ledger, decide)),
    };
  }

  #taskAccount(spender: Spender): AccountPlace {
    const key = { namespace: spender.run.metadata.namespace ?? "", name: spender.identity.lane ?? "" };
    return {
      key: `lane ${key.namespace}/${key.name}`,
      // Tokens are limited per run only.
      limits: { microUsd: this.#limits.taskUsdMax * 1e6, tokens: Number.MAX_SAFE_INTEGER },
      change: async (decide) => {
        // A lane that is gone keeps no account: its task has ended.
        const change = (lease: Lease | undefined) => lease && changeTaskAccount(lease, decide);
        await updateObject<Lease>({ store: this.#store, kind: LEASE, key, change });
      },
    };
  }

  async #changeLedger(spender: Spender, change: (ledger: ConfigMap) => ConfigMap): Promise<void> {
    await updateObject<ConfigMap>({
      store: this.#store,
      kind: CONFIG_MAP,
      key: ledgerKey(spender.run),
      change: (current) => {
        const ledger = current ?? newLedger(spender.run);
        const next = change(ledger);
        return next === ledger ? current : next;
      },
    });
  }
}

/** Exists because a variable that only a callback assigns keeps its first type. */
function hasOutcome(outcome: string, expected: Reserved): boolean {
  return outcome === expected;
}

function nextWake(wake: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      wake.delete(done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    wake.add(done);
    signal.addEventListener("abort", done);
  });
}

function changeRunAccount(ledger: ConfigMap, decide: Decide): ConfigMap {
  const account = readAccount(ledger.data?.[ACCOUNT_KEY]);
  const next = decide(account);
  return next === account ? ledger : { ...ledger, data: { ...ledger.data, [ACCOUNT_KEY]: JSON.stringify(next) } };
}

function changeTaskAccount(lease: Lease, decide: Decide): Lease {
  const state = readLane(lease);
  const reservations = parse<Account["reservations"]>(lease.metadata.annotations?.[LANE_RESERVATIONS], {});
  const account: Account = { spentMicroUsd: state.spentMicroUsd, spentTokens: 0, reservations };
  const next = decide(account);
  if (next === account) return lease;
  const written = writeLane(lease, { ...state, spentMicroUsd: next.spentMicroUsd });
  const annotations = { ...written.metadata.annotations, [LANE_RESERVATIONS]: JSON.stringify(next.reservations) };
  return { ...written, metadata: { ...written.metadata, annotations } };
}

/** The ledger of a run before its first call. */
export function newLedger(run: KubernetesObject): ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      ...ledgerKey(run),
      labels: { [LABELS.run]: run.metadata.name, [LABELS.runKind]: run.kind },
      ownerReferences: [ownerReferenceTo(run)],
    },
    data: {},
  };
}

function runKey(spender: Spender): string {
  return `run ${spender.run.metadata.uid}`;
}

function readAccount(text: string | undefined): Account {
  return { ...EMPTY_ACCOUNT, ...parse<Partial<Account>>(text, {}) };
}

/** Own data: an unreadable text would mean a lost account, so it is an error, not an empty one. */
function parse<T>(text: string | undefined, empty: T): T {
  return text === undefined ? empty : (JSON.parse(text) as T);
}

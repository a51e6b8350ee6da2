// Who leads, by a Lease (coordination.k8s.io/v1), with the rules of client-go's leader election: a holder's clock is never believed,
// only that its record has not changed for as long as it said.
import { apiVersionOf } from "../../resources/kind.ts";
import { LEASE, type Lease } from "../../resources/core.ts";
import type { ObjectKey } from "../../resources/object-meta.ts";

export interface LeadershipLimits {
  /** Of a record that nobody renews; then another may take it. */
  readonly leaseDurationMs: number;
  /** A leader that could not renew for so long leads no more. Shorter than the lease, so that two never lead at once. */
  readonly renewDeadlineMs: number;
  /** Between two tries, to renew or to take. */
  readonly retryPeriodMs: number;
}

/** As client-go has them. */
export const LEADERSHIP_LIMITS: LeadershipLimits = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

export interface LeadershipFacts {
  readonly key: ObjectKey;
  /** As it is stored; undefined: there is none. */
  readonly lease: Lease | undefined;
  /** When this record was first seen, by the own clock, in milliseconds. */
  readonly seenAt: number;
  /** Names this process and no other. */
  readonly identity: string;
  readonly now: number;
  readonly limits: LeadershipLimits;
}

export type LeadershipMove =
  | { readonly kind: "create"; readonly lease: Lease }
  | { readonly kind: "update"; readonly lease: Lease }
  | { readonly kind: "wait"; readonly holder: string };

/** What to write, or to wait for whoever holds the Lease. */
export function decideLeadership(facts: LeadershipFacts): LeadershipMove {
  const { key, lease, identity, now, seenAt } = facts;
  const renewTime = microTime(now);
  const leaseDurationSeconds = Math.ceil(facts.limits.leaseDurationMs / 1_000);
  const held = { holderIdentity: identity, leaseDurationSeconds, renewTime };
  if (lease === undefined) {
    const spec = { ...held, acquireTime: renewTime, leaseTransitions: 0 };
    return { kind: "create", lease: { apiVersion: apiVersionOf(LEASE), kind: LEASE.kind, metadata: key, spec } };
  }
  const { holderIdentity: holder = "", leaseTransitions = 0, acquireTime = renewTime } = lease.spec ?? {};
  if (holder === identity) {
    return { kind: "update", lease: { ...lease, spec: { ...held, acquireTime, leaseTransitions } } };
  }
  const validMs = (lease.spec?.leaseDurationSeconds ?? leaseDurationSeconds) * 1_000;
  if (holder !== "" && now < seenAt + validMs) return { kind: "wait", holder };
  const spec = { ...held, acquireTime: renewTime, leaseTransitions: leaseTransitions + 1 };
  return { kind: "update", lease: { ...lease, spec } };
}

/** The Lease with nobody holding it, so that the next one need not wait. */
export function releasedLease(lease: Lease, now: number): Lease {
  const spec = { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(now) };
  return { ...lease, spec };
}

/** Two records are the same while nobody has written one. */
export function recordOf(lease: Lease | undefined): string {
  const { holderIdentity = "", renewTime = "", leaseTransitions = 0 } = lease?.spec ?? {};
  return `${holderIdentity} ${renewTime} ${leaseTransitions}`;
}

/** MicroTime of the Kubernetes API. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.(\d{3})Z$/, ".$1000Z");
}

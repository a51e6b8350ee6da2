import { describe, expect, it } from "vitest";
import {
  decideLeadership,
  LEADERSHIP_LIMITS as limits,
  recordOf,
  releasedLease,
} from "../../../src/platform/leadership/decide-leadership.ts";
import type { Lease } from "../../../src/resources/core.ts";

const key = { namespace: "runyard-system", name: "runyard-controller" };
const now = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const held: Lease = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { ...key, resourceVersion: "7" },
  spec: {
    holderIdentity: "other",
    leaseDurationSeconds: 15,
    acquireTime: "2026-01-02T00:00:00.000000Z",
    renewTime: "2026-01-02T00:00:00.000000Z",
    leaseTransitions: 3,
  },
};

function decide(change: { lease?: Lease; seenAt?: number; identity?: string }) {
  return decideLeadership({ key, lease: held, seenAt: now, identity: "me", now, limits, ...change });
}

describe("who leads", () => {
  it("is whoever makes the Lease first", () => {
    expect(decideLeadership({ key, lease: undefined, seenAt: now, identity: "me", now, limits })).toMatchObject({
      kind: "create",
      lease: {
        metadata: key,
        spec: { holderIdentity: "me", renewTime: "2026-01-02T03:04:05.678000Z", leaseTransitions: 0 },
      },
    });
  });

  it("stays so by renewing, since when it did", () => {
    expect(decide({ identity: "other" })).toMatchObject({
      kind: "update",
      lease: {
        metadata: { resourceVersion: "7" },
        spec: { acquireTime: held.spec?.acquireTime, renewTime: "2026-01-02T03:04:05.678000Z", leaseTransitions: 3 },
      },
    });
  });

  it("is left alone while its record is younger, by the own clock, than it said", () => {
    expect(decide({ seenAt: now - 14_999 })).toEqual({ kind: "wait", holder: "other" });
  });

  it("is replaced when its record stays the same for as long as it said, whatever time the record tells", () => {
    expect(decide({ seenAt: now - 15_000 })).toMatchObject({
      kind: "update",
      lease: { spec: { holderIdentity: "me", leaseTransitions: 4, acquireTime: "2026-01-02T03:04:05.678000Z" } },
    });
  });

  it("is nobody after a release, or in a Lease without content, so that anyone may take it at once", () => {
    expect(decide({ lease: releasedLease(held, now) })).toMatchObject({
      kind: "update",
      lease: { spec: { leaseTransitions: 4 } },
    });
    const { spec: _spec, ...empty } = held;
    expect(decide({ lease: empty })).toMatchObject({ kind: "update", lease: { spec: { leaseTransitions: 1 } } });
  });

  it("of a record that names no duration is trusted as long as our own would be", () => {
    const unnamed = { ...held, spec: { holderIdentity: "other" } };

    expect(decide({ lease: unnamed, seenAt: now - limits.leaseDurationMs + 1 }).kind).toBe("wait");
    expect(decide({ lease: unnamed, seenAt: now - limits.leaseDurationMs }).kind).toBe("update");
  });

  it("has another record with each renewal", () => {
    const renewed = { ...held, spec: { ...held.spec, renewTime: "2026-01-02T00:00:02.000000Z" } };

    expect(recordOf(renewed)).not.toBe(recordOf(held));
    expect(recordOf(undefined)).not.toBe(recordOf(held));
    expect(recordOf({ ...held })).toBe(recordOf(held));
  });
});

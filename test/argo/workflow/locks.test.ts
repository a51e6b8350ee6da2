import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  LockDraft,
  release,
  releaseWorkflow,
  restoreHolder,
  tryAcquire,
  workflowsToWake,
  type Lock,
  type LockRequest,
  type Locks,
} from "../../../src/argo/workflow/locks.ts";

interface Given {
  readonly limit?: number;
  readonly createdAt?: number;
  readonly priority?: number;
}

function request(holder: string, names: readonly string[], { limit = 1, ...changes }: Given = {}): LockRequest {
  return { holder, wanted: names.map((name) => ({ name, limit })), priority: 0, createdAt: 0, ...changes };
}

describe("locks over all workflows", () => {
  it("lets a workflow that waits go first when the lock is free again", () => {
    const draft = new LockDraft(new Map());
    tryAcquire(draft, request("ns/a", ["m"]));
    const waiting = tryAcquire(draft, request("ns/b", ["m"], { createdAt: 1 }));

    release(draft, "m", "ns/a");
    const late = tryAcquire(draft, request("ns/c", ["m"], { createdAt: 2 }));

    expect(waiting).toEqual({
      isAcquired: false,
      waitingFor: "m",
      message: "Waiting for m lock. Lock status: 0/1",
    });
    expect(late.isAcquired).toBe(false);
    expect(tryAcquire(draft, request("ns/b", ["m"], { createdAt: 1 })).isAcquired).toBe(true);
  });

  it("puts a higher priority in front, and the older workflow among equals", () => {
    const draft = new LockDraft(new Map());
    tryAcquire(draft, request("ns/a", ["m"]));
    tryAcquire(draft, request("ns/young", ["m"], { createdAt: 9 }));
    tryAcquire(draft, request("ns/old", ["m"], { createdAt: 3 }));
    tryAcquire(draft, request("ns/urgent", ["m"], { createdAt: 10, priority: 5 }));

    expect(draft.get("m").queue.map(({ holder }) => holder)).toEqual(["ns/urgent", "ns/old", "ns/young"]);
  });

  it("takes several locks all at once or none of them", () => {
    const draft = new LockDraft(new Map());
    tryAcquire(draft, request("ns/a", ["m"]));

    const result = tryAcquire(draft, request("ns/b", ["n", "m"]));

    expect(result).toMatchObject({ isAcquired: false, waitingFor: "m" });
    expect(draft.get("n").holders).toEqual([]);
  });

  it("lets nodes of the workflow in front take free slots too", () => {
    const draft = new LockDraft(new Map());
    const two = { limit: 2 };
    tryAcquire(draft, request("ns/a/1", ["s"], two));
    tryAcquire(draft, request("ns/a/2", ["s"], two));
    tryAcquire(draft, request("ns/a/3", ["s"], two));

    release(draft, "s", "ns/a/1");

    expect(tryAcquire(draft, request("ns/a/4", ["s"], two)).isAcquired).toBe(true);
  });

  it("keeps recorded holders beyond the limit and grants nothing until they are gone", () => {
    const draft = new LockDraft(new Map());
    restoreHolder(draft, "s", "ns/a");
    restoreHolder(draft, "s", "ns/b");

    const blocked = tryAcquire(draft, request("ns/c", ["s"]));
    releaseWorkflow(draft, "ns/a");
    releaseWorkflow(draft, "ns/b");

    expect(blocked.isAcquired).toBe(false);
    expect(workflowsToWake(draft.changes)).toEqual(["ns/c"]);
    expect(tryAcquire(draft, request("ns/c", ["s"])).isAcquired).toBe(true);
  });

  it("knows the locks of before and those that came since, and records a holder once", () => {
    const draft = new LockDraft(new Map([["old", { holders: [], queue: [] }]]));
    restoreHolder(draft, "new", "ns/a");
    restoreHolder(draft, "new", "ns/a");

    expect(["old", "new", "other"].map((name) => draft.has(name))).toEqual([true, true, false]);
    expect(draft.get("new").holders).toEqual(["ns/a"]);
  });

  it("never grants more slots than the limit, and never leaves the same holder twice", () => {
    const holder = fc.constantFrom("ns/a", "ns/b", "ns/c/1", "ns/c/2", "ns/d");
    const names = fc.subarray(["s", "t", "m"] as const, { minLength: 1 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant("acquire"), holder, names }),
      fc.record({ kind: fc.constant("release"), holder, names }),
    );
    const limits = { s: 2, t: 3, m: 1 };

    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const draft = new LockDraft(new Map());
        for (const { kind, holder: who, names: which } of steps) {
          const wanted = which.map((name) => ({ name, limit: limits[name] }));
          if (kind === "acquire") tryAcquire(draft, { holder: who, wanted, priority: 0, createdAt: 0 });
          else for (const name of which) release(draft, name, who);
        }
        for (const [name, limit] of Object.entries(limits)) {
          const { holders, queue } = draft.get(name);
          expect(holders.length).toBeLessThanOrEqual(limit);
          const all = [...holders, ...queue.map((waiter) => waiter.holder)];
          expect(new Set(all).size).toBe(all.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("is granted in the end to everyone who waits, if holders always give back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ priority: fc.nat(3), createdAt: fc.nat(5) }), { minLength: 1, maxLength: 8 }),
        (all) => {
          const draft = new LockDraft(new Map());
          const waiting = new Map(all.map((each, index) => [`ns/w${index}`, each]));
          for (let round = 0; round < all.length && waiting.size > 0; round += 1) {
            for (const [who, each] of waiting) tryAcquire(draft, request(who, ["m"], each));
            const [held = ""] = draft.get("m").holders;
            waiting.delete(held);
            release(draft, "m", held);
          }
          expect(waiting.size).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("leaves the state it started from as it was", () => {
    const before: Locks = new Map<string, Lock>([["m", { holders: ["ns/a"], queue: [] }]]);
    const draft = new LockDraft(before);

    release(draft, "m", "ns/a");
    tryAcquire(draft, request("ns/b", ["m"]));

    expect(before.get("m")).toEqual({ holders: ["ns/a"], queue: [] });
    expect(draft.changes.get("m")).toEqual({ holders: ["ns/b"], queue: [] });
  });
});

import { expect, it } from "vitest";
import { LockDraft, tryAcquire } from "../../../src/argo/workflow/locks.ts";
import { HeldLocks } from "../../../src/controllers/workflow/held-locks.ts";
import type { Workflow } from "../../../src/resources/workflow.ts";

function holding(name: string, holders: readonly string[]): Workflow {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name, namespace: "ns", uid: name },
    spec: {},
    status: { synchronization: { semaphore: { holding: [{ semaphore: "lane", holders }] } } },
  };
}

function take(locks: HeldLocks, holder: string): boolean {
  const draft = new LockDraft(locks.current);
  const request = { holder, wanted: [{ name: "lane", limit: 1 }], priority: 0, createdAt: 0 };
  const { isAcquired } = tryAcquire(draft, request);
  locks.apply(draft.changes);
  return isAcquired;
}

it("holds what a stored workflow records, beside what a pass took that was not stored", () => {
  const locks = new HeldLocks();
  expect(take(locks, "ns/a/second")).toBe(true);

  locks.keep(holding("a", ["ns/a/first"]));

  expect(locks.current.get("lane")?.holders).toEqual(["ns/a/second", "ns/a/first"]);
  expect(take(locks, "ns/b/other")).toBe(false);
});

it("gives back all that a deleted workflow held", () => {
  const locks = new HeldLocks();
  take(locks, "ns/a/first");
  expect(take(locks, "ns/b/other")).toBe(false);

  expect(locks.forget("ns/a")).toEqual(["ns/b"]);
  expect(take(locks, "ns/b/other")).toBe(true);
});

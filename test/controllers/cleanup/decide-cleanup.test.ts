import { describe, expect, test } from "vitest";
import {
  decideCleanup,
  type ObservedObject,
  type ObservedOwner,
} from "../../../src/controllers/cleanup/decide-cleanup.ts";
import type { Job } from "../../../src/resources/job.ts";
import type { KubernetesObject, ObjectMeta, OwnerReference } from "../../../src/resources/object-meta.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");

function object(metadata: Partial<ObjectMeta> = {}): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", namespace: "alpha", uid: "uid-a", ...metadata },
  };
}

function reference(name: string, blockOwnerDeletion = false): OwnerReference {
  return { apiVersion: "v1", kind: "ConfigMap", name, uid: `uid-${name}`, blockOwnerDeletion };
}

function owner(name: string, state: ObservedOwner["state"]): ObservedOwner {
  return { reference: reference(name), state };
}

function decide(observed: Partial<ObservedObject>): unknown {
  return decideCleanup({ object: object(), owners: [], dependents: [], ...observed }, NOW);
}

test("a deleted object waits for others when no finalizer of ours is left, and dependents that do not block are free", () => {
  const deletionTimestamp = "2026-01-02T03:04:05Z";
  const foreground = object({ deletionTimestamp, finalizers: ["foregroundDeletion"] });

  expect(decide({ object: object({ deletionTimestamp }) })).toEqual({ kind: "nothing" });
  expect(decide({ object: foreground, dependents: [object({ name: "b" })] })).toEqual({
    kind: "removeFinalizer",
    finalizer: "foregroundDeletion",
  });
});

describe("owners", () => {
  test("an object without owners, or whose owners all exist, stays", () => {
    expect(decide({})).toEqual({ kind: "nothing" });
    expect(decide({ owners: [owner("b", "present"), owner("c", "present")] })).toEqual({ kind: "nothing" });
  });

  test("an object whose owners are all gone is deleted", () => {
    const owners = [owner("b", "gone"), owner("c", "gone")];

    expect(decide({ owners })).toEqual({ kind: "delete", propagationPolicy: "Background" });
  });

  test("while one owner exists, only the references to the others go", () => {
    const owners = [owner("b", "gone"), owner("c", "present"), owner("d", "waiting")];

    expect(decide({ owners })).toEqual({ kind: "keepOwners", owners: [reference("c")] });
  });

  test("an object that its owner waits for is deleted in the foreground", () => {
    const owners = [owner("b", "waiting"), owner("c", "gone")];

    expect(decide({ owners })).toEqual({ kind: "delete", propagationPolicy: "Foreground" });
  });

  test("an object that is being deleted already is left alone", () => {
    const deleted = object({ deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/hold"] });

    expect(decide({ object: deleted, owners: [owner("b", "gone")] })).toEqual({ kind: "nothing" });
  });
});

describe("foreground and orphan deletion", () => {
  const marked = (finalizer: string): KubernetesObject =>
    object({ deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: [finalizer] });
  const blocking = object({ name: "b", ownerReferences: [reference("a", true)] });
  const free = object({ name: "c", ownerReferences: [reference("a", false)] });

  test("in the foreground, dependents with blockOwnerDeletion go first", () => {
    const decision = decide({ object: marked("foregroundDeletion"), dependents: [blocking, free] });

    expect(decision).toEqual({ kind: "collectDependents", dependents: [blocking] });
  });

  test("when none of them is left, the finalizer goes", () => {
    const decision = decide({ object: marked("foregroundDeletion"), dependents: [free] });

    expect(decision).toEqual({ kind: "removeFinalizer", finalizer: "foregroundDeletion" });
  });

  test("orphaned dependents are released before the finalizer goes", () => {
    const first = decide({ object: marked("orphan"), dependents: [blocking, free] });
    const then = decide({ object: marked("orphan") });

    expect(first).toEqual({ kind: "releaseDependents", dependents: [blocking, free] });
    expect(then).toEqual({ kind: "removeFinalizer", finalizer: "orphan" });
  });
});

describe("time to live", () => {
  const job: Job = {
    ...object(),
    apiVersion: "batch/v1",
    kind: "Job",
    spec: { ttlSecondsAfterFinished: 60, template: { spec: { containers: [] } } },
    status: {
      conditions: [
        { type: "Complete", status: "True", reason: "", message: "", lastTransitionTime: "2026-01-02T03:04:00Z" },
      ],
    },
  };

  test("a finished Job is waited for until its time is up, and then deleted", () => {
    expect(decide({ object: job })).toEqual({ kind: "waitForExpiry", ms: 55_000 });
    expect(decideCleanup({ object: job, owners: [], dependents: [] }, NOW + 55_000)).toEqual({
      kind: "delete",
      propagationPolicy: "Foreground",
    });
  });

  test("an owner that is gone comes before the time to live", () => {
    expect(decide({ object: job, owners: [owner("b", "gone")] })).toEqual({
      kind: "delete",
      propagationPolicy: "Background",
    });
  });
});

import { describe, expect, test } from "vitest";
import {
  decideWrite,
  resourceName,
  type WriteDecision,
  type WriteRequest,
} from "../../../src/platform/embedded/decide-write.ts";
import type { AnyObject } from "../../../src/platform/embedded/normalize-object.ts";
import { WORKFLOW } from "../../../src/resources/argo-kinds.ts";
import { CONFIG_MAP } from "../../../src/resources/core.ts";
import { JOB } from "../../../src/resources/job.ts";
import type { Kind } from "../../../src/resources/kind.ts";
import type { ObjectMeta } from "../../../src/resources/object-meta.ts";

const NOW = Date.parse("2026-01-02T03:04:05.678Z");

function job(metadata: Partial<ObjectMeta> = {}, more: object = {}): AnyObject {
  const spec = { parallelism: 1, template: { spec: { containers: [] } } };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "a", namespace: "alpha", ...metadata },
    spec,
    ...more,
  };
}

function stored(metadata: Partial<ObjectMeta> = {}, more: object = {}): AnyObject {
  const server = { uid: "uid-1", resourceVersion: "7", generation: 3, creationTimestamp: "2026-01-01T00:00:00Z" };
  return job({ ...server, ...metadata }, more);
}

function decide(request: WriteRequest, found?: AnyObject, kind: Kind = JOB): WriteDecision {
  return decideWrite({ kind, now: NOW, uid: "uid-new" }, request, found);
}

describe("create", () => {
  test("gives the server's fields, whatever the caller sends, and leaves out what is empty", () => {
    const sent = {
      uid: "mine",
      generation: 9,
      creationTimestamp: null,
      labels: {},
      finalizers: [],
      managedFields: [{}],
    };
    const decision = decide({ verb: "create", object: job(sent as never, { status: { active: 1 } }) });

    expect(decision).toEqual({
      kind: "store",
      type: "ADDED",
      object: job({ uid: "uid-new", generation: 1, creationTimestamp: "2026-01-02T03:04:05Z" }),
    });
  });

  test("refuses a resourceVersion, a wrong kind and a missing namespace by their fields", () => {
    const attempts = [job({ resourceVersion: "1" }), { ...job(), kind: "Pod" }, job({ namespace: "" })];
    const fields = attempts.map((object) => {
      try {
        return decide({ verb: "create", object });
      } catch (error) {
        return (error as { causes: { field: string }[] }).causes.map((cause) => cause.field);
      }
    });

    expect(fields).toEqual([["metadata.resourceVersion"], ["kind"], ["metadata.namespace"]]);
  });
});

describe("update", () => {
  test("keeps status and the server's fields, and raises the generation with the spec", () => {
    const found = stored({}, { status: { active: 1 } });
    const object = job({ labels: { a: "b" } }, { spec: { parallelism: 2 }, status: { active: 9 } });

    expect(decide({ verb: "update", object }, found)).toEqual({
      kind: "store",
      type: "MODIFIED",
      object: stored({ generation: 4, labels: { a: "b" }, resourceVersion: undefined } as never, {
        spec: { parallelism: 2 },
        status: { active: 1 },
      }),
    });
  });

  test("of the same content is no change", () => {
    const found = stored();

    expect(decide({ verb: "update", object: job() }, found)).toEqual({ kind: "unchanged", object: found });
  });

  test("without a status subresource, status is written and raises the generation", () => {
    const head = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", spec: {} };
    const found = { ...stored(), ...head };
    const decision = decide(
      { verb: "update", object: { ...job({}, { status: { phase: "Running" } }), ...head } },
      found,
      WORKFLOW,
    );

    expect(decision.object).toMatchObject({ metadata: { generation: 4 }, status: { phase: "Running" } });
  });

  test("that takes the last finalizer from a deleted object removes it", () => {
    const found = stored({ deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/a"] });

    expect(decide({ verb: "update", object: job() }, found).kind).toBe("remove");
  });
});

describe("delete", () => {
  const key = { namespace: "alpha", name: "a" };

  test("removes an object without finalizers", () => {
    expect(decide({ verb: "delete", key, options: {} }, stored()).kind).toBe("remove");
  });

  test("marks an object with finalizers once", () => {
    const first = decide({ verb: "delete", key, options: {} }, stored({ finalizers: ["example.com/a"] }));
    const again = decide({ verb: "delete", key, options: {} }, first.object);

    expect(first.object.metadata).toMatchObject({ deletionTimestamp: "2026-01-02T03:04:05Z", generation: 4 });
    expect(again.kind).toBe("unchanged");
  });

  test("in the background takes back an earlier wait for dependents", () => {
    const foreground = decide({ verb: "delete", key, options: { propagationPolicy: "Foreground" } }, stored());

    expect(foreground.object.metadata.finalizers).toEqual(["foregroundDeletion"]);
    expect(decide({ verb: "delete", key, options: {} }, foreground.object).kind).toBe("remove");
  });
});

test("stringData of a confidential kind lands in data as base64", () => {
  const secret = { ...CONFIG_MAP, kind: "Secret", plural: "secrets", confidential: true as const };
  const metadata = { name: "a", namespace: "alpha" };
  const object = { apiVersion: "v1", kind: "Secret", metadata, data: { a: "YQ==" }, stringData: { b: "ü" } };

  const decision = decide({ verb: "create", object }, undefined, secret);

  expect(decision.object["data"]).toEqual({ a: "YQ==", b: "w7w=" });
  expect(decision.object).not.toHaveProperty("stringData");
});

test("resources are named as Kubernetes names them", () => {
  expect([resourceName(JOB as Kind), resourceName(CONFIG_MAP as Kind)]).toEqual(["jobs.batch", "configmaps"]);
});

describe("a write is refused", () => {
  const key = { namespace: "alpha", name: "a" };
  const codeOf = (write: () => unknown): string | undefined => {
    try {
      write();
      return undefined;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  test("when what it needs is not there, or there already", () => {
    expect(codeOf(() => decide({ verb: "create", object: job() }, stored()))).toBe("AlreadyExists");
    expect(codeOf(() => decide({ verb: "update", object: job() }))).toBe("NotFound");
    expect(codeOf(() => decide({ verb: "updateStatus", object: job() }))).toBe("NotFound");
    expect(codeOf(() => decide({ verb: "delete", key, options: {} }))).toBe("NotFound");
  });

  test("when the caller has seen another version or another object; empty strings say nothing", () => {
    const update = (metadata: Partial<ObjectMeta>): string | undefined =>
      codeOf(() => decide({ verb: "update", object: job(metadata) }, stored()));
    const remove = (preconditions: { uid?: string; resourceVersion?: string }): string | undefined =>
      codeOf(() => decide({ verb: "delete", key, options: { preconditions } }, stored()));

    expect(update({ resourceVersion: "6" })).toBe("Conflict");
    expect(update({ uid: "uid-0" })).toBe("Conflict");
    expect(remove({ uid: "uid-0" })).toBe("Conflict");
    expect(update({ resourceVersion: "7", uid: "uid-1" })).toBeUndefined();
    expect(update({ resourceVersion: "", uid: "" })).toBeUndefined();
  });

  test("when it changes what never changes, by the field", () => {
    const deleted = stored({ deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/a"] });
    const update = (metadata: Partial<ObjectMeta>, found: AnyObject): unknown => {
      try {
        return decide({ verb: "update", object: job(metadata) }, found);
      } catch (error) {
        return (error as { causes: { field: string }[] }).causes.map((cause) => cause.field);
      }
    };

    expect(update({ creationTimestamp: "2026-01-01T00:00:01Z" }, stored())).toEqual(["metadata.creationTimestamp"]);
    expect(update({ finalizers: ["example.com/a", "example.com/b"] }, deleted)).toEqual(["metadata.finalizers"]);
    expect(update({ finalizers: ["example.com/b"] }, stored({ deletionTimestamp: "2026-01-01T00:00:00Z" }))).toEqual([
      "metadata.finalizers",
    ]);
    expect(update({ creationTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.com/a"] }, deleted)).toMatchObject(
      {
        kind: "unchanged",
      },
    );
  });
});

describe("a status update", () => {
  test("writes status and nothing else, and raises no generation", () => {
    const object = job({ labels: { a: "b" } }, { spec: {}, status: { active: 1 } });

    expect(decide({ verb: "updateStatus", object }, stored())).toMatchObject({
      kind: "store",
      type: "MODIFIED",
      object: stored({}, { status: { active: 1 } }),
    });
  });

  test("is refused where a kind has no such subresource, with the way to write it", () => {
    expect(() => decide({ verb: "updateStatus", object: job() }, stored(), WORKFLOW)).toThrow(
      "workflows.argoproj.io have no status subresource",
    );
  });
});

test("an object of a kind without generations is marked as deleted without one", () => {
  const metadata = { name: "a", namespace: "alpha", finalizers: ["example.com/a"] };
  const map = { apiVersion: "v1", kind: "ConfigMap", metadata };

  const deleted = decide({ verb: "delete", key: metadata, options: {} }, map, CONFIG_MAP);
  const relabelled = {
    ...map,
    metadata: { name: "a", namespace: "alpha", labels: { a: "b" }, finalizers: ["example.com/a"] },
  };
  const updated = decide({ verb: "update", object: relabelled }, deleted.object, CONFIG_MAP);

  expect(deleted.object.metadata).toMatchObject({ deletionTimestamp: "2026-01-02T03:04:05Z" });
  expect(deleted.object.metadata).not.toHaveProperty("generation");
  expect(updated.object.metadata).toMatchObject({ deletionTimestamp: "2026-01-02T03:04:05Z", labels: { a: "b" } });
});

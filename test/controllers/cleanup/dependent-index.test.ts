import { expect, test } from "vitest";
import { DependentIndex } from "../../../src/controllers/cleanup/dependent-index.ts";
import { CONFIG_MAP, NAMESPACE } from "../../../src/resources/core.ts";
import { JOB } from "../../../src/resources/job.ts";
import type { Kind } from "../../../src/resources/kind.ts";
import type { KubernetesObject, OwnerReference } from "../../../src/resources/object-meta.ts";

const KINDS = [CONFIG_MAP, JOB, NAMESPACE] as readonly Kind[];
const owner = { kind: JOB, key: { namespace: "alpha", name: "job" } };
const reference: OwnerReference = { apiVersion: "batch/v1", kind: "Job", name: "job", uid: "uid-1" };

function dependent(name: string, uid = "uid-1"): KubernetesObject {
  const metadata = { name, namespace: "alpha", ownerReferences: [{ ...reference, uid }] };
  return { apiVersion: "v1", kind: "ConfigMap", metadata };
}

test("the dependents of an owner that is gone are found by its name", () => {
  const index = new DependentIndex(KINDS);
  index.add(CONFIG_MAP, dependent("a"));
  index.add(CONFIG_MAP, dependent("b"));

  expect(index.staleDependents(owner, undefined).map((found) => found.key.name)).toEqual(["a", "b"]);
});

test("of an owner that was created anew, those are stale that name the former uid", () => {
  const index = new DependentIndex(KINDS);
  index.add(CONFIG_MAP, dependent("old"));
  index.add(CONFIG_MAP, dependent("new", "uid-2"));

  expect(index.staleDependents(owner, "uid-2").map((found) => found.key.name)).toEqual(["old"]);
});

test("an owner is known as long as it has dependents", () => {
  const index = new DependentIndex(KINDS);
  index.add(CONFIG_MAP, dependent("a"));
  expect(index.has(owner)).toBe(true);

  index.remove(owner, { kind: CONFIG_MAP, key: { namespace: "alpha", name: "a" } });

  expect(index.has(owner)).toBe(false);
});

test("a reference is followed by group and kind, whatever its version; an unknown kind is not followed", () => {
  const index = new DependentIndex(KINDS);

  expect(index.ownerOf("alpha", { ...reference, apiVersion: "batch/v1beta1" })).toEqual(owner);
  expect(index.ownerOf("alpha", { ...reference, kind: "Deployment" })).toBeUndefined();
  expect(index.ownerOf("alpha", { ...reference, apiVersion: "v1", kind: "Namespace" })?.key.namespace).toBe("");
});

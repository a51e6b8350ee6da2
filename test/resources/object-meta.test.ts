import { expect, it } from "vitest";
import { keyOf, ownerReferenceTo } from "../../src/resources/object-meta.ts";

it("the key of an object of the whole cluster has no namespace", () => {
  const metadata = { name: "alpha" };

  expect(keyOf({ apiVersion: "v1", kind: "Namespace", metadata })).toEqual({ namespace: "", name: "alpha" });
  expect(keyOf({ apiVersion: "v1", kind: "Pod", metadata: { ...metadata, namespace: "ns" } }).namespace).toBe("ns");
});

it("an owner that is not stored yet has no uid to refer to", () => {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "a" } };

  expect(ownerReferenceTo(pod)).toMatchObject({ name: "a", uid: "", controller: true });
  expect(ownerReferenceTo({ ...pod, metadata: { name: "a", uid: "u" } }).uid).toBe("u");
});

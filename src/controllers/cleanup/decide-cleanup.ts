// What becomes of an object whose owners, dependents or time to live say that somebody must act. Pure.
// Sources: "Garbage Collection" and "Automatic Cleanup for Finished Jobs" of the Kubernetes documentation; Argo's
// ttlStrategy (Workflow fields reference).
import type { KubernetesObject, ObjectMeta, OwnerReference } from "../../resources/object-meta.ts";
import { expiresAt } from "./time-to-live.ts";

export const FOREGROUND_FINALIZER = "foregroundDeletion";
export const ORPHAN_FINALIZER = "orphan";

export interface ObservedOwner {
  readonly reference: OwnerReference;
  /**
   * present: exists with this uid (or is of a kind that cannot be checked). waiting: is being deleted in the foreground,
   * and goes when its dependents are gone. gone: does not exist, or its name belongs to another uid now.
   */
  readonly state: "present" | "waiting" | "gone";
}

export interface ObservedObject {
  readonly object: KubernetesObject;
  readonly owners: readonly ObservedOwner[];
  /** Objects that name this one as owner by uid; only looked up while a finalizer of garbage collection is on it. */
  readonly dependents: readonly KubernetesObject[];
}

export type CleanupDecision =
  | { readonly kind: "nothing" }
  | { readonly kind: "waitForExpiry"; readonly ms: number }
  | { readonly kind: "delete"; readonly propagationPolicy: "Background" | "Foreground" | "Orphan" }
  /** Some owner remains: references to the others go. */
  | { readonly kind: "keepOwners"; readonly owners: readonly OwnerReference[] }
  /** Foreground: these hold the object back. */
  | { readonly kind: "collectDependents"; readonly dependents: readonly KubernetesObject[] }
  /** Orphan: these lose their reference to the object, and then the finalizer goes. */
  | { readonly kind: "releaseDependents"; readonly dependents: readonly KubernetesObject[] }
  | { readonly kind: "removeFinalizer"; readonly finalizer: string };

export function decideCleanup(observed: ObservedObject, now: number): CleanupDecision {
  const { object, dependents } = observed;
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) return decideDeleted(metadata, dependents);
  const byOwners = decideByOwners(observed);
  if (byOwners.kind !== "nothing") return byOwners;
  const expiry = expiresAt(object);
  if (expiry === undefined) return { kind: "nothing" };
  if (expiry.at > now) return { kind: "waitForExpiry", ms: expiry.at - now };
  return { kind: "delete", propagationPolicy: expiry.propagationPolicy };
}

function decideDeleted(metadata: ObjectMeta, dependents: readonly KubernetesObject[]): CleanupDecision {
  const finalizers = metadata.finalizers ?? [];
  if (finalizers.includes(ORPHAN_FINALIZER)) {
    if (dependents.length > 0) return { kind: "releaseDependents", dependents };
    return { kind: "removeFinalizer", finalizer: ORPHAN_FINALIZER };
  }
  if (!finalizers.includes(FOREGROUND_FINALIZER)) return { kind: "nothing" };
  const blocking = dependents.filter((dependent) => blocksOwner(dependent, metadata.uid));
  if (blocking.length > 0) return { kind: "collectDependents", dependents: blocking };
  return { kind: "removeFinalizer", finalizer: FOREGROUND_FINALIZER };
}

function blocksOwner(dependent: KubernetesObject, uid: string | undefined): boolean {
  const references = dependent.metadata.ownerReferences ?? [];
  return references.some((reference) => reference.uid === uid && reference.blockOwnerDeletion === true);
}

function decideByOwners(observed: ObservedObject): CleanupDecision {
  const { owners } = observed;
  if (owners.every((owner) => owner.state === "present")) return { kind: "nothing" };
  const present = owners.filter((owner) => owner.state === "present");
  if (present.length > 0) return { kind: "keepOwners", owners: present.map((owner) => owner.reference) };
  const isWaitedFor = owners.some((owner) => owner.state === "waiting");
  return { kind: "delete", propagationPolicy: isWaitedFor ? "Foreground" : "Background" };
}

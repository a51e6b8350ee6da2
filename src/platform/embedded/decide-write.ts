// What one write does to one object, with the semantics of the Kubernetes API. Pure: the writer carries the decision out.
// Source: Kubernetes API conventions ("Concurrency Control and Consistency", "Metadata", "Spec and Status"),
// "Finalizers", "Garbage Collection", and the custom resources' "Status subresource".
import { isDeepStrictEqual } from "node:util";
import type { Kind } from "../../resources/kind.ts";
import { kubernetesTime, type KubernetesObject, type ObjectKey, type ObjectMeta } from "../../resources/object-meta.ts";
import { PlatformError } from "../errors.ts";
import type { DeleteOptions } from "../resource-store.ts";
import { invalidObject, normalizeObject, type AnyObject } from "./normalize-object.ts";

/** Objects are JSON values: no field is undefined, so that comparing them is exact. */
export type WriteRequest =
  | { readonly verb: "create" | "update" | "updateStatus"; readonly object: KubernetesObject }
  | { readonly verb: "delete"; readonly key: ObjectKey; readonly options: DeleteOptions };

export interface WriteContext {
  readonly kind: Kind;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** For an object that is created. */
  readonly uid: string;
}

/** `object` has no new resourceVersion yet: the writer gives it one when it stores it. */
export type WriteDecision =
  | { readonly kind: "store"; readonly type: "ADDED" | "MODIFIED"; readonly object: AnyObject }
  | { readonly kind: "remove"; readonly object: AnyObject }
  | { readonly kind: "unchanged"; readonly object: AnyObject };

/** Throws PlatformError (AlreadyExists, NotFound, Conflict, Invalid) when the write is refused. */
export function decideWrite(
  context: WriteContext,
  request: WriteRequest,
  stored: AnyObject | undefined,
): WriteDecision {
  switch (request.verb) {
    case "create":
      return decideCreate(context, request.object, stored);
    case "update":
      return decideUpdate(context, request.object, stored);
    case "updateStatus":
      return decideStatusUpdate(context, request.object, stored);
    case "delete":
      return decideDelete(context, request, stored);
  }
}

function decideCreate(context: WriteContext, input: KubernetesObject, stored: AnyObject | undefined): WriteDecision {
  const { kind } = context;
  const object = normalizeObject(kind, kind.statusSubresource ? withStatusOf(input, undefined) : input);
  const { name, resourceVersion } = object.metadata;
  if (resourceVersion !== undefined) {
    const message = "must not be set on an object to be created";
    throw invalidObject(kind, name, [{ field: "metadata.resourceVersion", message }]);
  }
  if (stored !== undefined) {
    throw new PlatformError({ code: "AlreadyExists", message: `${resourceName(kind)} "${name}" already exists` });
  }
  const {
    deletionTimestamp: _time,
    deletionGracePeriodSeconds: _grace,
    generation: _generation,
    ...rest
  } = object.metadata;
  const metadata: ObjectMeta = {
    ...rest,
    uid: context.uid,
    creationTimestamp: kubernetesTime(context.now),
    ...(kind.generation === "spec" ? { generation: 1 } : {}),
  };
  return { kind: "store", type: "ADDED", object: { ...object, metadata } };
}

function decideUpdate(context: WriteContext, input: KubernetesObject, stored: AnyObject | undefined): WriteDecision {
  const { kind } = context;
  const found = requireStored(kind, input.metadata.name, stored);
  refuseStale(kind, found, input.metadata);
  const object = normalizeObject(kind, kind.statusSubresource ? withStatusOf(input, found) : input);
  refuseImmutable(kind, found, object);
  const isSpecChanged = kind.generation === "spec" && !isDeepStrictEqual(specOf(kind, object), specOf(kind, found));
  const metadata = keepServerFields(object.metadata, found.metadata, isSpecChanged ? 1 : 0);
  return storeOrRemove({ ...object, metadata }, found);
}

function decideStatusUpdate(
  context: WriteContext,
  input: KubernetesObject,
  stored: AnyObject | undefined,
): WriteDecision {
  const { kind } = context;
  if (!kind.statusSubresource) {
    throw new PlatformError({
      code: "NotFound",
      message: `${resourceName(kind)} have no status subresource`,
      hint: "Write the whole object with update.",
    });
  }
  const found = requireStored(kind, input.metadata.name, stored);
  refuseStale(kind, found, input.metadata);
  const object = normalizeObject(kind, withStatusOf(found, input as AnyObject));
  return storeOrRemove({ ...object, metadata: found.metadata }, found);
}

const FOREGROUND_FINALIZER = "foregroundDeletion";
const ORPHAN_FINALIZER = "orphan";

function decideDelete(
  context: WriteContext,
  request: WriteRequest & { verb: "delete" },
  stored: AnyObject | undefined,
): WriteDecision {
  const { kind, now } = context;
  const found = requireStored(kind, request.key.name, stored);
  const { preconditions, propagationPolicy } = request.options;
  refuseStale(kind, found, preconditions ?? {});
  const others = (found.metadata.finalizers ?? []).filter(
    (finalizer) => finalizer !== FOREGROUND_FINALIZER && finalizer !== ORPHAN_FINALIZER,
  );
  const added = { Background: [], Foreground: [FOREGROUND_FINALIZER], Orphan: [ORPHAN_FINALIZER] };
  const finalizers = [...others, ...added[propagationPolicy ?? "Background"]];
  if (finalizers.length === 0) return { kind: "remove", object: found };
  const { generation } = found.metadata;
  const isMarked = found.metadata.deletionTimestamp !== undefined;
  const mark = {
    deletionTimestamp: kubernetesTime(now),
    deletionGracePeriodSeconds: 0,
    ...(generation === undefined ? {} : { generation: generation + 1 }),
  };
  const metadata = { ...found.metadata, ...(isMarked ? {} : mark), finalizers };
  return storeOrRemove({ ...found, metadata }, found);
}

function requireStored(kind: Kind, name: string, stored: AnyObject | undefined): AnyObject {
  if (stored !== undefined) return stored;
  throw new PlatformError({ code: "NotFound", message: `${resourceName(kind)} "${name}" not found` });
}

/** Optimistic concurrency: a uid or resourceVersion that the caller names must be the stored one. */
function refuseStale(kind: Kind, stored: AnyObject, expected: { uid?: string; resourceVersion?: string }): void {
  const { name, uid, resourceVersion } = stored.metadata;
  // Go clients write empty strings for fields that are not set.
  if (expected.uid && expected.uid !== uid) {
    throw new PlatformError({
      code: "Conflict",
      message: `${resourceName(kind)} "${name}" has uid ${String(uid)}, not ${expected.uid}: it was created anew`,
      hint: "Read the object again.",
    });
  }
  if (expected.resourceVersion && expected.resourceVersion !== resourceVersion) {
    throw new PlatformError({
      code: "Conflict",
      message: `${resourceName(kind)} "${name}" was changed since it was read (now ${String(resourceVersion)}, read at ${expected.resourceVersion})`,
      hint: "Read the object again and repeat the change.",
    });
  }
}

function refuseImmutable(kind: Kind, stored: AnyObject, object: AnyObject): void {
  const { metadata } = object;
  const before = stored.metadata;
  const problems: { field: string; message: string }[] = [];
  for (const field of ["creationTimestamp", "deletionTimestamp"] as const) {
    if (metadata[field] === undefined || metadata[field] === before[field]) continue;
    problems.push({ field: `metadata.${field}`, message: "is immutable" });
  }
  const isAdded = (finalizer: string): boolean => !(before.finalizers ?? []).includes(finalizer);
  if (before.deletionTimestamp !== undefined && (metadata.finalizers ?? []).some(isAdded)) {
    const message = "no finalizer can be added to an object that is being deleted";
    problems.push({ field: "metadata.finalizers", message });
  }
  if (problems.length > 0) throw invalidObject(kind, metadata.name, problems);
}

/** The server's own fields are those of the stored object, whatever the caller sends. */
function keepServerFields(metadata: ObjectMeta, stored: ObjectMeta, generationStep: 0 | 1): ObjectMeta {
  const { uid: _uid, creationTimestamp: _creation, generation: _generation, ...others } = metadata;
  const { deletionTimestamp: _deletion, deletionGracePeriodSeconds: _grace, ...rest } = others;
  const { uid, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds } = stored;
  return {
    ...rest,
    ...(uid === undefined ? {} : { uid }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(generation === undefined ? {} : { generation: generation + generationStep }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  };
}

function storeOrRemove(object: AnyObject, stored: AnyObject): WriteDecision {
  const { deletionTimestamp, finalizers } = object.metadata;
  if (deletionTimestamp !== undefined && (finalizers ?? []).length === 0) return { kind: "remove", object };
  if (isDeepStrictEqual(withoutVersion(object), withoutVersion(stored))) return { kind: "unchanged", object: stored };
  return { kind: "store", type: "MODIFIED", object };
}

function withoutVersion(object: AnyObject): unknown {
  const { resourceVersion: _resourceVersion, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** What raises the generation: everything but metadata, and but status where that is a subresource. */
function specOf(kind: Kind, object: AnyObject): unknown {
  const { metadata: _metadata, ...whole } = object;
  const { status: _status, ...rest } = whole;
  return kind.statusSubresource ? rest : whole;
}

function withStatusOf(object: KubernetesObject, source: AnyObject | undefined): AnyObject {
  const { status: _status, ...rest } = object as AnyObject;
  const status = source?.["status"];
  return status === undefined ? rest : { ...rest, status };
}

/** `coderuns.agents.platform`, as Kubernetes names resources in its messages. */
export function resourceName(kind: Kind): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}

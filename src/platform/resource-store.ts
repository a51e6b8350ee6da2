// The one interface through which everything reads and writes resources, with Kubernetes semantics.
// Implementations: platform/embedded (SQLite) and platform/kubernetes (REST client). The contract is
// test/contracts/resource-store.contract.ts; every implementation passes all of it.
import type { Kind } from "../resources/kind.ts";
import type { KubernetesObject, ObjectKey } from "../resources/object-meta.ts";

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** Label selector text: `a=b,c in (d,e),!f`. */
  readonly labelSelector?: string;
  /** Field selector text; only metadata.name and metadata.namespace are supported. */
  readonly fieldSelector?: string;
  /** Page size; absent: everything. */
  readonly limit?: number;
  /** From the previous page; Expired when it is too old. */
  readonly continue?: string;
}

export interface ResourceList<T> {
  readonly items: readonly T[];
  /** Start a watch here to miss nothing. */
  readonly resourceVersion: string;
  readonly continue?: string;
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Events after this version. Older than the kept history: throws Expired, and the caller lists again. */
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
}

/** BOOKMARK carries only metadata.resourceVersion: everything up to it has been delivered. */
export interface WatchEvent<T> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: T;
}

export interface DeleteOptions {
  /** Conflict unless they match the stored object. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  /** Background (default): dependents are removed after it. Foreground: before it. Orphan: kept, reference removed. */
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
}

export interface ResourceReader {
  /** The object, or undefined when it does not exist. */
  get<T extends KubernetesObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined>;
  /** Sorted by namespace, then name. */
  list<T extends KubernetesObject>(kind: Kind<T>, options?: ListOptions): Promise<ResourceList<T>>;
  /** Ends when the signal aborts or the source closes; a caller that wants more starts again from the last version seen. */
  watch<T extends KubernetesObject>(kind: Kind<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
}

export interface ResourceStore extends ResourceReader {
  /**
   * Stores a new object and returns it with uid, resourceVersion, creationTimestamp (and generation 1 where the kind has one).
   * AlreadyExists when the name is taken; Invalid when the schema refuses it. With `generateName` five characters are appended.
   * With a status subresource, status in the input is dropped.
   */
  create<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T>;
  /**
   * Replaces everything but status (or all of it where the kind has no status subresource).
   * With metadata.resourceVersion: Conflict unless it is the stored one. Without: unconditional. NotFound when missing.
   * A write that changes nothing keeps the resourceVersion. Removing the last finalizer of a deleted object removes it.
   */
  update<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T>;
  /** Replaces status only; the rest of the input is ignored but for the identity and resourceVersion. */
  updateStatus<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T>;
  /** Removes the object, or marks it with deletionTimestamp while finalizers remain. NotFound when missing. */
  delete(kind: Kind, key: ObjectKey, options?: DeleteOptions): Promise<void>;
}

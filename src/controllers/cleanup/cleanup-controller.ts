// Garbage collection and time to live where there is no kube-controller-manager: what an owner leaves behind is deleted,
// orphaned or waited for, and finished Jobs and Workflows go when their time is up.
import { hasCode } from "../../platform/errors.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import type { Kind } from "../../resources/kind.ts";
import { keyOf, type KubernetesObject, type ObjectKey, type ObjectMeta } from "../../resources/object-meta.ts";
import { SETTLED, type Controller, type Outcome } from "../loop/controller.ts";
import {
  decideCleanup,
  FOREGROUND_FINALIZER,
  ORPHAN_FINALIZER,
  type CleanupDecision,
  type ObservedOwner,
} from "./decide-cleanup.ts";
import { DependentIndex, type ObjectId } from "./dependent-index.ts";
import { expiresAt } from "./time-to-live.ts";

/** Objects per page when dependents are looked up. */
const PAGE_SIZE = 500;

/** Passes at once: they mostly read. */
const CONCURRENCY_MAX = 4;

export interface CleanupOptions {
  readonly store: ResourceStore;
  /** Kinds that can own or be owned; a reference to any other kind is taken for valid. */
  readonly kinds: readonly Kind[];
}

export function createCleanupController(options: CleanupOptions): Controller {
  const cleanup = new Cleanup(options);
  return {
    name: "cleanup",
    concurrencyMax: CONCURRENCY_MAX,
    watches: options.kinds.map((kind) => ({ kind, map: (object) => cleanup.keysFor(kind, object) })),
    reconcile: (key, now) => cleanup.reconcile(key, now),
  };
}

class Cleanup {
  readonly #store: ResourceStore;
  readonly #kinds: readonly Kind[];
  readonly #index: DependentIndex;
  /** Owners whose deletion waits for dependents: those wake them. */
  readonly #waitingOwners = new Set<string>();

  constructor(options: CleanupOptions) {
    this.#store = options.store;
    this.#kinds = options.kinds;
    this.#index = new DependentIndex(options.kinds);
  }

  /** The object itself when anything can be due for it, and owners that wait for it to go. */
  keysFor(kind: Kind, object: KubernetesObject): readonly ObjectKey[] {
    const { metadata } = object;
    this.#index.add(kind, object);
    const id = { kind, key: keyOf(object) };
    const references = metadata.ownerReferences ?? [];
    const isConcerned =
      references.length > 0 ||
      metadata.deletionTimestamp !== undefined ||
      this.#index.has(id) ||
      expiresAt(object) !== undefined;
    const owners = references
      .map((reference) => this.#index.ownerOf(id.key.namespace, reference))
      .filter((owner) => owner !== undefined)
      .map(requestOf)
      .filter((request) => this.#waitingOwners.has(textOf(request)));
    return isConcerned ? [requestOf(id), ...owners] : owners;
  }

  async reconcile(request: ObjectKey, now: number): Promise<Outcome> {
    const id = this.#idOf(request);
    const object = await this.#store.get(id.kind, id.key);
    if (object === undefined) this.#waitingOwners.delete(textOf(request));
    for (const dependent of this.#index.staleDependents(id, object?.metadata.uid)) {
      await this.#cleanById(dependent, now);
      this.#index.remove(id, dependent);
    }
    return object === undefined ? SETTLED : this.#clean(id, object, now);
  }

  async #cleanById(id: ObjectId, now: number): Promise<void> {
    const object = await this.#store.get(id.kind, id.key);
    if (object === undefined) return;
    await this.#clean(id, object, now);
  }

  async #clean(id: ObjectId, object: KubernetesObject, now: number): Promise<Outcome> {
    const { metadata } = object;
    const finalizers = metadata.finalizers ?? [];
    const needsDependents =
      metadata.deletionTimestamp !== undefined &&
      (finalizers.includes(FOREGROUND_FINALIZER) || finalizers.includes(ORPHAN_FINALIZER));
    // Noted before the look, so that a dependent that goes in between wakes the owner.
    if (needsDependents) this.#waitingOwners.add(textOf(requestOf(id)));
    const owners = await this.#observeOwners(id, object);
    const dependents = needsDependents ? await this.#findDependents(id, metadata.uid) : [];
    const decision = decideCleanup({ object, owners, dependents }, now);
    await this.#apply(id, object, decision, now);
    return decision.kind === "waitForExpiry" ? { kind: "checkAgainAfter", ms: decision.ms } : SETTLED;
  }

  async #observeOwners(id: ObjectId, object: KubernetesObject): Promise<readonly ObservedOwner[]> {
    const references = object.metadata.ownerReferences ?? [];
    return Promise.all(
      references.map(async (reference): Promise<ObservedOwner> => {
        const owner = this.#index.ownerOf(id.key.namespace, reference);
        if (owner === undefined) return { reference, state: "present" };
        const found = (await this.#store.get(owner.kind, owner.key))?.metadata;
        if (found?.uid !== reference.uid) return { reference, state: "gone" };
        return { reference, state: isDeletedInForeground(found) ? "waiting" : "present" };
      }),
    );
  }

  /** From the store, not from the index: a finalizer must not be removed because a watch is late. */
  async #findDependents(owner: ObjectId, uid: string | undefined): Promise<readonly KubernetesObject[]> {
    const dependents: KubernetesObject[] = [];
    const inside = owner.kind.namespaced ? { namespace: owner.key.namespace } : {};
    for (const kind of this.#kinds) {
      if (owner.kind.namespaced && !kind.namespaced) continue;
      for (let token: string | undefined, isFirst = true; isFirst || token !== undefined; isFirst = false) {
        const options = { ...inside, limit: PAGE_SIZE, ...(token === undefined ? {} : { continue: token }) };
        const page = await this.#store.list(kind, options);
        token = page.continue;
        dependents.push(...page.items.filter((item) => hasOwner(item, uid)));
      }
    }
    return dependents;
  }

  async #apply(id: ObjectId, object: KubernetesObject, decision: CleanupDecision, now: number): Promise<void> {
    switch (decision.kind) {
      case "nothing":
      case "waitForExpiry":
        return;
      case "delete":
        await this.#delete(id, object.metadata, decision.propagationPolicy);
        return;
      case "keepOwners":
        await this.#writeMetadata(id, object, { ownerReferences: decision.owners });
        return;
      case "collectDependents":
        for (const dependent of decision.dependents) await this.#cleanById(this.#idOfObject(dependent), now);
        return;
      case "releaseDependents":
        for (const dependent of decision.dependents) await this.#release(dependent, object.metadata.uid);
        await this.#removeFinalizer(id, object, ORPHAN_FINALIZER);
        return;
      case "removeFinalizer":
        await this.#removeFinalizer(id, object, decision.finalizer);
    }
  }

  /** Only this very state of this very object: a name may have been given to a new one. */
  async #delete(
    id: ObjectId,
    metadata: ObjectMeta,
    propagationPolicy: "Background" | "Foreground" | "Orphan",
  ): Promise<void> {
    const { uid = "", resourceVersion = "" } = metadata;
    try {
      await this.#store.delete(id.kind, id.key, { preconditions: { uid, resourceVersion }, propagationPolicy });
    } catch (error) {
      if (!hasCode(error, "NotFound")) throw error;
    }
  }

  async #release(dependent: KubernetesObject, uid: string | undefined): Promise<void> {
    const kept = (dependent.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
    await this.#writeMetadata(this.#idOfObject(dependent), dependent, { ownerReferences: kept });
  }

  async #removeFinalizer(id: ObjectId, object: KubernetesObject, finalizer: string): Promise<void> {
    const finalizers = (object.metadata.finalizers ?? []).filter((candidate) => candidate !== finalizer);
    await this.#writeMetadata(id, object, { finalizers });
  }

  async #writeMetadata(id: ObjectId, object: KubernetesObject, change: Partial<ObjectMeta>): Promise<void> {
    try {
      await this.#store.update(id.kind, { ...object, metadata: { ...object.metadata, ...change } });
    } catch (error) {
      if (!hasCode(error, "NotFound")) throw error;
    }
  }

  #idOfObject(object: KubernetesObject): ObjectId {
    const { apiVersion, kind, metadata } = object;
    const { name, namespace = "" } = metadata;
    const id = this.#index.ownerOf(namespace, { apiVersion, kind, name, uid: metadata.uid ?? "" });
    if (id === undefined) throw new Error(`${apiVersion} ${kind} was listed, so it is a known kind`);
    return id;
  }

  #idOf(request: ObjectKey): ObjectId {
    const [plural = "", group = "", name = ""] = request.name.split("/");
    const kind = this.#kinds.find((candidate) => candidate.plural === plural && candidate.group === group);
    if (kind === undefined) throw new Error(`no request is made for the unknown kind ${plural}.${group}`);
    return { kind, key: { namespace: request.namespace, name } };
  }
}

/** The loop's keys carry no kind, so it is put into the name. */
function requestOf(id: ObjectId): ObjectKey {
  return { namespace: id.key.namespace, name: `${id.kind.plural}/${id.kind.group}/${id.key.name}` };
}

function textOf(request: ObjectKey): string {
  return `${request.namespace}/${request.name}`;
}

function isDeletedInForeground(metadata: ObjectMeta): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(FOREGROUND_FINALIZER);
}

function hasOwner(object: KubernetesObject, uid: string | undefined): boolean {
  return (object.metadata.ownerReferences ?? []).some((reference) => reference.uid === uid);
}

// Who depends on whom, as far as the watches have shown: it finds the dependents of an owner that has just gone. What it
// misses after a restart is found from the other side, since every dependent is looked at once when the loop starts.
import type { Kind } from "../../resources/kind.ts";
import { keyOf, type KubernetesObject, type ObjectKey, type OwnerReference } from "../../resources/object-meta.ts";

/** An object by kind and key. */
export interface ObjectId {
  readonly kind: Kind;
  readonly key: ObjectKey;
}

export interface KnownDependent extends ObjectId {
  /** The owner that it names; another object may have the owner's name by now. */
  readonly ownerUid: string;
}

export class DependentIndex {
  readonly #kinds: readonly Kind[];
  readonly #dependents = new Map<string, Map<string, KnownDependent>>();

  constructor(kinds: readonly Kind[]) {
    this.#kinds = kinds;
  }

  /** Remembers the object under each of its owners. */
  add(kind: Kind, object: KubernetesObject): void {
    const key = keyOf(object);
    for (const reference of object.metadata.ownerReferences ?? []) {
      const owner = this.ownerOf(key.namespace, reference);
      if (owner === undefined) continue;
      const known = this.#dependents.get(textOf(owner)) ?? new Map<string, KnownDependent>();
      const dependent = { kind, key, ownerUid: reference.uid };
      this.#dependents.set(textOf(owner), known.set(textOf(dependent), dependent));
    }
  }

  has(owner: ObjectId): boolean {
    return this.#dependents.has(textOf(owner));
  }

  /** Those that name another uid than the owner's present one, which is undefined when the owner is gone. */
  staleDependents(owner: ObjectId, uid: string | undefined): readonly KnownDependent[] {
    const known = [...(this.#dependents.get(textOf(owner))?.values() ?? [])];
    return known.filter((dependent) => dependent.ownerUid !== uid);
  }

  remove(owner: ObjectId, dependent: ObjectId): void {
    const known = this.#dependents.get(textOf(owner));
    known?.delete(textOf(dependent));
    if (known?.size === 0) this.#dependents.delete(textOf(owner));
  }

  /** The owner that a reference names; undefined for a kind that is not served here. */
  ownerOf(namespace: string, reference: OwnerReference): ObjectId | undefined {
    const [version, group = ""] = reference.apiVersion.split("/").reverse();
    if (version === undefined) return undefined;
    const kind = this.#kinds.find((candidate) => candidate.group === group && candidate.kind === reference.kind);
    if (kind === undefined) return undefined;
    return { kind, key: { namespace: kind.namespaced ? namespace : "", name: reference.name } };
  }
}

function textOf(id: ObjectId): string {
  return `${id.kind.group}/${id.kind.kind}/${id.key.namespace}/${id.key.name}`;
}

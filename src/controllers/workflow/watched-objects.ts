// Which workflows look at which objects: a change of the object wakes them.
import { apiVersionOf, type Kind } from "../../resources/kind.ts";
import type { KubernetesObject, ObjectKey } from "../../resources/object-meta.ts";

export interface WatchedObject {
  readonly kind: Kind;
  readonly key: ObjectKey;
}

export class WatchedObjects {
  readonly #byObject = new Map<string, Set<string>>();
  readonly #byWorkflow = new Map<string, ReadonlySet<string>>();

  /** Replaces what the workflow looked at before. */
  set(workflowKey: string, objects: readonly WatchedObject[]): void {
    this.forget(workflowKey);
    const ids = new Set(objects.map(({ kind, key }) => idOf(kind, key)));
    if (ids.size === 0) return;
    this.#byWorkflow.set(workflowKey, ids);
    for (const id of ids) {
      const watchers = this.#byObject.get(id);
      if (watchers === undefined) this.#byObject.set(id, new Set([workflowKey]));
      else watchers.add(workflowKey);
    }
  }

  forget(workflowKey: string): void {
    for (const id of this.#byWorkflow.get(workflowKey) ?? []) {
      const watchers = this.#byObject.get(id);
      watchers?.delete(workflowKey);
      if (watchers?.size === 0) this.#byObject.delete(id);
    }
    this.#byWorkflow.delete(workflowKey);
  }

  watchersOf(kind: Kind, { metadata }: KubernetesObject): readonly string[] {
    return [...(this.#byObject.get(idOf(kind, { namespace: metadata.namespace ?? "", name: metadata.name })) ?? [])];
  }
}

function idOf(kind: Kind, { namespace, name }: ObjectKey): string {
  return `${apiVersionOf(kind)}/${kind.kind} ${namespace}/${name}`;
}

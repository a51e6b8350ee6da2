// A store whose lists and watches are of one namespace: on a cluster there are others, and whoever works in one has no right
// to look at them.
import type { ResourceStore } from "./resource-store.ts";

/** Lists and watches that name no namespace are of this one; those of kinds without namespaces are passed on. */
export function namespacedStore(store: ResourceStore, namespace: string): ResourceStore {
  return {
    get: (kind, key) => store.get(kind, key),
    list: (kind, options) => store.list(kind, kind.namespaced ? { namespace, ...options } : options),
    watch: (kind, options) => store.watch(kind, kind.namespaced ? { namespace, ...options } : options),
    create: (kind, object) => store.create(kind, object),
    update: (kind, object) => store.update(kind, object),
    updateStatus: (kind, object) => store.updateStatus(kind, object),
    delete: (kind, key, options) => store.delete(kind, key, options),
  };
}

// Changes a stored object although others write it too: reads, changes, writes, and does so again after a conflict.
import { hasCode } from "../platform/errors.ts";
import type { ResourceStore } from "../platform/resource-store.ts";
import type { Kind } from "../resources/kind.ts";
import type { KubernetesObject, ObjectKey } from "../resources/object-meta.ts";
import { notFound } from "./not-found.ts";

const ATTEMPTS_MAX = 10;

/** What was stored. The change may throw to refuse. */
export async function changeObject<T extends KubernetesObject>(
  store: ResourceStore,
  kind: Kind<T>,
  key: ObjectKey,
  change: (current: T) => T,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const current = await store.get(kind, key);
    if (current === undefined) throw await notFound(store, kind, key);
    const next = change(current);
    if (next === current) return current;
    try {
      return await store.update(kind, next);
    } catch (error) {
      if (!hasCode(error, "Conflict") || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

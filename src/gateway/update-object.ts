// Read, change, write, and again when somebody else wrote in between: the one way in which the gateway changes resources.
import { hasCode, PlatformError } from "../platform/errors.ts";
import type { ResourceStore } from "../platform/resource-store.ts";
import type { Kind } from "../resources/kind.ts";
import type { KubernetesObject, ObjectKey } from "../resources/object-meta.ts";

/** Most conflicts that one change survives: the writers of one object are the gateway and two controllers. */
export const CONFLICTS_MAX = 25;

export interface Change<T extends KubernetesObject> {
  readonly store: ResourceStore;
  readonly kind: Kind<T>;
  readonly key: ObjectKey;
  /** The object to store; the same object again: nothing is written. Undefined current: it does not exist. */
  change(current: T | undefined): T | undefined;
}

/**
 * Applies the change and returns what is stored; undefined when the change made nothing of nothing. The change may be
 * called several times. Throws what `change` throws, and Conflict after CONFLICTS_MAX.
 */
export async function updateObject<T extends KubernetesObject>(request: Change<T>): Promise<T | undefined> {
  const { store, kind, key } = request;
  for (let conflicts = 0; conflicts < CONFLICTS_MAX; conflicts += 1) {
    const current = await store.get(kind, key);
    const next = request.change(current);
    if (next === undefined || next === current) return current;
    try {
      return await (current === undefined ? store.create(kind, next) : store.update(kind, next));
    } catch (error) {
      if (!hasCode(error, "Conflict", "AlreadyExists", "NotFound")) throw error;
    }
  }
  throw new PlatformError({
    code: "Conflict",
    message: `${kind.kind} ${key.namespace}/${key.name} changed ${CONFLICTS_MAX} times while the gateway wanted to`,
  });
}

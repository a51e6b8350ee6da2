// Keeps one kind of resource in view as `kubectl get -w` does: everything that is there, then every change.
import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "../../platform/errors.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import type { Kind } from "../../resources/kind.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";

export interface FollowOptions<T extends KubernetesObject> {
  readonly store: ResourceReader;
  readonly kind: Kind<T>;
  readonly labelSelector?: string;
  readonly signal: AbortSignal;
  readonly onObject: (object: T) => void;
  /** Told once per failure; the following goes on. */
  readonly onFailure: (error: unknown) => void;
}

const PAUSE_MS = 500;

/** Resolves when the signal aborts. What is gone is not told. */
export async function followResources<T extends KubernetesObject>(options: FollowOptions<T>): Promise<void> {
  const { signal, onFailure } = options;
  while (!signal.aborted) {
    try {
      await listAndWatch(options);
    } catch (error) {
      if (!signal.aborted && !hasCode(error, "Expired")) onFailure(error);
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function listAndWatch<T extends KubernetesObject>(options: FollowOptions<T>): Promise<void> {
  const { store, kind, labelSelector, signal, onObject } = options;
  const selection = labelSelector === undefined ? {} : { labelSelector };
  const { items, resourceVersion } = await store.list(kind, selection);
  for (const object of items) onObject(object);
  for await (const { type, object } of store.watch(kind, { ...selection, resourceVersion, signal })) {
    if (type === "ADDED" || type === "MODIFIED") onObject(object);
  }
}

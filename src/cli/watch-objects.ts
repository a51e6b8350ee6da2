// The objects of a kind, and every change to them from then on, whatever happens to the connection.
import { hasCode } from "../platform/errors.ts";
import type { ListOptions, ResourceReader, WatchEvent } from "../platform/resource-store.ts";
import type { Clock } from "../platform/clock.ts";
import type { Kind } from "../resources/kind.ts";
import { keyOf, type KubernetesObject } from "../resources/object-meta.ts";

export interface WatchedChange<T extends KubernetesObject> {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: T;
}

export interface WatchSource {
  readonly store: ResourceReader;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A server that closes watches at once would otherwise be asked without a pause. */
const RESTART_MS = 500;

/** Yields what is there (`initial`, one list), then each change; ends only with the signal. */
export async function* watchObjects<T extends KubernetesObject>(
  { store, clock, signal }: WatchSource,
  kind: Kind<T>,
  options: Pick<ListOptions, "namespace" | "labelSelector" | "fieldSelector">,
): AsyncGenerator<{ readonly initial: readonly T[] } | WatchedChange<T>, void> {
  const first = await store.list(kind, options);
  yield { initial: first.items };
  const known = new Map(first.items.map((object) => [idOf(object), object] as const));
  let { resourceVersion } = first;
  const follow = async function* (): AsyncGenerator<WatchedChange<T>, void> {
    for await (const event of store.watch(kind, { ...options, resourceVersion, signal })) {
      resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
      const change = changeOf(event);
      if (change !== undefined) yield remember(known, change);
    }
    await clock.sleep(RESTART_MS, signal).catch(() => undefined);
  };
  while (!signal.aborted) {
    try {
      yield* follow();
    } catch (error) {
      if (signal.aborted) return;
      if (!hasCode(error, "Expired")) throw error;
      const list = await store.list(kind, options);
      ({ resourceVersion } = list);
      for (const change of difference(known, list.items)) yield remember(known, change);
    }
  }
}

function changeOf<T extends KubernetesObject>({ type, object }: WatchEvent<T>): WatchedChange<T> | undefined {
  return type === "BOOKMARK" ? undefined : { type, object };
}

function remember<T extends KubernetesObject>(known: Map<string, T>, change: WatchedChange<T>): WatchedChange<T> {
  if (change.type === "DELETED") known.delete(idOf(change.object));
  else known.set(idOf(change.object), change.object);
  return change;
}

/** What changed while nobody watched. */
function difference<T extends KubernetesObject>(
  known: ReadonlyMap<string, T>,
  items: readonly T[],
): readonly WatchedChange<T>[] {
  const now = new Map(items.map((object) => [idOf(object), object] as const));
  const gone = [...known].filter(([id]) => !now.has(id)).map(([, object]) => ({ type: "DELETED" as const, object }));
  const changed = [...now].flatMap(([id, object]): readonly WatchedChange<T>[] => {
    const before = known.get(id);
    if (before === undefined) return [{ type: "ADDED", object }];
    return before.metadata.resourceVersion === object.metadata.resourceVersion ? [] : [{ type: "MODIFIED", object }];
  });
  return [...gone, ...changed];
}

function idOf(object: KubernetesObject): string {
  const { namespace, name } = keyOf(object);
  return `${namespace}/${name}/${object.metadata.uid ?? ""}`;
}

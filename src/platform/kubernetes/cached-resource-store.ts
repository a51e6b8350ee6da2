// A store that answers reads of some kinds from memory. Writes, and all other reads, go to the server. Who watches a kind and then
// reads it finds at least what the watch has told, and own writes at once.
import type { Kind } from "../../resources/kind.ts";
import type { KubernetesObject, ObjectKey } from "../../resources/object-meta.ts";
import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import { namespacedStore } from "../namespaced-store.ts";
import type { ListOptions, ResourceStore, WatchEvent, WatchOptions } from "../resource-store.ts";
import { CACHE_LIMITS, type CacheLimits } from "./cache/cache-limits.ts";
import { Reflector } from "./cache/reflector.ts";

export interface CachedKind {
  readonly kind: Kind;
  /** Only these are kept; reads that may be about others go to the server. */
  readonly labelSelector?: string;
  /** Whether a `get` of what is not kept asks the server: for readers whom others tell of an object before the watch does. */
  readonly asksForMissing?: boolean;
}

export interface CachedStoreOptions {
  readonly store: ResourceStore;
  /** The one whose objects are kept; lists and watches that name none are of it. */
  readonly namespace: string;
  readonly kinds: readonly CachedKind[];
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the watches. */
  readonly signal: AbortSignal;
  readonly limits?: Partial<CacheLimits>;
  /** In [0, 1); spreads the waits after failures. Default Math.random. */
  readonly random?: () => number;
}

export interface CacheStatistics {
  /** Plural of the kind. */
  readonly resource: string;
  readonly objects: number;
  readonly lists: number;
  readonly watches: number;
}

export interface CachedStore {
  readonly store: ResourceStore;
  /** When every kind has been listed once; rejects when the signal aborts before. */
  readonly synced: Promise<void>;
  /** After the abort, when all watches have ended. */
  readonly done: Promise<void>;
  statistics(): readonly CacheStatistics[];
}

export function openCachedStore(options: CachedStoreOptions): CachedStore {
  const { store, namespace, kinds, random = Math.random } = options;
  const shared = { ...options, random, limits: { ...CACHE_LIMITS, ...options.limits } };
  const entries = kinds.map(({ kind, labelSelector, asksForMissing = false }): Entry => {
    return { kind, labelSelector, asksForMissing, reflector: new Reflector(kind, { ...shared, labelSelector }) };
  });
  const synced = Promise.all(entries.map(({ reflector }) => reflector.synced)).then(() => undefined);
  synced.catch(() => undefined);
  return {
    store: cachedStore(namespacedStore(store, namespace), namespace, entries),
    synced,
    done: Promise.all(entries.map(({ reflector }) => reflector.run())).then(() => undefined),
    statistics: () =>
      entries.map(({ kind, reflector }) => ({
        resource: kind.plural,
        objects: reflector.objectCount,
        lists: reflector.listCount,
        watches: reflector.watchCount,
      })),
  };
}

interface Entry {
  readonly kind: Kind;
  readonly labelSelector: string | undefined;
  readonly asksForMissing: boolean;
  readonly reflector: Reflector<KubernetesObject>;
}

function cachedStore(store: ResourceStore, namespace: string, entries: readonly Entry[]): ResourceStore {
  const entryOf = (kind: Kind) =>
    entries.find((entry) => entry.kind.kind === kind.kind && entry.kind.group === kind.group);
  /** The reflector that knows every object of such a read. */
  const reflectorOf = async <T extends KubernetesObject>(kind: Kind<T>, options: ListOptions) => {
    const entry = entryOf(kind);
    if (entry === undefined || (options.namespace ?? namespace) !== namespace) return undefined;
    if (entry.labelSelector !== undefined && !isWithin(options.labelSelector, entry.labelSelector)) return undefined;
    await entry.reflector.synced;
    return entry.reflector as unknown as Reflector<T>;
  };
  const get = async <T extends KubernetesObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined> => {
    const entry = entryOf(kind);
    if (entry === undefined || key.namespace !== namespace) return await store.get(kind, key);
    await entry.reflector.synced;
    const found = entry.reflector.get(key) as T | undefined;
    // One that is not kept may be there without the label.
    const mayBeThere = entry.labelSelector !== undefined || entry.asksForMissing;
    return found === undefined && mayBeThere ? await store.get(kind, key) : found;
  };
  const noted = <T extends KubernetesObject>(kind: Kind<T>, object: T): T => {
    entryOf(kind)?.reflector.noteWritten(object);
    return object;
  };
  return {
    get,
    list: async (kind, options = {}) => {
      const reflector = await reflectorOf(kind, options);
      return reflector === undefined ? await store.list(kind, options) : reflector.list(options);
    },
    watch: (kind, options) => watch(kind, options),
    create: async (kind, object) => noted(kind, await store.create(kind, object)),
    update: async (kind, object) => noted(kind, await store.update(kind, object)),
    updateStatus: async (kind, object) => noted(kind, await store.updateStatus(kind, object)),
    delete: async (kind, key, options) => await store.delete(kind, key, options),
  };

  async function* watch<T extends KubernetesObject>(
    kind: Kind<T>,
    options: WatchOptions,
  ): AsyncGenerator<WatchEvent<T>, void> {
    const reflector = await reflectorOf(kind, options);
    yield* reflector === undefined ? store.watch(kind, options) : reflector.watch(options);
  }
}

/** Whether each requirement of `outer` is one of `inner` too. */
function isWithin(inner: string | undefined, outer: string): boolean {
  const requirements = (text: string) => text.split(",").map((part) => part.trim());
  const asked = new Set(requirements(inner ?? ""));
  return requirements(outer).every((requirement) => asked.has(requirement));
}

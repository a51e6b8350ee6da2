// Keeps the objects of one kind in memory as the server has them: a list, then a watch, and again from where it ended.
import type { Kind } from "../../../resources/kind.ts";
import { keyOf, type KubernetesObject, type ObjectKey } from "../../../resources/object-meta.ts";
import { backoffMs } from "../../backoff.ts";
import type { Clock } from "../../clock.ts";
import { hasCode } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { ListOptions, ResourceList, ResourceReader, WatchEvent, WatchOptions } from "../../resource-store.ts";
import { parseSelection } from "../../selection.ts";
import type { CacheLimits } from "./cache-limits.ts";
import { ChangeLog } from "./change-log.ts";
import { compareVersions } from "./compare-versions.ts";

export interface ReflectorOptions {
  readonly store: ResourceReader;
  readonly namespace: string;
  /** Only these are kept. */
  readonly labelSelector: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly limits: CacheLimits;
  readonly random: () => number;
}

export class Reflector<T extends KubernetesObject> {
  readonly synced: Promise<void>;
  /** Lists and watches that were begun. */
  listCount = 0;
  watchCount = 0;
  readonly #kind: Kind<T>;
  readonly #options: ReflectorOptions;
  readonly #log: Log;
  readonly #changes: ChangeLog<T>;
  /** As the server has told, in its order. */
  readonly #told = new Map<string, T>();
  /** Own writes that the server has not told of yet. */
  readonly #written = new Map<string, T>();
  readonly #sync = Promise.withResolvers<void>();
  #version: string | undefined;
  #mustList = true;
  #failureCount = 0;

  constructor(kind: Kind<T>, options: ReflectorOptions) {
    this.#kind = kind;
    this.#options = options;
    this.#log = options.log.with({ cache: kind.plural });
    this.#changes = new ChangeLog(kind, options.limits);
    this.synced = this.#sync.promise;
    this.synced.catch(() => undefined);
  }

  get objectCount(): number {
    return this.#told.size;
  }

  /** Resolves after the abort. */
  async run(): Promise<void> {
    const { signal, clock, limits } = this.#options;
    while (!signal.aborted) {
      const startedAt = clock.now();
      try {
        if (this.#mustList) await this.#list();
        await this.#follow();
        await this.#sleep(startedAt + limits.watchRestartMs - clock.now());
      } catch (error) {
        await this.#recover(error);
      }
    }
    this.#sync.reject(signal.reason as Error);
  }

  get(key: ObjectKey): T | undefined {
    const name = nameOf(key);
    return this.#written.get(name) ?? this.#told.get(name);
  }

  /** Sorted by namespace, then name. */
  list(options: ListOptions): ResourceList<T> {
    const selection = parseSelection(options);
    const names = [...new Set([...this.#told.keys(), ...this.#written.keys()])].toSorted();
    const objects = names.map((name) => this.#written.get(name) ?? this.#told.get(name));
    const items = objects.filter(
      (object): object is T =>
        object !== undefined && selection.matchesKey(keyOf(object)) && selection.matchesLabels(object.metadata.labels),
    );
    return { items, resourceVersion: this.#version ?? "" };
  }

  watch(options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    return this.#changes.read(options);
  }

  /** What an own write has made: seen at once by those who read, and told to those who watch when the server tells it. */
  noteWritten(object: T): void {
    const { resourceVersion, namespace, labels } = object.metadata;
    if (namespace !== this.#options.namespace || compareVersions(resourceVersion, this.#version) <= 0) return;
    if (!parseSelection(this.#selector()).matchesLabels(labels)) return;
    // The caller's own copy stays as it is.
    this.#written.set(nameOf(keyOf(object)), frozen(structuredClone(object)));
  }

  async #list(): Promise<void> {
    const { store, namespace } = this.#options;
    this.listCount += 1;
    const { items, resourceVersion } = await store.list(this.#kind, { namespace, ...this.#selector() });
    const isFirst = this.#version === undefined;
    if (isFirst) this.#changes.beginAfter(resourceVersion);
    const missing = new Set(this.#told.keys());
    for (const item of items) {
      missing.delete(nameOf(keyOf(item)));
      this.#take("MODIFIED", item, { version: resourceVersion, isTold: !isFirst });
    }
    for (const name of missing) {
      const object = this.#told.get(name);
      if (object !== undefined) this.#take("DELETED", object, { version: resourceVersion, isTold: true });
    }
    this.#advance(resourceVersion);
    this.#mustList = false;
    this.#sync.resolve();
  }

  async #follow(): Promise<void> {
    const { store, namespace, signal } = this.#options;
    this.watchCount += 1;
    const place = { namespace, ...this.#selector(), resourceVersion: this.#version ?? "", signal };
    for await (const { type, object } of store.watch(this.#kind, place)) {
      const version = object.metadata.resourceVersion ?? "";
      if (type === "BOOKMARK") this.#changes.append({ version, event: { type, object }, previous: undefined });
      else this.#take(type, object, { version, isTold: true });
      this.#advance(version);
      this.#noteSuccess();
    }
  }

  /** Makes one change. ADDED and MODIFIED are told apart by what was known. */
  #take(
    type: WatchEvent<T>["type"],
    object: T,
    { version, isTold }: { readonly version: string; readonly isTold: boolean },
  ): void {
    const name = nameOf(keyOf(object));
    const previous = this.#told.get(name);
    const written = this.#written.get(name);
    if (compareVersions(written?.metadata.resourceVersion, version) <= 0) this.#written.delete(name);
    if (type === "DELETED") {
      this.#told.delete(name);
      const last = frozen({ ...object, metadata: { ...object.metadata, resourceVersion: version } });
      this.#changes.append({ version, event: { type, object: last }, previous: previous ?? object });
      return;
    }
    if (previous?.metadata.resourceVersion === object.metadata.resourceVersion && previous !== undefined) return;
    const kept = frozen(object);
    this.#told.set(name, kept);
    const event = { type: previous === undefined ? "ADDED" : "MODIFIED", object: kept } as const;
    if (isTold) this.#changes.append({ version, event, previous });
  }

  #advance(version: string): void {
    if (compareVersions(version, this.#version) > 0) this.#version = version;
  }

  #selector(): { readonly labelSelector?: string } {
    const { labelSelector } = this.#options;
    return labelSelector === undefined ? {} : { labelSelector };
  }

  async #recover(error: unknown): Promise<void> {
    const { signal, limits, random } = this.#options;
    if (signal.aborted) return;
    this.#failureCount += 1;
    if (hasCode(error, "Expired")) {
      this.#mustList = true;
      // Ordinary after a long silence: a list helps, and it need not wait. Again and again it is a failure.
      if (this.#failureCount === 1) return;
    }
    if (this.#failureCount === 1)
      this.#log.write("warn", "the cache lost its watch; it is repeated with growing waits", { error });
    await this.#sleep(backoffMs(limits, this.#failureCount, random));
  }

  #noteSuccess(): void {
    if (this.#failureCount > 1)
      this.#log.write("info", "the cache has its watch again", { failureCount: this.#failureCount });
    this.#failureCount = 0;
  }

  async #sleep(ms: number): Promise<void> {
    const { clock, signal } = this.#options;
    if (ms > 0 && !signal.aborted) await clock.sleep(ms, signal).catch(() => undefined);
  }
}

function nameOf({ namespace, name }: ObjectKey): string {
  return `${namespace}/${name}`;
}

/** Whoever reads must not change what all others read. */
function frozen<V>(value: V): V {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}

// A store whose n-th write fails, before or after it was carried out, and whose watches can be cut: for tests that try
// every place where a controller can be interrupted.
import { PlatformError } from "../../src/platform/errors.ts";
import type {
  DeleteOptions,
  ListOptions,
  ResourceList,
  ResourceStore,
  WatchEvent,
  WatchOptions,
} from "../../src/platform/resource-store.ts";
import type { Kind } from "../../src/resources/kind.ts";
import type { KubernetesObject, ObjectKey } from "../../src/resources/object-meta.ts";

export interface WriteFault {
  /** The write that fails, counted from 1. */
  readonly write: number;
  /** "before": nothing was stored. "after": it was stored, but the caller is told that it failed. */
  readonly when: "before" | "after";
  readonly error?: Error;
  /** All later writes fail too, as after the death of the process; default false. */
  readonly isFinal?: boolean;
}

export class FailingResourceStore implements ResourceStore {
  readonly #inner: ResourceStore;
  #fault: WriteFault | undefined;
  #writeCount = 0;
  readonly #watches = new Set<AbortController>();
  #watchError: Error | undefined;

  constructor(inner: ResourceStore, fault?: WriteFault) {
    this.#inner = inner;
    this.#fault = fault;
  }

  /** Writes that were tried, failed ones included. */
  get writeCount(): number {
    return this.#writeCount;
  }

  /** From now on no write fails. */
  heal(): void {
    this.#fault = undefined;
  }

  /** Ends all watches: quietly, or with this error. */
  cutWatches(error?: Error): void {
    this.#watchError = error;
    for (const watch of this.#watches) watch.abort();
  }

  get<T extends KubernetesObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined> {
    return this.#inner.get(kind, key);
  }

  list<T extends KubernetesObject>(kind: Kind<T>, options?: ListOptions): Promise<ResourceList<T>> {
    return this.#inner.list(kind, options);
  }

  async *watch<T extends KubernetesObject>(kind: Kind<T>, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const cut = new AbortController();
    this.#watches.add(cut);
    try {
      const signal = AbortSignal.any([options.signal, cut.signal]);
      yield* this.#inner.watch(kind, { ...options, signal });
      if (cut.signal.aborted && this.#watchError !== undefined) throw this.#watchError;
    } finally {
      this.#watches.delete(cut);
    }
  }

  create<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T> {
    return this.#write(() => this.#inner.create(kind, object));
  }

  update<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T> {
    return this.#write(() => this.#inner.update(kind, object));
  }

  updateStatus<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T> {
    return this.#write(() => this.#inner.updateStatus(kind, object));
  }

  delete(kind: Kind, key: ObjectKey, options?: DeleteOptions): Promise<void> {
    return this.#write(() => this.#inner.delete(kind, key, options));
  }

  async #write<T>(write: () => Promise<T>): Promise<T> {
    this.#writeCount += 1;
    const fault = this.#fault;
    const count = this.#writeCount;
    const isHit = fault !== undefined && (count === fault.write || (fault.isFinal === true && count > fault.write));
    if (!isHit) return write();
    if (fault.when === "after" && count === fault.write) await write();
    throw fault.error ?? new PlatformError({ code: "Unavailable", message: `write ${count} failed on purpose` });
  }
}

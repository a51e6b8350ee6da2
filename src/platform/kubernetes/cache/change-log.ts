// The newest changes of a kind in the server's order, and the watches that read on from them.
import type { Kind } from "../../../resources/kind.ts";
import type { KubernetesObject } from "../../../resources/object-meta.ts";
import { keyOf } from "../../../resources/object-meta.ts";
import { PlatformError } from "../../errors.ts";
import type { WatchEvent, WatchOptions } from "../../resource-store.ts";
import { parseSelection, type Selection } from "../../selection.ts";
import type { CacheLimits } from "./cache-limits.ts";
import { compareVersions } from "./compare-versions.ts";

export interface LoggedChange<T> {
  /** Of the change; after a list that found it, of the list. */
  readonly version: string;
  readonly event: WatchEvent<T>;
  /** The state before; undefined for ADDED. */
  readonly previous: T | undefined;
}

/** One reader: what it has not taken yet. */
class Pending<T> {
  readonly changes: LoggedChange<T>[] = [];
  isOverrun = false;
  #wake: (() => void) | undefined;

  push(change: LoggedChange<T>, countMax: number): void {
    if (this.changes.length >= countMax) this.isOverrun = true;
    else this.changes.push(change);
    this.wake();
  }

  wake(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  async wait(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

export class ChangeLog<T extends KubernetesObject> {
  readonly #kind: Kind<T>;
  readonly #limits: CacheLimits;
  readonly #kept: LoggedChange<T>[] = [];
  readonly #readers = new Set<Pending<T>>();
  /** Every change after this version is kept. */
  #keptAfter = "";

  constructor(kind: Kind<T>, limits: CacheLimits) {
    this.#kind = kind;
    this.#limits = limits;
  }

  /** What is known begins here: a watch from before must list again. */
  beginAfter(version: string): void {
    this.#keptAfter = version;
  }

  append(change: LoggedChange<T>): void {
    if (change.event.type !== "BOOKMARK") this.#kept.push(change);
    for (const reader of this.#readers) reader.push(change, this.#limits.changesPendingMax);
    if (this.#kept.length <= this.#limits.changesKeptMax) return;
    this.#keptAfter = this.#kept.shift()?.version ?? this.#keptAfter;
  }

  /** Ends when the signal aborts. Expired when the version is older than what is kept, or the reader is too slow. */
  async *read(options: WatchOptions): AsyncGenerator<WatchEvent<T>, void> {
    const { resourceVersion, signal } = options;
    const selection = parseSelection(options);
    if (compareVersions(resourceVersion, this.#keptAfter) < 0) throw this.#expired(resourceVersion);
    const reader = new Pending<T>();
    reader.changes.push(...this.#kept.filter(({ version }) => compareVersions(version, resourceVersion) > 0));
    this.#readers.add(reader);
    const stop = () => reader.wake();
    signal.addEventListener("abort", stop);
    try {
      while (!signal.aborted) {
        if (reader.isOverrun) throw this.#expired(resourceVersion);
        const change = reader.changes.shift();
        if (change === undefined) {
          await reader.wait();
          continue;
        }
        const event = selectedEvent(change, selection);
        if (event !== undefined) yield event;
      }
    } finally {
      signal.removeEventListener("abort", stop);
      this.#readers.delete(reader);
    }
  }

  #expired(version: string): PlatformError {
    const message = `changes of ${this.#kind.plural} after resourceVersion ${version} are no longer kept`;
    return new PlatformError({ code: "Expired", message, hint: "list again" });
  }
}

/** An object that begins to match is ADDED, one that stops matching is DELETED with its last matching state. */
function selectedEvent<T extends KubernetesObject>(
  { event, previous, version }: LoggedChange<T>,
  selection: Selection,
): WatchEvent<T> | undefined {
  const { type, object } = event;
  if (type === "BOOKMARK") return event;
  if (!selection.matchesKey(keyOf(object))) return undefined;
  const matches = (state: T | undefined) => state !== undefined && selection.matchesLabels(state.metadata.labels);
  const doesMatch = type !== "DELETED" && matches(object);
  if (doesMatch) return { type: matches(previous) ? "MODIFIED" : "ADDED", object };
  if (previous === undefined || !matches(previous)) return undefined;
  return { type: "DELETED", object: { ...previous, metadata: { ...previous.metadata, resourceVersion: version } } };
}

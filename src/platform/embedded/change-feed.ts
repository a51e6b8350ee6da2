// The newest changes in memory, and who waits for more. A watch holds only its place in the feed, so that a slow one
// costs nothing: what memory no longer holds is read from the history in the database.
import type { KubernetesObject } from "../../resources/object-meta.ts";
import { expired } from "./store-reader.ts";
import type { Change, CommittedBatch } from "./store-messages.ts";

/** Changes per kind, and their characters, that are held in memory for watches that keep up. */
const CHANGES_HELD_MAX = 200;
const CHARACTERS_HELD_MAX = 2 * 1024 * 1024;

/** Changes that a watch takes from the history at once. */
const HISTORY_PAGE_ROWS = 100;

/** A change whose objects are parsed when first looked at, and then shared by all watches. */
export interface SharedChange {
  readonly version: number;
  readonly namespace: string;
  readonly name: string;
  readonly type: Change["type"];
  /** The new state; for DELETED the last one, with the deletion's resourceVersion. */
  object(): KubernetesObject;
  /** The state before; undefined for ADDED. */
  previous(): KubernetesObject | undefined;
}

/** What the feed needs of the database. */
export interface History {
  changes(kind: string, after: number, countMax: number): readonly Change[];
  body(version: number): string;
}

interface Tail {
  readonly changes: SharedChange[];
  readonly sizes: number[];
  size: number;
  /** Every change of the kind after this version is held. */
  heldAfter: number;
}

interface Waiter {
  readonly kind: string;
  readonly version: number;
  readonly wake: () => void;
}

export class ChangeFeed {
  readonly #history: History;
  readonly #confidential: ReadonlySet<string>;
  readonly #confidentialMax: number;
  readonly #start: number;
  readonly #tails = new Map<string, Tail>();
  readonly #waiters = new Set<Waiter>();
  #head: number;
  #isClosed = false;

  constructor(options: {
    readonly history: History;
    readonly head: number;
    /** Kinds whose changes are in no database. */
    readonly confidential: ReadonlySet<string>;
    readonly confidentialMax: number;
  }) {
    this.#history = options.history;
    this.#head = options.head;
    this.#start = options.head;
    this.#confidential = options.confidential;
    this.#confidentialMax = options.confidentialMax;
  }

  /** Everything up to this version has been published. */
  get head(): number {
    return this.#head;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  publish(batch: CommittedBatch): void {
    for (const change of batch.changes) this.#hold(change);
    this.#head = Math.max(this.#head, batch.version);
    const kinds = new Set(batch.changes.map((change) => change.kind));
    for (const waiter of this.#waiters) {
      if (kinds.has(waiter.kind) || waiter.version <= this.#head) waiter.wake();
    }
  }

  /** The next published changes of a kind after a version; empty when there are none yet. Throws Expired. */
  read(kind: string, after: number): readonly SharedChange[] {
    const tail = this.#tails.get(kind);
    const heldAfter = tail?.heldAfter ?? this.#start;
    if (after >= heldAfter) return tail?.changes.filter((change) => change.version > after) ?? [];
    if (this.#confidential.has(kind)) throw expired(after);
    return this.#history
      .changes(kind, after, HISTORY_PAGE_ROWS)
      .filter((change) => change.version <= this.#head)
      .map((change) => this.#share(change));
  }

  /** Resolves when the kind has a change, when the head reaches `version`, when the signal aborts, or at the end. */
  wait(kind: string, version: number, signal: AbortSignal): Promise<void> {
    if (this.#isClosed || signal.aborted || version <= this.#head) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiters.delete(waiter);
        signal.removeEventListener("abort", wake);
        resolve();
      };
      const waiter: Waiter = { kind, version, wake };
      this.#waiters.add(waiter);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  /** Wakes everyone; watches then end. */
  close(): void {
    this.#isClosed = true;
    for (const waiter of this.#waiters) waiter.wake();
  }

  #hold(change: Change): void {
    const tail = this.#tails.get(change.kind) ?? { changes: [], sizes: [], size: 0, heldAfter: this.#start };
    this.#tails.set(change.kind, tail);
    const size = (change.text ?? "").length + (change.previousText ?? "").length;
    tail.changes.push(this.#share(change));
    tail.sizes.push(size);
    tail.size += size;
    const isConfidential = this.#confidential.has(change.kind);
    const countMax = isConfidential ? this.#confidentialMax : CHANGES_HELD_MAX;
    const sizeMax = isConfidential ? Infinity : CHARACTERS_HELD_MAX;
    while (tail.changes.length > countMax || tail.size > sizeMax) {
      tail.heldAfter = tail.changes.shift()?.version ?? tail.heldAfter;
      tail.size -= tail.sizes.shift() ?? 0;
    }
  }

  #share(change: Change): SharedChange {
    const { version, namespace, name, type } = change;
    const previous = once(() => this.#previousOf(change));
    const object = once(() => {
      if (change.text !== undefined) return JSON.parse(change.text) as KubernetesObject;
      const last = previous();
      if (last === undefined) throw new Error("a deletion has a state before it");
      return { ...last, metadata: { ...last.metadata, resourceVersion: String(version) } };
    });
    return { version, namespace, name, type, object, previous };
  }

  #previousOf(change: Change): KubernetesObject | undefined {
    if (change.previous === undefined) return undefined;
    return JSON.parse(change.previousText ?? this.#history.body(change.previous)) as KubernetesObject;
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

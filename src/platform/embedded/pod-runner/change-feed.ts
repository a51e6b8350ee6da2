// Tells several readers which pods have changed. A reader that is slow gets each pod once, not each change.

interface Reader {
  readonly pending: Set<string>;
  wake: () => void;
}

export class ChangeFeed {
  readonly #readers = new Set<Reader>();
  readonly #waiting = new Map<string, (() => void)[]>();
  #isClosed = false;

  publish(uid: string): void {
    for (const reader of this.#readers) {
      reader.pending.add(uid);
      reader.wake();
    }
    const waiting = this.#waiting.get(uid) ?? [];
    this.#waiting.delete(uid);
    for (const resolve of waiting) resolve();
  }

  /** Resolves with the next change of this pod. */
  async next(uid: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting.set(uid, [...(this.#waiting.get(uid) ?? []), resolve]);
    });
  }

  /** Changes from now on, until the signal or the end of the feed. */
  subscribe(signal: AbortSignal): AsyncIterable<string> {
    const reader: Reader = { pending: new Set(), wake: () => undefined };
    this.#readers.add(reader);
    const end = (): void => {
      this.#readers.delete(reader);
      reader.wake();
    };
    signal.addEventListener("abort", end, { once: true });
    return this.#read(reader, signal);
  }

  close(): void {
    this.#isClosed = true;
    for (const reader of this.#readers) reader.wake();
    for (const waiting of this.#waiting.values()) for (const resolve of waiting) resolve();
  }

  async *#read(reader: Reader, signal: AbortSignal): AsyncIterable<string> {
    try {
      while (!signal.aborted && !this.#isClosed) {
        const [uid] = reader.pending;
        if (uid === undefined) {
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
        } else {
          reader.pending.delete(uid);
          yield uid;
        }
      }
    } finally {
      this.#readers.delete(reader);
    }
  }
}

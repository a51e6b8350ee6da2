// Keys that become due at a time: a binary heap, and the newest time of each key. An entry that was replaced or removed
// stays in the heap until it comes up, and is then skipped.

interface Entry {
  readonly key: string;
  readonly dueAt: number;
}

export class DelayedKeys {
  readonly #heap: Entry[] = [];
  readonly #dueAt = new Map<string, number>();

  get size(): number {
    return this.#dueAt.size;
  }

  /** Keeps the earlier time when the key waits already. */
  add(key: string, dueAt: number): void {
    const present = this.#dueAt.get(key);
    if (present !== undefined && present <= dueAt) return;
    this.#dueAt.set(key, dueAt);
    this.#heap.push({ key, dueAt });
    this.#rise(this.#heap.length - 1);
  }

  remove(key: string): void {
    this.#dueAt.delete(key);
  }

  /** When the next key becomes due; undefined when none waits. */
  nextDueAt(): number | undefined {
    return this.#first()?.dueAt;
  }

  /** Removes and returns a key that is due, or undefined. */
  takeDue(now: number): string | undefined {
    const first = this.#first();
    if (first === undefined || first.dueAt > now) return undefined;
    this.#dueAt.delete(first.key);
    this.#removeFirst();
    return first.key;
  }

  /** The first entry that still counts. */
  #first(): Entry | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || this.#dueAt.get(first.key) === first.dueAt) return first;
      this.#removeFirst();
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(start: number): void {
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#dueAtOf(parent) <= this.#dueAtOf(index)) return;
      this.#swap(parent, index);
      index = parent;
    }
  }

  #sink(start: number): void {
    let index = start;
    for (;;) {
      const left = 2 * index + 1;
      const smaller = this.#dueAtOf(left + 1) < this.#dueAtOf(left) ? left + 1 : left;
      if (this.#dueAtOf(index) <= this.#dueAtOf(smaller)) return;
      this.#swap(smaller, index);
      index = smaller;
    }
  }

  /** Behind the end nothing is ever due. */
  #dueAtOf(index: number): number {
    return this.#heap[index]?.dueAt ?? Infinity;
  }

  #swap(left: number, right: number): void {
    const one = this.#heap[left];
    const two = this.#heap[right];
    if (one === undefined || two === undefined) return;
    this.#heap[left] = two;
    this.#heap[right] = one;
  }
}

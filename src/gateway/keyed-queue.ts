// One at a time per key: changes of one object by this process wait for each other instead of running into conflicts.

/** Most entries that wait for one key; more means that a caller is out of control. */
export const QUEUE_LENGTH_MAX = 1_000;

export class KeyedQueue {
  readonly #last = new Map<string, { tail: Promise<unknown>; length: number }>();

  /** Runs `work` after everything that was queued for the key before; its result or error is the caller's. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const queue = this.#last.get(key) ?? { tail: Promise.resolve(), length: 0 };
    if (queue.length >= QUEUE_LENGTH_MAX) throw new Error(`more than ${QUEUE_LENGTH_MAX} requests wait for ${key}`);
    this.#last.set(key, queue);
    queue.length += 1;
    const result = queue.tail.then(work);
    queue.tail = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      queue.length -= 1;
      if (queue.length === 0) this.#last.delete(key);
    }
  }
}

// Which keys wait for which other objects, in memory. A pass notes what it is about to read and then reads it, so no
// change is lost; after a restart the first passes note everything again. Nothing is written for the sake of a wake-up.
import type { ObjectKey } from "../../resources/object-meta.ts";

export class WakeIndex {
  readonly #causes = new Map<string, readonly string[]>();
  readonly #waiters = new Map<string, Map<string, ObjectKey>>();

  /** From now on `waiter` waits for exactly these objects; call it before they are read. */
  set(waiter: ObjectKey, causes: readonly ObjectKey[]): void {
    const id = textOf(waiter);
    for (const cause of this.#causes.get(id) ?? []) this.#forget(cause, id);
    this.#causes.delete(id);
    if (causes.length === 0) return;
    this.#causes.set(id, causes.map(textOf));
    for (const cause of causes) {
      const waiters = this.#waiters.get(textOf(cause)) ?? new Map<string, ObjectKey>();
      this.#waiters.set(textOf(cause), waiters.set(id, waiter));
    }
  }

  waitersFor(cause: ObjectKey): readonly ObjectKey[] {
    return [...(this.#waiters.get(textOf(cause))?.values() ?? [])];
  }

  #forget(cause: string, waiter: string): void {
    const waiters = this.#waiters.get(cause);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiters.delete(cause);
  }
}

function textOf(key: ObjectKey): string {
  return `${key.namespace}/${key.name}`;
}

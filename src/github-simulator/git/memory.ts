// Remembers answers about commits: what follows from SHAs alone never changes, and asking git costs a process.

const ENTRIES_MAX = 2_000;

export class Memory<Value> {
  readonly #entries = new Map<string, Promise<Value>>();

  /** The remembered answer, or what `ask` finds. Failures and answers that `isFinal` refuses are not kept. */
  recall(key: string, ask: () => Promise<Value>, isFinal: (value: Value) => boolean = () => true): Promise<Value> {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      return known;
    }
    const answer = ask();
    this.#entries.set(key, answer);
    answer.then(
      (value) => isFinal(value) || this.#entries.delete(key),
      () => this.#entries.delete(key),
    );
    if (this.#entries.size > ENTRIES_MAX) {
      const [oldest] = this.#entries.keys();
      this.#entries.delete(oldest ?? "");
    }
    return answer;
  }
}

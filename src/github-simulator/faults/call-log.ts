// Every mutating call as it came in, refused ones included, in order.

export interface CallRecord {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  /** 0 when the answer was withheld. */
  readonly status: number;
  /** Login of the caller; null when it did not prove who it is. */
  readonly actor: string | null;
}

const CALLS_MAX = 100_000;

export class CallLog {
  readonly #records: CallRecord[] = [];

  record(call: CallRecord): void {
    this.#records.push(call);
    if (this.#records.length > CALLS_MAX) {
      this.#records.shift();
    }
  }

  all(): readonly CallRecord[] {
    return [...this.#records];
  }
}

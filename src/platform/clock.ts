// Time as a dependency, so that tests can hold it in their hands.

export interface Clock {
  /** Wall time, milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

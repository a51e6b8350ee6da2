// The list of what must have come true. A demonstration passes when every expectation holds, and only then.
import { setTimeout as sleep } from "node:timers/promises";
import type { Progress } from "./progress.ts";

export interface Expectation {
  readonly what: string;
  readonly holds: boolean;
  /** What was read back. */
  readonly evidence: string;
}

export class Expectations {
  readonly all: Expectation[] = [];
  readonly #progress: Progress;

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  expect(what: string, holds: boolean, evidence: string): void {
    this.all.push({ what, holds, evidence });
    this.#progress.tell("demo", `${holds ? "✓" : "✗"} ${what} (${evidence})`, holds ? "good" : "bad");
  }

  get unmet(): readonly Expectation[] {
    return this.all.filter(({ holds }) => !holds);
  }
}

export interface WaitOptions {
  /** Completes the sentence "waited N s for …". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 100;

/** Asks again until there is an answer; throws when the time is over or the signal aborts. */
export async function waitFor<Value>(options: WaitOptions, ask: () => Promise<Value | undefined>): Promise<Value> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    options.signal.throwIfAborted();
    const value = await ask();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`waited ${options.timeoutMs / 1000} s for ${options.what}`);
    await sleep(LOOK_EVERY_MS, undefined, { signal: options.signal });
  }
}

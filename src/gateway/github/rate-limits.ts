// GitHub's rate limits: once it has said "later", nothing of that App and owner is asked before. Source: GitHub REST
// documentation, "Best practices", secondary rate limits.
import type { Clock } from "../../platform/clock.ts";
import { Refusal } from "../refusal.ts";
import { headerOf, type UpstreamResponse } from "../upstream.ts";

/** What GitHub demands when it names no time. */
const PAUSE_MS_DEFAULT = 60_000;
const PAUSE_MS_MAX = 60 * 60_000;

export class RateLimits {
  readonly #clock: Clock;
  readonly #until = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** RateLimited, with retry-after, while a pause lasts. */
  requireOpen(githubApp: string, owner: string): void {
    const key = keyOf(githubApp, owner);
    const until = this.#until.get(key);
    if (until === undefined) return;
    const now = this.#clock.now();
    if (until <= now) {
      this.#until.delete(key);
      return;
    }
    const seconds = Math.ceil((until - now) / 1_000);
    throw new Refusal("RateLimited", `GitHub limits ${githubApp} for ${owner}; again in ${seconds} s`, {
      "retry-after": String(seconds),
    });
  }

  /** Learns from an answer. */
  note(githubApp: string, owner: string, answer: UpstreamResponse): void {
    const pauseMs = decidePauseMs(answer, this.#clock.now());
    if (pauseMs === undefined) return;
    this.#until.set(keyOf(githubApp, owner), this.#clock.now() + Math.min(pauseMs, PAUSE_MS_MAX));
  }
}

/** Undefined: this answer limits nothing. */
function decidePauseMs(answer: UpstreamResponse, now: number): number | undefined {
  if (answer.status !== 403 && answer.status !== 429) return undefined;
  const retryAfter = Number(headerOf(answer, "retry-after") ?? Number.NaN);
  if (Number.isFinite(retryAfter)) return retryAfter * 1_000;
  const isUsedUp = headerOf(answer, "x-ratelimit-remaining") === "0";
  const reset = Number(headerOf(answer, "x-ratelimit-reset") ?? Number.NaN) * 1_000;
  if (isUsedUp && Number.isFinite(reset)) return Math.max(0, reset - now);
  // A plain 403 is a missing permission; a 429 is always a limit.
  return answer.status === 429 || isUsedUp ? PAUSE_MS_DEFAULT : undefined;
}

function keyOf(githubApp: string, owner: string): string {
  return `${githubApp} ${owner.toLowerCase()}`;
}

// The primary rate limit: so many requests per hour and identity, with GitHub's headers and refusal.

import type { Clock } from "../../platform/clock.ts";
import type { Principal } from "../access/principal.ts";
import { Refusal } from "./refusal.ts";

const WINDOW_MS = 3_600_000;

interface Window {
  readonly endsAtMs: number;
  used: number;
}

export interface RateLimitState {
  readonly limit: number;
  readonly remaining: number;
  readonly used: number;
  /** Epoch seconds. */
  readonly reset: number;
}

export class RateLimits {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock, requestsPerHour: number) {
    this.#clock = clock;
    this.#limit = requestsPerHour;
  }

  state(principal: Principal): RateLimitState {
    const window = this.#window(principal);
    const used = Math.min(window.used, this.#limit);
    return { limit: this.#limit, remaining: this.#limit - used, used, reset: Math.ceil(window.endsAtMs / 1000) };
  }

  /** Throws a 403 Refusal when nothing is left. */
  checkLeft(principal: Principal): void {
    const state = this.state(principal);
    if (state.remaining > 0) {
      return;
    }
    throw new Refusal(403, `API rate limit exceeded for ${describe(principal)}.`, { headers: headersOf(state) });
  }

  count(principal: Principal): void {
    this.#window(principal).used += 1;
  }

  refund(principal: Principal): void {
    this.#window(principal).used -= 1;
  }

  writeHeaders(principal: Principal, response: Response): void {
    for (const [name, value] of Object.entries(headersOf(this.state(principal)))) {
      response.headers.set(name, value);
    }
  }

  #window(principal: Principal): Window {
    const key = describe(principal);
    const now = this.#clock.now();
    const known = this.#windows.get(key);
    if (known !== undefined && known.endsAtMs > now) {
      return known;
    }
    const window = { endsAtMs: now + WINDOW_MS, used: 0 };
    this.#windows.set(key, window);
    return window;
  }
}

function headersOf(state: RateLimitState): Record<string, string> {
  return {
    "x-ratelimit-limit": String(state.limit),
    "x-ratelimit-remaining": String(state.remaining),
    "x-ratelimit-used": String(state.used),
    "x-ratelimit-reset": String(state.reset),
    "x-ratelimit-resource": "core",
  };
}

function describe(principal: Principal): string {
  switch (principal.kind) {
    case "app":
      return `app ID ${principal.app.id}`;
    case "installation":
      return `installation ID ${principal.token.installation.id}`;
    case "user":
      return `user ID ${principal.user.id}`;
  }
}

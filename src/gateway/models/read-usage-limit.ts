// When a provider that answered "too much" will serve again. Each provider has its own headers for it.
import { parseDurationSeconds } from "./parse-reset.ts";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** RFC 3339 or seconds since the epoch. */
const RESET_TIMES = [
  "anthropic-ratelimit-unified-reset",
  "anthropic-ratelimit-tokens-reset",
  "anthropic-ratelimit-requests-reset",
];

/** Durations like `6m0s`. */
const RESET_DURATIONS = ["x-ratelimit-reset-tokens", "x-ratelimit-reset-requests"];

/** Milliseconds since the epoch, the latest that the headers of a 429 name; undefined when they name none. */
export function readUsageLimit(headers: Headers, now: number): number | undefined {
  const retryAfter = text(headers["retry-after"]);
  const times = [
    retryAfter === undefined ? undefined : afterSeconds(retryAfter, now),
    ...RESET_TIMES.map((name) => timeOf(text(headers[name]))),
    ...RESET_DURATIONS.map((name) => afterDuration(text(headers[name]), now)),
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
}

function afterSeconds(value: string, now: number): number | undefined {
  return /^\d+(\.\d+)?$/u.test(value) ? now + Number(value) * 1_000 : timeOf(value);
}

function timeOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const time = /^\d{9,12}$/u.test(value) ? Number(value) * 1_000 : Date.parse(value);
  return Number.isNaN(time) ? undefined : time;
}

function afterDuration(value: string | undefined, now: number): number | undefined {
  const seconds = value === undefined ? undefined : parseDurationSeconds(value);
  return seconds === undefined ? undefined : now + seconds * 1_000;
}

function text(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

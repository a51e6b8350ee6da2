// How long a Retry node waits after a failed attempt.
import { humanizeDuration, parseArgoDurationNanoseconds } from "../../languages/duration.ts";
import { LanguageError } from "../../languages/language-error.ts";
import type { Backoff } from "../../resources/workflow.ts";
import { StepError } from "./step-error.ts";

const NANOSECONDS_MAX = 9_223_372_036_854_775_807n;

export interface BackoffWait {
  readonly nanoseconds: bigint;
  readonly ms: number;
  readonly message: string;
}

/**
 * `duration × factor^(attempts − 1)`, at most `cap` and at most what fits into 64 bits of nanoseconds.
 * StepError when the duration is missing, LanguageError when a text is wrong.
 */
export function backoffAfter(backoff: Backoff, attemptCount: number): BackoffWait {
  if (backoff.duration === undefined) throw new StepError("no base duration specified for retryStrategy");
  const base = parseArgoDurationNanoseconds(backoff.duration);
  const wait = multiply(base, parseFactor(backoff.factor), attemptCount - 1);
  const cap = backoff.cap === undefined ? undefined : parseArgoDurationNanoseconds(backoff.cap);
  const nanoseconds = cap !== undefined && wait > cap ? cap : wait;
  const ms = Number(nanoseconds) / 1e6;
  return { nanoseconds, ms, message: `Backoff for ${humanizeDuration(ms)}` };
}

function multiply(base: bigint, factor: number | undefined, exponent: number): bigint {
  if (factor === undefined || factor <= 0) return base;
  const multiplier = factor ** exponent;
  if (multiplier > Number(NANOSECONDS_MAX) / Number(base)) return NANOSECONDS_MAX;
  return BigInt.asIntN(64, base * BigInt(Math.trunc(multiplier)));
}

/** A 32-bit integer, as Go's strconv.ParseInt reads it. */
export function parseInteger32(text: string): number {
  const fail = (reason: string): LanguageError =>
    new LanguageError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${reason}`);
  if (!/^[+-]?[0-9]+$/.test(text)) throw fail("invalid syntax");
  const value = Number(text);
  if (value > 2_147_483_647 || value < -2_147_483_648) throw fail("value out of range");
  return value;
}

function parseFactor(factor: string | undefined): number | undefined {
  return factor === undefined ? undefined : parseInteger32(factor);
}

// How often a trigger is tried, and how long it waits in between (wait.Backoff of Kubernetes, as Argo Events uses it).
import { parseGoDuration } from "../../languages/duration.ts";
import type { RetryStrategy, SensorTrigger } from "../../resources/sensor.ts";

/** When a strategy is given without a number of steps. */
const STEPS_DEFAULT = 5;
const DURATION_DEFAULT_MS = 1000;
const DELAY_MS_MAX = 3_600_000;

/** All attempts, the first one included. Without `atLeastOnce` Argo Events does not look at the strategy. */
export function retrySteps({ retryStrategy, atLeastOnce }: SensorTrigger): number {
  if (atLeastOnce !== true || retryStrategy === undefined) return 1;
  return retryStrategy.steps === undefined || retryStrategy.steps === 0 ? STEPS_DEFAULT : retryStrategy.steps;
}

/** Milliseconds to wait after the n-th failed attempt (from 1). `random` is in [0, 1). */
export function retryDelayMs(strategy: RetryStrategy | undefined, failureCount: number, random: number): number {
  const factor = numberOr(strategy?.factor, 1);
  const jitter = numberOr(strategy?.jitter, 1);
  const delay = durationMs(strategy?.duration) * factor ** (failureCount - 1) * (1 + random * jitter);
  return Math.min(Math.max(delay, 0), DELAY_MS_MAX);
}

/** A text is a Go duration, a number is nanoseconds. */
function durationMs(duration: string | number | undefined): number {
  if (duration === undefined) return DURATION_DEFAULT_MS;
  return typeof duration === "number" ? duration / 1e6 : parseGoDuration(duration);
}

/** Amounts may be written as texts. */
function numberOr(value: unknown, otherwise: number): number {
  const number = Number(value ?? otherwise);
  return Number.isFinite(number) ? number : otherwise;
}

import { expect, it } from "vitest";

import { retryDelayMs, retrySteps } from "../../../src/argo/sensor/retry-schedule.ts";
import type { RetryStrategy, SensorTrigger } from "../../../src/resources/sensor.ts";

const template = { name: "run", log: {} };

function trigger(change: Partial<SensorTrigger>): SensorTrigger {
  return { template, ...change };
}

it("a strategy counts only with atLeastOnce, as in Argo Events", () => {
  expect(retrySteps(trigger({ retryStrategy: { steps: 8 } }))).toBe(1);
  expect(retrySteps(trigger({ retryStrategy: { steps: 8 }, atLeastOnce: true }))).toBe(8);
  expect(retrySteps(trigger({ retryStrategy: {}, atLeastOnce: true }))).toBe(5);
  expect(retrySteps(trigger({ atLeastOnce: true }))).toBe(1);
});

it("waits grow by the factor, spread by the jitter, up to an hour", () => {
  const strategy = { duration: "2s", factor: 2, jitter: 0.5 };

  expect([1, 2, 3].map((count) => retryDelayMs(strategy, count, 0))).toEqual([2000, 4000, 8000]);
  expect(retryDelayMs(strategy, 1, 0.5)).toBe(2500);
  expect(retryDelayMs(strategy, 30, 0)).toBe(3_600_000);
  expect(retryDelayMs({ duration: 5e8 }, 1, 0)).toBe(500);
});

it("without a strategy a wait is one second, spread by its own length, as in Argo Events", () => {
  expect([0, 0.5].map((random) => retryDelayMs(undefined, 1, random))).toEqual([1000, 1500]);
  expect(retryDelayMs(undefined, 9, 0)).toBe(1000);
});

it("a factor or jitter that is no number counts as its default", () => {
  const strategy: unknown = { duration: "2s", factor: "often", jitter: "0.5" };

  expect([1, 2].map((count) => retryDelayMs(strategy as RetryStrategy, count, 0.5))).toEqual([2500, 2500]);
});

// Runs all controllers of a program: one shared watch per kind and selector, one queue per controller.
import type { Clock } from "../../platform/clock.ts";
import type { Log } from "../../platform/log.ts";
import type { Metrics } from "../../platform/metrics.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { apiVersionOf } from "../../resources/kind.ts";
import { ControllerRunner } from "./controller-runner.ts";
import type { Controller, Watch } from "./controller.ts";
import { LOOP_LIMITS, type LoopLimits } from "./loop-limits.ts";
import { WatchFeed } from "./watch-feed.ts";

export interface RunControllersOptions {
  readonly controllers: readonly Controller[];
  /** The loop itself only lists and watches. */
  readonly store: ResourceReader;
  readonly clock: Clock;
  readonly log: Log;
  /** Ends the loop. */
  readonly signal: AbortSignal;
  readonly limits?: Partial<LoopLimits>;
  /** In [0, 1); spreads the waits after failures. Default Math.random. */
  readonly random?: () => number;
  /** Default: nothing is counted. */
  readonly metrics?: Metrics;
}

/**
 * Runs until the signal aborts and the passes under way have ended; it does not reject. Every object that exists at the
 * start wakes its controllers once, and each change wakes them again.
 */
export async function runControllers(options: RunControllersOptions): Promise<void> {
  const { store, clock, log, signal } = options;
  const shared = {
    clock,
    log,
    signal,
    limits: { ...LOOP_LIMITS, ...options.limits },
    random: options.random ?? Math.random,
    metrics: options.metrics,
  };
  const runners = options.controllers.map((controller) => new ControllerRunner(controller, shared));
  const feeds = new Map<string, WatchFeed>();
  const onChangesMissed = async (feed: WatchFeed): Promise<void> => {
    const affected = new Set(feed.subscriptions.map(({ runner }) => runner));
    for (const other of feeds.values()) if (other !== feed) await other.wakeForAll(affected);
  };
  for (const runner of runners) {
    for (const watch of runner.controller.watches) {
      const feed = feeds.get(feedId(watch)) ?? new WatchFeed(watch, { ...shared, store, onChangesMissed });
      feeds.set(feedId(watch), feed);
      feed.subscriptions.push({ runner, watch });
    }
  }
  const loops = [...feeds.values(), ...runners].map((loop) => loop.run());
  await Promise.all(loops);
}

function feedId(watch: Watch): string {
  return [apiVersionOf(watch.kind), watch.kind.kind, watch.labelSelector ?? ""].join(" ");
}

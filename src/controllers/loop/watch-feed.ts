// One shared watch of a kind: lists, then watches, and wakes the controllers that asked for it. It keeps no objects.
import { backoffMs } from "../../platform/backoff.ts";
import type { Clock } from "../../platform/clock.ts";
import { hasCode } from "../../platform/errors.ts";
import type { Log } from "../../platform/log.ts";
import type { Metrics } from "../../platform/metrics.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import type { Kind } from "../../resources/kind.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";
import { causeOf, type ControllerRunner } from "./controller-runner.ts";
import type { Watch } from "./controller.ts";
import type { LoopLimits } from "./loop-limits.ts";

export interface Subscription {
  readonly runner: ControllerRunner;
  readonly watch: Watch;
}

export interface FeedOptions {
  readonly store: ResourceReader;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: LoopLimits;
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly metrics: Metrics | undefined;
  /** Called after a list that was needed because changes were missed. */
  readonly onChangesMissed: (feed: WatchFeed) => Promise<void>;
}

export class WatchFeed {
  readonly subscriptions: Subscription[] = [];
  readonly #kind: Kind;
  readonly #labelSelector: string | undefined;
  readonly #options: FeedOptions;
  readonly #log: Log;
  readonly #brokenMaps = new Set<Subscription>();
  #version: string | undefined;
  #failureCount = 0;
  #isReported = false;
  #hasListed = false;

  constructor(watch: Watch, options: FeedOptions) {
    this.#kind = watch.kind;
    this.#labelSelector = watch.labelSelector;
    this.#options = options;
    this.#log = options.log.with({ watch: watch.kind.plural });
  }

  /** Resolves after the abort. */
  async run(): Promise<void> {
    const { signal, clock, limits } = this.#options;
    while (!signal.aborted) {
      const startedAt = clock.now();
      try {
        if (this.#version === undefined) await this.#listAnew();
        await this.#follow();
        await this.#sleep(startedAt + limits.watchRestartMs - clock.now());
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  /** Wakes these controllers for every object that there is. */
  async wakeForAll(runners: ReadonlySet<ControllerRunner>): Promise<void> {
    await this.#list(this.subscriptions.filter(({ runner }) => runners.has(runner)));
  }

  async #listAnew(): Promise<void> {
    const version = await this.#list(this.subscriptions);
    const haveChangesBeenMissed = this.#hasListed;
    this.#hasListed = true;
    // What was deleted meanwhile is in no list; the objects that it concerned are found through the other watches.
    if (haveChangesBeenMissed) await this.#options.onChangesMissed(this);
    this.#version = version;
  }

  async #list(subscriptions: readonly Subscription[]): Promise<string> {
    const { store, limits, signal } = this.#options;
    const options = { ...this.#selector(), limit: limits.listPageSize };
    let page = await store.list(this.#kind, options);
    const version = page.resourceVersion;
    for (;;) {
      for (const object of page.items) this.#wake(subscriptions, object);
      if (page.continue === undefined || signal.aborted) return version;
      page = await store.list(this.#kind, { ...options, continue: page.continue });
    }
  }

  async #follow(): Promise<void> {
    const { store, signal } = this.#options;
    const resourceVersion = this.#version ?? "";
    for await (const event of store.watch(this.#kind, { ...this.#selector(), resourceVersion, signal })) {
      if (event.type !== "BOOKMARK") this.#wake(this.subscriptions, event.object);
      this.#version = event.object.metadata.resourceVersion ?? this.#version;
      this.#noteSuccess();
    }
  }

  #selector(): { readonly labelSelector?: string } {
    return this.#labelSelector === undefined ? {} : { labelSelector: this.#labelSelector };
  }

  #wake(subscriptions: readonly Subscription[], object: KubernetesObject): void {
    for (const subscription of subscriptions) {
      try {
        for (const key of subscription.watch.map(object)) subscription.runner.enqueue(key);
        this.#brokenMaps.delete(subscription);
      } catch (error) {
        this.#reportBrokenMap(subscription, object, error);
      }
    }
  }

  /** A fault in one controller's map must not stop the others; it is logged once until it works again. */
  #reportBrokenMap(subscription: Subscription, object: KubernetesObject, error: unknown): void {
    if (this.#brokenMaps.has(subscription)) return;
    this.#brokenMaps.add(subscription);
    const controller = subscription.runner.controller.name;
    const { namespace = "", name } = object.metadata;
    this.#log.write("error", "an object could not be mapped to keys", { controller, namespace, name, error });
  }

  async #recover(error: unknown): Promise<void> {
    const { signal, limits, random } = this.#options;
    if (signal.aborted) return;
    this.#failureCount += 1;
    this.#options.metrics?.count("runyard_watch_failures_total", { resource: this.#kind.plural });
    if (hasCode(error, "Expired")) {
      this.#version = undefined;
      // Ordinary after a long silence: a list helps, and it need not wait. Again and again it is a failure.
      if (this.#failureCount === 1) return;
    }
    if (!this.#isReported) this.#log.write("warn", "a watch failed; it is repeated with growing waits", causeOf(error));
    this.#isReported = true;
    await this.#sleep(backoffMs(limits, this.#failureCount, random));
  }

  #noteSuccess(): void {
    if (this.#isReported) this.#log.write("info", "a watch works again", { failureCount: this.#failureCount });
    this.#isReported = false;
    this.#failureCount = 0;
  }

  async #sleep(ms: number): Promise<void> {
    const { clock, signal } = this.#options;
    if (ms <= 0 || signal.aborted) return;
    await clock.sleep(ms, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

// What the Sensor controller works with.
import type { Clock } from "../../platform/clock.ts";
import type { EventInbox } from "../../platform/event-inbox.ts";
import type { Authorizer } from "../../platform/identity.ts";
import type { Log } from "../../platform/log.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";

export interface SensorControllerOptions {
  readonly store: ResourceStore;
  /** Triggers may do what the Sensor's ServiceAccount may. */
  readonly authorizer: Authorizer;
  readonly inbox: EventInbox;
  readonly clock: Clock;
  readonly log: Log;
  /** In [0, 1): spreads retries, and answers templates that ask for random values. */
  readonly random: () => number;
}

// What may stand between the engine and all that it changes: the store (for its API too), the pods, the accepted events.
import type { EventInbox } from "../../platform/event-inbox.ts";
import type { PodRunner } from "../../platform/pod-runner.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";

export interface Interception {
  store(store: ResourceStore): ResourceStore;
  runner(runner: PodRunner): PodRunner;
  inbox(inbox: EventInbox): EventInbox;
}

// Where accepted events are kept until every trigger that waits for them is done with them. An event is answered with
// success only after it is here, so a crash afterwards loses nothing.
import type { EventContext, EventFate } from "../resources/sensor.ts";

export interface InboxEvent {
  readonly namespace: string;
  /** `source` is the EventSource, `subject` the event name. */
  readonly context: EventContext;
  /** JSON text. */
  readonly data: string;
}

/** A trigger of a Sensor. */
export interface TriggerKey {
  readonly namespace: string;
  readonly sensor: string;
  readonly trigger: string;
}

export interface Subscription {
  readonly trigger: string;
  /** Which events it gets. */
  readonly events: readonly { readonly source: string; readonly subject: string }[];
  /** When it changes, events that wait for others are let go. */
  readonly fingerprint: string;
}

/** One event for one trigger. */
export interface Delivery {
  readonly trigger: TriggerKey;
  /** Rises from event to event. */
  readonly sequence: number;
  readonly event: InboxEvent;
  /** Attempts that failed so far. */
  readonly attempts: number;
  readonly failure: string | undefined;
}

export interface EventInbox {
  /**
   * Resolves after the event is on the disk. TooManyRequests, naming the limit, when too much waits already;
   * Unavailable when it cannot be written.
   */
  append(event: InboxEvent, now: number): Promise<void>;
  /**
   * Says which triggers a Sensor has; those that are gone are forgotten. The triggers of a new Sensor get the events
   * from `since` on (its creation), a trigger that is added later those from `now` on. Repeatable.
   */
  subscribe(
    sensor: { readonly namespace: string; readonly name: string; readonly since: number; readonly now: number },
    subscriptions: readonly Subscription[],
  ): Promise<void>;
  /** Forgets a Sensor that was deleted. */
  unsubscribe(sensor: { readonly namespace: string; readonly name: string }): Promise<void>;
  /** The Sensors that have triggers here. */
  listSensors(): Promise<readonly { readonly namespace: string; readonly name: string }[]>;
  /** Deliveries of a Sensor that are due, oldest first. */
  listDue(
    sensor: { readonly namespace: string; readonly name: string },
    now: number,
    limit: number,
  ): Promise<readonly Delivery[]>;
  /** When the next postponed delivery of a Sensor is due; undefined when nothing waits. */
  nextDueAt(sensor: { readonly namespace: string; readonly name: string }): Promise<number | undefined>;
  /** Events that wait for events of other dependencies, by dependency. */
  listHeld(trigger: TriggerKey): Promise<ReadonlyMap<string, InboxEvent>>;
  /** A failed attempt: try again later. */
  postpone(delivery: Delivery, next: { readonly at: number; readonly reason: string }): Promise<void>;
  /** The end of a delivery, in one commit with the events that now wait for others (by dependency, with their sequence). */
  finish(delivery: Delivery, end: DeliveryEnd): Promise<void>;
  /** What became of the last deliveries of a Sensor, newest first. */
  listFates(
    sensor: { readonly namespace: string; readonly name: string },
    limit: number,
  ): Promise<readonly EventFate[]>;
  /** Calls back after every append, until the signal aborts. */
  onAppended(listener: (event: InboxEvent) => void, signal: AbortSignal): void;
}

export interface DeliveryEnd {
  readonly fate: EventFate["fate"];
  readonly message: string;
  readonly now: number;
  /** Absent: what is held stays as it is. `add`: dependencies for which this event now waits. */
  readonly held?: { readonly clear: boolean; readonly add: readonly string[] };
}

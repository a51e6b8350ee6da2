// The inbox itself, on the thread that owns its database: every method is one transaction.
import type { DatabaseSync } from "node:sqlite";
import type { EventContext, EventFate } from "../../../resources/sensor.ts";
import { PlatformError } from "../../errors.ts";
import type { Delivery, DeliveryEnd, InboxEvent, Subscription, TriggerKey } from "../../event-inbox.ts";
import { InboxConnection } from "./inbox-connection.ts";
import { dueDeliveries, earliestDueAt, eventOf, raiseFloor, type EventRow } from "./pending-deliveries.ts";
import { pruneEvents } from "./prune-events.ts";
import {
  addSubscriber,
  removeSubscriber,
  setSubscription,
  subscriberId,
  subscribersOf,
  type SensorName,
} from "./subscribers.ts";

export interface InboxLimits {
  /** Events that are kept, finished ones included. */
  readonly eventsMax: number;
  readonly bytesMax: number;
  /** Finished events are kept so long, unless room is needed, to show what became of them. */
  readonly keptMs: number;
}

export const INBOX_LIMITS: InboxLimits = {
  eventsMax: 50_000,
  bytesMax: 1024 * 1024 * 1024,
  keptMs: 7 * 24 * 3600 * 1000,
};

export class InboxDatabase {
  readonly #inbox: InboxConnection;
  readonly #limits: InboxLimits;
  #count: number;
  #bytes: number;

  constructor(database: DatabaseSync, limits: InboxLimits) {
    this.#inbox = new InboxConnection(database);
    this.#limits = limits;
    this.#count = this.#inbox.number("SELECT count(*) FROM events") ?? 0;
    this.#bytes = this.#inbox.number("SELECT coalesce(sum(bytes), 0) FROM events") ?? 0;
  }

  append(event: InboxEvent, now: number): void {
    const { namespace, context, data } = event;
    const bytes = Buffer.byteLength(data);
    this.#makeRoom(bytes, now);
    this.#inbox.transact(() => {
      this.#inbox.run(
        "INSERT INTO events (namespace, source, subject, accepted_at, bytes, context, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [namespace, context.source, context.subject, now, bytes, JSON.stringify(context), data],
      );
    });
    this.#count += 1;
    this.#bytes += bytes;
  }

  #makeRoom(bytes: number, now: number): void {
    const { eventsMax, bytesMax, keptMs } = this.#limits;
    const isFull = (): boolean => this.#count + 1 > eventsMax || this.#bytes + bytes > bytesMax;
    this.#prune(now - keptMs, now);
    if (isFull()) this.#prune(now, now);
    if (!isFull()) return;
    throw new PlatformError({
      code: "TooManyRequests",
      message: `the inbox is full: ${this.#count} of ${eventsMax} events (eventsMax) and ${this.#bytes} of ${bytesMax} bytes (bytesMax) wait for triggers`,
      hint: "Look at the status of the Sensors: triggers that fail hold events back.",
    });
  }

  #prune(before: number, now: number): void {
    this.#inbox.transact(() => {
      const freed = pruneEvents(this.#inbox.database, { before, now });
      this.#count -= freed.count;
      this.#bytes -= freed.bytes;
    });
  }

  subscribe(
    sensor: SensorName & { readonly since: number; readonly now: number },
    wanted: readonly Subscription[],
  ): void {
    const inbox = this.#inbox;
    inbox.transact(() => {
      const known = subscribersOf(inbox, sensor);
      const since = known.length === 0 ? sensor.since : sensor.now;
      for (const { id, trigger } of known) {
        if (!wanted.some((subscription) => subscription.trigger === trigger)) removeSubscriber(inbox, id);
      }
      for (const subscription of wanted) {
        const present = known.find(({ trigger }) => trigger === subscription.trigger);
        if (present?.fingerprint === subscription.fingerprint) continue;
        const id = present?.id ?? addSubscriber(inbox, sensor, subscription.trigger, since);
        setSubscription(inbox, id, subscription);
      }
    });
  }

  unsubscribe(sensor: SensorName): void {
    this.#inbox.transact(() => {
      for (const { id } of subscribersOf(this.#inbox, sensor)) removeSubscriber(this.#inbox, id);
    });
  }

  listDue(sensor: SensorName, now: number, limit: number): readonly Delivery[] {
    const due = subscribersOf(this.#inbox, sensor).flatMap((subscriber) => {
      const trigger = { namespace: sensor.namespace, sensor: sensor.name, trigger: subscriber.trigger };
      return dueDeliveries(this.#inbox, subscriber, { trigger, now, limit });
    });
    return due.sort((left, right) => left.sequence - right.sequence).slice(0, limit);
  }

  nextDueAt(sensor: SensorName): number | undefined {
    const times = subscribersOf(this.#inbox, sensor)
      .map((subscriber) => earliestDueAt(this.#inbox, subscriber))
      .filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  listSensors(): readonly SensorName[] {
    return this.#inbox.all("SELECT DISTINCT namespace, sensor AS name FROM subscribers") as readonly SensorName[];
  }

  listHeld(trigger: TriggerKey): readonly (readonly [string, InboxEvent])[] {
    const rows = this.#inbox.all(
      `SELECT h.dependency, e.sequence, e.namespace, e.context, e.data
         FROM held h JOIN events e ON e.sequence = h.sequence WHERE h.subscriber = ?`,
      [subscriberId(this.#inbox, trigger) ?? 0],
    ) as readonly (EventRow & { readonly dependency: string })[];
    return rows.map((row) => [row.dependency, eventOf(row)]);
  }

  postpone(delivery: Delivery, next: { readonly at: number; readonly reason: string }): void {
    this.#inbox.transact(() => {
      const id = subscriberId(this.#inbox, delivery.trigger);
      if (id === undefined) return;
      this.#inbox.run(
        `INSERT INTO deliveries (sequence, subscriber, attempts, due_at, message) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET attempts = excluded.attempts, due_at = excluded.due_at, message = excluded.message`,
        [delivery.sequence, id, delivery.attempts + 1, next.at, next.reason],
      );
    });
  }

  finish(delivery: Delivery, end: DeliveryEnd): void {
    // Most triggers of most events do not match. Should a power cut take that away, it is found again and nothing else
    // happens; waiting for the disk each time would hold up the one trigger that does match.
    const isFoundAgain = end.fate === "NotMatched" && end.held === undefined;
    this.#inbox.transact(() => this.#finish(delivery, end), isFoundAgain ? "NORMAL" : "FULL");
  }

  #finish(delivery: Delivery, { fate, message, now, held }: DeliveryEnd): void {
    const inbox = this.#inbox;
    const id = subscriberId(inbox, delivery.trigger);
    if (id === undefined) return;
    inbox.run(
      `INSERT INTO deliveries (sequence, subscriber, attempts, due_at, fate, message, finished_at) VALUES (?, ?, ?, 0, ?, ?, ?)
         ON CONFLICT DO UPDATE SET fate = excluded.fate, message = excluded.message, finished_at = excluded.finished_at`,
      [delivery.sequence, id, delivery.attempts, fate, message, now],
    );
    if (held?.clear === true) inbox.run("DELETE FROM held WHERE subscriber = ?", [id]);
    for (const dependency of held?.add ?? []) {
      const values = [id, dependency, delivery.sequence];
      inbox.run("INSERT OR REPLACE INTO held (subscriber, dependency, sequence) VALUES (?, ?, ?)", values);
    }
    raiseFloor(inbox, id);
  }

  listFates(sensor: SensorName, limit: number): readonly EventFate[] {
    const rows = this.#inbox.all(
      `SELECT e.context, s.trigger, d.fate, d.message, d.finished_at FROM deliveries d
         JOIN subscribers s ON s.id = d.subscriber JOIN events e ON e.sequence = d.sequence
         WHERE s.namespace = ? AND s.sensor = ? AND d.fate IS NOT NULL
         ORDER BY d.finished_at DESC, d.sequence DESC LIMIT ?`,
      [sensor.namespace, sensor.name, limit],
    ) as readonly FateRow[];
    return rows.map(({ context, trigger, fate, message, finished_at: finishedAt }) => ({
      eventId: (JSON.parse(context) as EventContext).id,
      trigger,
      time: new Date(finishedAt).toISOString(),
      fate,
      message,
    }));
  }
}

interface FateRow {
  readonly context: string;
  readonly trigger: string;
  readonly fate: EventFate["fate"];
  readonly message: string;
  readonly finished_at: number;
}

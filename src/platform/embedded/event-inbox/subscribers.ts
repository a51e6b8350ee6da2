// Who waits for events: each trigger of each Sensor is a subscriber, with the place up to which it is done with all events.
import type { Subscription, TriggerKey } from "../../event-inbox.ts";
import type { InboxConnection } from "./inbox-connection.ts";

export interface SensorName {
  readonly namespace: string;
  readonly name: string;
}

export interface Subscriber {
  readonly id: number;
  readonly trigger: string;
  readonly fingerprint: string;
  /** It needs no event up to this sequence any more. */
  readonly floor: number;
}

export function subscribersOf(inbox: InboxConnection, { namespace, name }: SensorName): readonly Subscriber[] {
  const sql = "SELECT id, trigger, fingerprint, floor FROM subscribers WHERE namespace = ? AND sensor = ?";
  return inbox.all(sql, [namespace, name]) as readonly Subscriber[];
}

/** Undefined when the trigger is gone. */
export function subscriberId(inbox: InboxConnection, { namespace, sensor, trigger }: TriggerKey): number | undefined {
  const sql = "SELECT id FROM subscribers WHERE namespace = ? AND sensor = ? AND trigger = ?";
  return inbox.number(sql, [namespace, sensor, trigger]);
}

/** Events that were accepted before `since` are none of its business. */
export function addSubscriber(inbox: InboxConnection, sensor: SensorName, trigger: string, since: number): number {
  const floor = inbox.number("SELECT coalesce(max(sequence), 0) FROM events WHERE accepted_at < ?", [since]) ?? 0;
  return inbox.run("INSERT INTO subscribers (namespace, sensor, trigger, fingerprint, floor) VALUES (?, ?, ?, '', ?)", [
    sensor.namespace,
    sensor.name,
    trigger,
    floor,
  ]);
}

export function removeSubscriber(inbox: InboxConnection, id: number): void {
  inbox.run("DELETE FROM subscribers WHERE id = ?", [id]);
}

/** What it waits for from now on. Events that it holds belong to what it waited for before. */
export function setSubscription(inbox: InboxConnection, id: number, { events, fingerprint }: Subscription): void {
  inbox.run("UPDATE subscribers SET fingerprint = ? WHERE id = ?", [fingerprint, id]);
  inbox.run("DELETE FROM held WHERE subscriber = ?", [id]);
  inbox.run("DELETE FROM subscriptions WHERE subscriber = ?", [id]);
  for (const { source, subject } of events) {
    const values = [id, source, subject];
    inbox.run("INSERT OR IGNORE INTO subscriptions (subscriber, source, subject) VALUES (?, ?, ?)", values);
  }
}

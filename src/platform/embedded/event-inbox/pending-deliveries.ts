// The deliveries that have not ended: what a subscriber still has to look at, in the order in which it came.
import type { EventContext } from "../../../resources/sensor.ts";
import type { Delivery, InboxEvent, TriggerKey } from "../../event-inbox.ts";
import type { InboxConnection } from "./inbox-connection.ts";
import type { Subscriber } from "./subscribers.ts";

/** Of the data of the events of one trigger in one list; the last one may go over it. */
const LIST_CHARACTERS_MAX = 16 * 1024 * 1024;

export interface EventRow {
  readonly sequence: number;
  readonly namespace: string;
  readonly context: string;
  readonly data: string;
}

interface PendingRow extends EventRow {
  readonly attempts: number;
  readonly failure: string | null;
}

const FROM_PENDING = `FROM subscribers b JOIN subscriptions s ON s.subscriber = b.id
  JOIN events e ON e.namespace = b.namespace AND e.source = s.source AND e.subject = s.subject
  LEFT JOIN deliveries d ON d.sequence = e.sequence AND d.subscriber = b.id
  WHERE b.id = ? AND e.sequence > ? AND d.fate IS NULL`;

const DUE = `SELECT e.sequence, e.namespace, e.context, e.data, coalesce(d.attempts, 0) AS attempts, d.message AS failure
  ${FROM_PENDING} AND coalesce(d.due_at, 0) <= ? ORDER BY e.sequence LIMIT ?`;

type Place = Pick<Subscriber, "id" | "floor">;

/** Those whose time has come. Large events come in smaller lists, so that a list fits into the memory. */
export function dueDeliveries(
  inbox: InboxConnection,
  { id, floor }: Place,
  due: { readonly trigger: TriggerKey; readonly now: number; readonly limit: number },
): readonly Delivery[] {
  const deliveries: Delivery[] = [];
  let characters = 0;
  for (const row of inbox.rows(DUE, [id, floor, due.now, due.limit]) as Iterable<PendingRow>) {
    deliveries.push(deliveryOf(row, due.trigger));
    characters += row.data.length;
    if (characters >= LIST_CHARACTERS_MAX) break;
  }
  return deliveries;
}

/** When the next one is to be looked at; undefined when nothing is pending. */
export function earliestDueAt(inbox: InboxConnection, { id, floor }: Place): number | undefined {
  return inbox.number(`SELECT min(coalesce(d.due_at, 0)) ${FROM_PENDING}`, [id, floor]);
}

/** Moves the place of a subscriber up to its first pending event, or to the last event when nothing is pending. */
export function raiseFloor(inbox: InboxConnection, id: number): void {
  const floor = inbox.number("SELECT floor FROM subscribers WHERE id = ?", [id]) ?? 0;
  const next = inbox.number(`SELECT e.sequence ${FROM_PENDING} ORDER BY e.sequence LIMIT 1`, [id, floor]);
  const last = inbox.number("SELECT coalesce(max(sequence), 0) FROM events") ?? 0;
  inbox.run("UPDATE subscribers SET floor = ? WHERE id = ?", [next === undefined ? last : next - 1, id]);
}

export function eventOf({ namespace, context, data }: EventRow): InboxEvent {
  return { namespace, context: JSON.parse(context) as EventContext, data };
}

function deliveryOf(row: PendingRow, trigger: TriggerKey): Delivery {
  const { sequence, attempts, failure } = row;
  return { trigger, sequence, event: eventOf(row), attempts, failure: failure ?? undefined };
}

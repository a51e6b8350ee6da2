// Makes room in the inbox: events that every trigger is done with. An event that a trigger waits for is never removed.
import type { DatabaseSync } from "node:sqlite";

export interface Prune {
  /** Accepted before this time. */
  readonly before: number;
  readonly now: number;
}

/** Events that one call removes at most, so that no event waits long for its commit. */
const REMOVED_MAX = 1000;

/** After a start events may come before the Sensors are loaded, so an event that nobody waits for is kept so long. */
const UNCLAIMED_MS = 600_000;

const UNFINISHED = `SELECT 1 FROM subscriptions s JOIN subscribers b ON b.id = s.subscriber
  LEFT JOIN deliveries d ON d.sequence = e.sequence AND d.subscriber = b.id
  WHERE b.namespace = e.namespace AND s.source = e.source AND s.subject = e.subject
    AND e.sequence > b.floor AND d.fate IS NULL`;
const HELD = "SELECT 1 FROM held h WHERE h.sequence = e.sequence";
const DELIVERED = "SELECT 1 FROM deliveries d WHERE d.sequence = e.sequence";

/** Runs inside the caller's transaction. Returns what was removed. */
export function pruneEvents(database: DatabaseSync, { before, now }: Prune): { count: number; bytes: number } {
  const rows = database
    .prepare(
      `SELECT e.sequence, e.bytes FROM events e WHERE e.accepted_at < ? AND NOT EXISTS (${UNFINISHED})
         AND NOT EXISTS (${HELD}) AND (e.accepted_at < ? OR EXISTS (${DELIVERED}))
         ORDER BY e.sequence LIMIT ${REMOVED_MAX}`,
    )
    .all(before, now - UNCLAIMED_MS) as { sequence: number; bytes: number }[];
  const remove = database.prepare("DELETE FROM events WHERE sequence = ?");
  for (const row of rows) remove.run(row.sequence);
  return { count: rows.length, bytes: rows.reduce((sum, row) => sum + row.bytes, 0) };
}

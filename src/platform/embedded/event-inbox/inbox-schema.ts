// The tables of the inbox's own database file.
import type { Migration } from "../migrations/migration.ts";

export const INBOX_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE events (
         sequence INTEGER PRIMARY KEY AUTOINCREMENT,
         namespace TEXT NOT NULL,
         source TEXT NOT NULL,
         subject TEXT NOT NULL,
         accepted_at INTEGER NOT NULL,
         bytes INTEGER NOT NULL,
         context TEXT NOT NULL,
         data TEXT NOT NULL
       ) STRICT`,
      // Of the events up to "floor" this trigger has finished all that it gets.
      `CREATE TABLE subscribers (
         id INTEGER PRIMARY KEY,
         namespace TEXT NOT NULL,
         sensor TEXT NOT NULL,
         trigger TEXT NOT NULL,
         fingerprint TEXT NOT NULL,
         floor INTEGER NOT NULL,
         UNIQUE (namespace, sensor, trigger)
       ) STRICT`,
      `CREATE TABLE subscriptions (
         subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
         source TEXT NOT NULL,
         subject TEXT NOT NULL,
         PRIMARY KEY (subscriber, source, subject)
       ) STRICT, WITHOUT ROWID`,
      // A row without a fate is a delivery that failed and is tried again.
      `CREATE TABLE deliveries (
         sequence INTEGER NOT NULL REFERENCES events (sequence) ON DELETE CASCADE,
         subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
         attempts INTEGER NOT NULL,
         due_at INTEGER NOT NULL,
         fate TEXT,
         message TEXT NOT NULL,
         finished_at INTEGER,
         PRIMARY KEY (sequence, subscriber)
       ) STRICT, WITHOUT ROWID`,
      "CREATE INDEX deliveries_by_subscriber ON deliveries (subscriber, finished_at)",
      `CREATE TABLE held (
         subscriber INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
         dependency TEXT NOT NULL,
         sequence INTEGER NOT NULL REFERENCES events (sequence) ON DELETE CASCADE,
         PRIMARY KEY (subscriber, dependency)
       ) STRICT, WITHOUT ROWID`,
    ],
  },
];

// The first schema. Each state of an object is one row of `bodies`, written once under the resourceVersion that made it;
// `objects` points to the current ones, and `history` keeps the superseded ones alive for watches and consistent pages.
import type { Migration } from "./migration.ts";

export const VERSIONS: Migration = {
  version: 1,
  statements: [
    `CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
    `INSERT INTO meta VALUES ('resource_version', 1), ('history_floor', 1)`,
    `CREATE TABLE objects (
       kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
       PRIMARY KEY (kind, namespace, name)
     ) STRICT, WITHOUT ROWID`,
    `CREATE TABLE bodies (version INTEGER PRIMARY KEY, labels TEXT, object TEXT NOT NULL) STRICT`,
    `CREATE TABLE history (
       version INTEGER PRIMARY KEY, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
       type TEXT NOT NULL, previous INTEGER, previous_bytes INTEGER NOT NULL
     ) STRICT`,
    `CREATE INDEX history_by_kind ON history (kind, version)`,
  ],
};

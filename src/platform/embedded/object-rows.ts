// The rows of the writer's open transaction, and the bounds of the history kept in them.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ObjectKey } from "../../resources/object-meta.ts";
import type { AnyObject } from "./normalize-object.ts";
import type { Change, StoreLimits } from "./store-messages.ts";

export interface Stored {
  readonly version: number;
  readonly text: string;
}

/** Where the writer keeps objects: rows of the open transaction, or files. */
export interface Shelf {
  /** True when the state before a change can still be read after it. */
  readonly keepsHistory: boolean;
  read(kind: string, key: ObjectKey): Stored | undefined;
  store(change: Change & { readonly text: string }, object: AnyObject, previous: Stored | undefined): void;
  remove(change: Change, previous: Stored): void;
}

export class ObjectRows implements Shelf {
  readonly keepsHistory = true;
  readonly #database: DatabaseSync;
  readonly #limits: StoreLimits;
  readonly #statements: Readonly<Record<"read" | "body" | "point" | "unpoint" | "history" | "meta", StatementSync>>;
  #history: { count: number; bytes: number } | undefined;

  constructor(database: DatabaseSync, limits: StoreLimits) {
    this.#database = database;
    this.#limits = limits;
    this.#statements = {
      read: database.prepare(
        `SELECT version, object AS text FROM objects JOIN bodies USING (version) WHERE kind = ? AND namespace = ? AND name = ?`,
      ),
      body: database.prepare("INSERT INTO bodies (version, labels, object) VALUES (?, ?, ?)"),
      point: database.prepare("INSERT OR REPLACE INTO objects (kind, namespace, name, version) VALUES (?, ?, ?, ?)"),
      unpoint: database.prepare("DELETE FROM objects WHERE kind = ? AND namespace = ? AND name = ?"),
      history: database.prepare("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?)"),
      meta: database.prepare("UPDATE meta SET value = ? WHERE key = ?"),
    };
  }

  version(): number {
    const row = this.#database.prepare("SELECT value FROM meta WHERE key = 'resource_version'").get();
    return (row as { value: number }).value;
  }

  read(kind: string, key: ObjectKey): Stored | undefined {
    return this.#statements.read.get(kind, key.namespace, key.name) as Stored | undefined;
  }

  store(change: Change & { readonly text: string }, object: AnyObject, previous: Stored | undefined): void {
    const { labels } = object.metadata;
    const { kind, namespace, name, version, text } = change;
    this.#statements.body.run(version, labels === undefined ? null : JSON.stringify(labels), text);
    this.#statements.point.run(kind, namespace, name, version);
    this.#record(change, previous);
  }

  remove(change: Change, previous: Stored): void {
    this.#statements.unpoint.run(change.kind, change.namespace, change.name);
    this.#record(change, previous);
  }

  #record(change: Change, previous: Stored | undefined): void {
    const { version, kind, namespace, name, type } = change;
    const bytes = previous?.text.length ?? 0;
    const history = this.#measured();
    this.#statements.history.run(version, kind, namespace, name, type, previous?.version ?? null, bytes);
    history.count += 1;
    history.bytes += bytes;
  }

  /** Before COMMIT: writes the counter and drops what is beyond the history's bounds. */
  finish(version: number): void {
    this.#statements.meta.run(version, "resource_version");
    const history = this.#measured();
    const { historyVersionsMax, historyBytesMax } = this.#limits;
    if (history.count <= historyVersionsMax && history.bytes <= historyBytesMax) return;
    const oldest = this.#database.prepare(
      "SELECT version, previous, previous_bytes AS bytes FROM history ORDER BY version",
    );
    let floor = 0;
    const dropBody = this.#database.prepare("DELETE FROM bodies WHERE version = ?");
    const rows = oldest.iterate() as IterableIterator<{ version: number; previous: number | null; bytes: number }>;
    const dropped: number[] = [];
    for (const row of rows) {
      if (history.count <= historyVersionsMax && history.bytes <= historyBytesMax) break;
      history.count -= 1;
      history.bytes -= row.bytes;
      floor = row.version;
      if (row.previous !== null) dropped.push(row.previous);
    }
    for (const body of dropped) dropBody.run(body);
    this.#database.prepare("DELETE FROM history WHERE version <= ?").run(floor);
    this.#statements.meta.run(floor, "history_floor");
  }

  /** After a rollback the counts are read again. */
  forget(): void {
    this.#history = undefined;
  }

  #measured(): { count: number; bytes: number } {
    this.#history ??= this.#database
      .prepare("SELECT count(*) AS count, coalesce(sum(previous_bytes), 0) AS bytes FROM history")
      .get() as { count: number; bytes: number };
    return this.#history;
  }
}

// The inbox's end on the thread of databases: opens its file, and answers one call after the other.
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { MessagePort } from "node:worker_threads";
import { migrateDatabase } from "../migrations/migrate-database.ts";
import { storageError } from "../store-files.ts";
import { errorMessage } from "../store-messages.ts";
import { InboxDatabase } from "./inbox-database.ts";
import type { InboxCall, InboxReply, InboxSettings } from "./inbox-messages.ts";
import { INBOX_MIGRATIONS } from "./inbox-schema.ts";

/** Until it is closed. The first thing it says is whether the database is open. */
export function serveInbox(settings: InboxSettings, port: MessagePort): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const send = (reply: InboxReply): void => port.postMessage(reply);
  try {
    const database = openDatabase(settings);
    const inbox = new InboxDatabase(database, settings.limits);
    port.on("message", (call: InboxCall) => {
      if (call.method === "close") database.close();
      send(answer(inbox, call, settings));
    });
    send({ id: 0, value: undefined });
  } catch (error) {
    send({ id: 0, error: errorMessage(storageError(error, settings.path)) });
  }
}

function openDatabase({ path, backupDirectory }: InboxSettings): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite gives the log and its index the rights of the database file.
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  migrateDatabase({ database, path, backupDirectory, migrations: INBOX_MIGRATIONS });
  return database;
}

function answer(inbox: InboxDatabase, { id, method, args }: InboxCall, { path }: InboxSettings): InboxReply {
  try {
    if (method === "close") return { id, value: undefined };
    const run = inbox[method].bind(inbox) as (...values: readonly unknown[]) => unknown;
    return { id, value: run(...args) };
  } catch (error) {
    return { id, error: errorMessage(storageError(error, path)) };
  }
}

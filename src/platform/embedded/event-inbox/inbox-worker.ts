// The thread that owns the inbox's database, so that the event loop never waits for the disk.
// It is started by sqlite-event-inbox.ts with InboxSettings as its workerData.
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parentPort, workerData } from "node:worker_threads";
import { migrateDatabase } from "../migrations/migrate-database.ts";
import { storageError } from "../store-files.ts";
import { errorMessage } from "../store-messages.ts";
import { InboxDatabase } from "./inbox-database.ts";
import type { InboxCall, InboxReply, InboxSettings } from "./inbox-messages.ts";
import { INBOX_MIGRATIONS } from "./inbox-schema.ts";

const { path, backupDirectory, limits } = workerData as InboxSettings;

try {
  const database = openDatabase();
  const inbox = new InboxDatabase(database, limits);
  parentPort?.on("message", (call: InboxCall) => {
    if (call.method === "close") database.close();
    send(answer(inbox, call));
    if (call.method === "close") parentPort?.close();
  });
  send({ id: 0, value: undefined });
} catch (error) {
  send({ id: 0, error: errorMessage(storageError(error, path)) });
}

function openDatabase(): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // SQLite gives the log and its index the rights of the database file.
  closeSync(openSync(path, "a", 0o600));
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
  migrateDatabase({ database, path, backupDirectory, migrations: INBOX_MIGRATIONS });
  return database;
}

function answer(inbox: InboxDatabase, { id, method, args }: InboxCall): InboxReply {
  try {
    if (method === "close") return { id, value: undefined };
    const run = inbox[method].bind(inbox) as (...values: readonly unknown[]) => unknown;
    return { id, value: run(...args) };
  } catch (error) {
    return { id, error: errorMessage(storageError(error, path)) };
  }
}

function send(reply: InboxReply): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(reply);
}

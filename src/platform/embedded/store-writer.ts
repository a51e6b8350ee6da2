// The store's end on the thread of databases: owns the only read-write connection and commits what the store sends, one
// batch after the other.
import { closeSync, mkdirSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { MessagePort } from "node:worker_threads";
import { PlatformError } from "../errors.ts";
import { BatchWriter } from "./batch-writer.ts";
import { MIGRATIONS, migrateDatabase } from "./migrations/migrate-database.ts";
import { readSecretFiles } from "./secret-files.ts";
import { storageError, storeFiles } from "./store-files.ts";
import { errorMessage, type FromWriter, type ToWriter, type WriterSettings } from "./store-messages.ts";

/** Older versions can lose a commit when two connections reset the write-ahead log at once. */
const SQLITE_VERSION_MIN = "3.51.3";

/** The write-ahead log is cut back to this size after a checkpoint. */
const LOG_BYTES_MAX = 64 * 1024 * 1024;

/** Until it is closed. The first thing it says is whether the database is open. */
export function startStoreWriter(settings: WriterSettings, port: MessagePort): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const send = (message: FromWriter): void => port.postMessage(message);
  const files = storeFiles(settings.directory);
  let database: DatabaseSync | undefined;
  try {
    // SQLite gives the log and its index the rights of the database file.
    closeSync(openSync(files.database, "a", 0o600));
    database = new DatabaseSync(files.database);
    const opened = database;
    configure(opened, settings);
    const { database: path, backups: backupDirectory } = files;
    const backup = migrateDatabase({ database: opened, path, backupDirectory, migrations: MIGRATIONS });
    mkdirSync(files.secrets, { recursive: true, mode: 0o700 });
    const secrets = readSecretFiles(files.secrets, settings.kinds);
    const writer = new BatchWriter(opened, settings, secrets);
    port.on("message", (message: ToWriter) => send(answer(message, writer, opened)));
    send({ kind: "ready", version: writer.version, secrets, ...(backup === undefined ? {} : { backup }) });
  } catch (error) {
    if (database?.isOpen === true) database.close();
    send({ kind: "failed", error: errorMessage(storageError(error, files.database)) });
  }
}

function configure(database: DatabaseSync, settings: WriterSettings): void {
  const { version } = database.prepare("SELECT sqlite_version() AS version").get() as { version: string };
  if (compareVersions(version, SQLITE_VERSION_MIN) < 0) {
    throw new PlatformError({
      code: "Unavailable",
      message: `SQLite ${version} is too old: at least ${SQLITE_VERSION_MIN} is needed to keep what was written`,
      hint: "Use a newer Node.js.",
    });
  }
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec(`PRAGMA journal_size_limit = ${LOG_BYTES_MAX}`);
  const { databaseBytesMax } = settings.limits;
  if (databaseBytesMax !== undefined) {
    const { page_size: pageBytes } = database.prepare("PRAGMA page_size").get() as { page_size: number };
    database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(databaseBytesMax / pageBytes))}`);
  }
  const { synchronous } = database.prepare("PRAGMA synchronous").get() as { synchronous: number };
  const { journal_mode: journal } = database.prepare("PRAGMA journal_mode").get() as { journal_mode: string };
  if (synchronous !== 2 || journal !== "wal") {
    throw new PlatformError({
      code: "Unavailable",
      message: `the database runs with synchronous=${synchronous} and journal_mode=${journal}, not with FULL and wal`,
      hint: "Put the data directory on a local file system.",
    });
  }
}

/** Negative when `left` is the older of two dotted versions. */
function compareVersions(left: string, right: string): number {
  const parts = (text: string): number[] => text.split(".").map(Number);
  const rightParts = parts(right);
  const difference = parts(left).map((part, index) => part - (rightParts[index] ?? 0));
  return difference.find((part) => part !== 0) ?? 0;
}

function answer(message: ToWriter, writer: BatchWriter, database: DatabaseSync): FromWriter {
  if (message.kind === "close") {
    // Of a stopped engine the database file alone is whole: who copies it copies everything.
    database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    database.close();
    return { kind: "closed" };
  }
  try {
    return { kind: "committed", batch: writer.commit(message.writes) };
  } catch (error) {
    return { kind: "failed", error: errorMessage(storageError(error, "the store's writer")) };
  }
}

// One engine per data directory. The operating system holds the lock and drops it when the process ends, however it
// ends; so a file left behind means nothing, and a process id that was given to another program fools nobody.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { DatabaseSync } from "node:sqlite";
import { kubernetesTime } from "../../resources/object-meta.ts";
import type { Clock } from "../clock.ts";
import { PlatformError } from "../errors.ts";
import { storageError, storeFiles } from "./store-files.ts";

export interface ProcessLock {
  /** May be called more than once. */
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Takes the lock of a data directory, which is made when it is missing. The lock is SQLite's exclusive lock on a
 * database of its own (an fcntl lock on Linux). Conflict when another process, or this one, holds it.
 */
export function acquireProcessLock(options: { readonly directory: string; readonly clock: Clock }): ProcessLock {
  const { directory, clock } = options;
  const { lock } = storeFiles(directory);
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    database = new DatabaseSync(lock, { timeout: 0 });
    database.exec("BEGIN EXCLUSIVE");
    nameHolder(lock, clock.now());
  } catch (error) {
    database?.close();
    if (isBusy(error)) throw lockedError(directory, lock);
    throw storageError(error, lock);
  }
  const held = database;
  return {
    release: () => {
      if (held.isOpen) held.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  const { errcode } = error as { errcode?: number };
  return typeof errcode === "number" && (errcode & 0xff) === SQLITE_BUSY;
}

/** For the other process's error message only: the lock does not depend on it. */
function nameHolder(lock: string, now: number): void {
  const holder = `process ${process.pid} on ${hostname()}, since ${kubernetesTime(now)}\n`;
  writeFileSync(`${lock}.holder.new`, holder, { mode: 0o600 });
  renameSync(`${lock}.holder.new`, `${lock}.holder`);
}

function lockedError(directory: string, lock: string): PlatformError {
  return new PlatformError({
    code: "Conflict",
    message: `${directory} is in use by another engine (${readHolder(lock)})`,
    hint: "Stop that engine first, or give this one a data directory of its own.",
  });
}

function readHolder(lock: string): string {
  try {
    return readFileSync(`${lock}.holder`, "utf8").trim();
  } catch {
    return "which has not said its process id yet";
  }
}

// A real SQLite store in a directory of its own that disappears with the test.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/platform/clock.ts";
import {
  openSqliteResourceStore,
  type SqliteResourceStore,
  type SqliteResourceStoreOptions,
} from "../../src/platform/embedded/sqlite-resource-store.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { ManualClock } from "./manual-clock.ts";
import { RecordingLog } from "./recording-log.ts";

/** An empty directory, removed when the test has finished. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "runyard-test-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  return directory;
}

/** Opened now, closed when the test has finished. Knows all kinds; the clock stands still unless one is given. */
export async function temporaryStore(
  clock: Clock = new ManualClock(),
  options: Partial<SqliteResourceStoreOptions> = {},
): Promise<SqliteResourceStore> {
  const directory = options.directory ?? (await temporaryDirectory());
  const log = new RecordingLog();
  const store = await openSqliteResourceStore({ kinds: KINDS, clock, log, ...options, directory });
  onTestFinished(() => store.close());
  return store;
}

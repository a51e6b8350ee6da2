// A store and controllers in this process, and a directory that goes away again.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  openSqliteResourceStore,
  type SqliteResourceStore,
} from "../../src/platform/embedded/sqlite-resource-store.ts";
import { SYSTEM_CLOCK } from "../../src/platform/node/system-clock.ts";
import { KINDS } from "../../src/resources/kinds.ts";
import { RecordingLog } from "../../test/support/recording-log.ts";

export const NAMESPACE = "runyard";

export async function withDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "runyard-bench-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export async function withStore<T>(directory: string, work: (store: SqliteResourceStore) => Promise<T>): Promise<T> {
  const store = await openSqliteResourceStore({
    directory,
    kinds: KINDS,
    clock: SYSTEM_CLOCK,
    log: new RecordingLog(),
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

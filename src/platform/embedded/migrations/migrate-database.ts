// Brings a database file to the newest schema, with a backup first, and refuses what this program must not touch.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { PlatformError } from "../../errors.ts";
import { VERSIONS } from "./0001-versions.ts";
import type { Migration } from "./migration.ts";

export const MIGRATIONS: readonly Migration[] = [VERSIONS];

/** "RNYD": tells our files from other SQLite databases. */
const APPLICATION_ID = 0x524e5944;

export interface MigrationTarget {
  readonly database: DatabaseSync;
  /** Of the database file, for messages. */
  readonly path: string;
  /** Created when a backup is needed. */
  readonly backupDirectory: string;
  readonly migrations: readonly Migration[];
}

/** Returns the path of the backup that was made, or undefined when the schema was new or already the newest. */
export function migrateDatabase(target: MigrationTarget): string | undefined {
  const { database, path, migrations } = target;
  const current = readPragma(database, "user_version");
  const newest = migrations.at(-1)?.version ?? 0;
  refuseForeign(target, current);
  if (current > newest) {
    throw new PlatformError({
      code: "Unavailable",
      message: `${path} has schema version ${current}, but this program knows only up to ${newest}: a newer Runyard wrote it`,
      hint: `Start the newer Runyard again, or put a backup of version ${newest} or older from ${target.backupDirectory} in its place.`,
    });
  }
  const steps = migrations.filter((migration) => migration.version > current);
  if (steps.length === 0) return undefined;
  const backup = current === 0 ? undefined : backUp(target, current);
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const statement of steps.flatMap((step) => step.statements)) database.exec(statement);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${newest}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
  return backup;
}

function refuseForeign(target: MigrationTarget, current: number): void {
  const applicationId = readPragma(target.database, "application_id");
  const { count } = target.database.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as { count: number };
  const isEmpty = count === 0 && current === 0 && applicationId === 0;
  if (isEmpty || applicationId === APPLICATION_ID) return;
  throw new PlatformError({
    code: "Unavailable",
    message: `${target.path} is a SQLite database of another program`,
    hint: "Choose another data directory.",
  });
}

/** VACUUM INTO writes a whole, consistent copy and fails if the file exists, so an older backup is never overwritten. */
function backUp(target: MigrationTarget, version: number): string {
  mkdirSync(target.backupDirectory, { recursive: true, mode: 0o700 });
  for (let attempt = 1; ; attempt += 1) {
    const backup = join(target.backupDirectory, `runyard-schema-${version}-${attempt}.db`);
    try {
      target.database.prepare("VACUUM INTO ?").run(backup);
      return backup;
    } catch (error) {
      if (!String(error).includes("already exists") || attempt >= BACKUPS_PER_VERSION_MAX) throw error;
    }
  }
}

const BACKUPS_PER_VERSION_MAX = 100;

function readPragma(database: DatabaseSync, name: "user_version" | "application_id"): number {
  return (database.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[name] ?? 0;
}

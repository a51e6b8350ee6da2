import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import {
  MIGRATIONS,
  migrateDatabase,
  type MigrationTarget,
} from "../../../../src/platform/embedded/migrations/migrate-database.ts";
import type { Migration } from "../../../../src/platform/embedded/migrations/migration.ts";
import { temporaryDirectory } from "../../../support/temporary-store.ts";

const FIRST: Migration = {
  version: 1,
  statements: ["CREATE TABLE notes (text TEXT)", "INSERT INTO notes VALUES ('old')"],
};
const SECOND: Migration = { version: 2, statements: ["ALTER TABLE notes ADD COLUMN author TEXT DEFAULT 'nobody'"] };
const BROKEN: Migration = {
  version: 3,
  statements: ["INSERT INTO notes VALUES ('half', 'done')", "INSERT INTO missing VALUES (1)"],
};

async function target(): Promise<Omit<MigrationTarget, "migrations">> {
  const directory = await temporaryDirectory();
  const path = join(directory, "test.db");
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  return { database, path, backupDirectory: join(directory, "backups") };
}

test("a new database needs no backup", async () => {
  const files = await target();

  expect(migrateDatabase({ ...files, migrations: [FIRST, SECOND] })).toBeUndefined();
  expect(files.database.prepare("SELECT * FROM notes").all()).toMatchObject([{ text: "old", author: "nobody" }]);
});

test("an older one is copied before it is changed, and each copy is kept", async () => {
  const files = await target();
  migrateDatabase({ ...files, migrations: [FIRST] });

  const backup = migrateDatabase({ ...files, migrations: [FIRST, SECOND] });

  const copy = new DatabaseSync(backup ?? "", { readOnly: true });
  onTestFinished(() => copy.close());
  expect(copy.prepare("SELECT * FROM notes").all()).toMatchObject([{ text: "old" }]);
  expect(copy.prepare("PRAGMA user_version").get()).toMatchObject({ user_version: 1 });
  files.database.exec("PRAGMA user_version = 1; ALTER TABLE notes DROP COLUMN author");
  migrateDatabase({ ...files, migrations: [FIRST, SECOND] });
  expect(await readdir(files.backupDirectory)).toHaveLength(2);
});

test("the newest schema is left alone", async () => {
  const files = await target();
  migrateDatabase({ ...files, migrations: [FIRST] });

  expect(migrateDatabase({ ...files, migrations: [FIRST] })).toBeUndefined();
  await expect(readdir(files.backupDirectory)).rejects.toThrow(/ENOENT/);
});

test("a step that fails changes nothing", async () => {
  const files = await target();
  migrateDatabase({ ...files, migrations: [FIRST, SECOND] });

  expect(() => migrateDatabase({ ...files, migrations: [FIRST, SECOND, BROKEN] })).toThrow(/missing/);

  expect(files.database.prepare("SELECT count(*) AS count FROM notes").get()).toMatchObject({ count: 1 });
  expect(files.database.prepare("PRAGMA user_version").get()).toMatchObject({ user_version: 2 });
});

test("a newer schema and another program's database are refused with what to do", async () => {
  const newer = await target();
  migrateDatabase({ ...newer, migrations: [FIRST, SECOND] });
  const foreign = await target();
  foreign.database.exec("CREATE TABLE recipes (text TEXT)");

  expect(() => migrateDatabase({ ...newer, migrations: [FIRST] })).toThrow(/schema version 2.*knows only up to 1/);
  expect(() => migrateDatabase({ ...foreign, migrations: [FIRST] })).toThrow(/database of another program/);
});

test("the steps of the product count up from one", () => {
  expect(MIGRATIONS.map((migration) => migration.version)).toEqual(MIGRATIONS.map((_, index) => index + 1));
});

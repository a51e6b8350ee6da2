// What must survive the death of the process, a full disk and damaged files. Real processes, real files.
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteResourceStore } from "../../../src/platform/embedded/sqlite-resource-store.ts";
import { hasCode, PlatformError } from "../../../src/platform/errors.ts";
import { CONFIG_MAP, SECRET, type ConfigMap } from "../../../src/resources/core.ts";
import { KINDS } from "../../../src/resources/kinds.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { RecordingLog } from "../../support/recording-log.ts";
import { temporaryDirectory, temporaryStore } from "../../support/temporary-store.ts";

const PROGRAM = join(import.meta.dirname, "../../support/write-until-killed.ts");

interface Writer {
  readonly child: ChildProcess;
  readonly acknowledged: string[];
  readonly lines: AsyncIterable<string>;
}

/** Starts the writing program and waits until its store is open. */
async function startWriter(directory: string, prefix: string): Promise<Writer> {
  const child = spawn(process.execPath, [PROGRAM, directory, prefix], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const acknowledged: string[] = [];
  const lines = createInterface({ input: child.stdout });
  const opened = once(lines, "line");
  await opened;
  lines.on("line", (line) => acknowledged.push(line));
  return { child, acknowledged, lines };
}

async function killAfter(writer: Writer, count: number): Promise<void> {
  while (writer.acknowledged.length < count) await new Promise((resolve) => void setTimeout(resolve, 2));
  const closed = once(writer.child, "close");
  writer.child.kill("SIGKILL");
  await closed;
}

async function failure(promise: Promise<unknown>): Promise<PlatformError> {
  const error: unknown = await promise.then(
    () => new Error("it did not fail"),
    (reason: unknown) => reason,
  );
  if (error instanceof PlatformError) return error;
  throw error;
}

function configMap(name: string, value = ""): ConfigMap {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "alpha" }, data: { value } };
}

async function open(directory: string): Promise<unknown> {
  const store = await openSqliteResourceStore({
    directory,
    kinds: KINDS,
    clock: new ManualClock(),
    log: new RecordingLog(),
  });
  await store.close();
  return store;
}

test("everything that was acknowledged before a SIGKILL is there afterwards, with its versions in order", async () => {
  const directory = await temporaryDirectory();
  const acknowledged: string[] = [];
  for (const [round, count] of [23, 60, 41].entries()) {
    const writer = await startWriter(directory, `round-${round}`);
    await killAfter(writer, count);
    acknowledged.push(...writer.acknowledged);
  }

  const store = await temporaryStore(new ManualClock(), { directory });
  const lists = [await store.list(CONFIG_MAP), await store.list(SECRET)];
  const stored = lists.flatMap((list) => list.items.map((item) => item.metadata));
  const names = new Set(stored.map((metadata) => metadata.name));

  expect(acknowledged.length).toBeGreaterThanOrEqual(124);
  expect(acknowledged.filter((name) => !names.has(name))).toEqual([]);
  expect(new Set(stored.map((metadata) => metadata.resourceVersion)).size).toBe(stored.length);
  const next = await store.create(CONFIG_MAP, configMap("next"));
  const newest = Math.max(...stored.map((metadata) => Number(metadata.resourceVersion)));
  expect(Number(next.metadata.resourceVersion)).toBeGreaterThan(newest);
});

test("a second engine is refused while another process has the directory, and not after that was killed", async () => {
  const directory = await temporaryDirectory();
  const writer = await startWriter(directory, "first");

  const error = await failure(open(directory));

  expect(error.code).toBe("Conflict");
  expect(error.message).toContain(directory);
  expect(error.message).toContain(`process ${writer.child.pid} on`);
  await killAfter(writer, 1);
  await open(directory);
});

test("a write that finds the disk full is refused with path and hint, and later writes work when there is space", async () => {
  const directory = await temporaryDirectory();
  const store = await temporaryStore(new ManualClock(), { directory });
  const limitFileSize = (bytes: string): void => {
    const result = spawnSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:unlimited`]);
    if (result.status !== 0) throw new Error(String(result.stderr));
  };
  onTestFinished(() => limitFileSize("unlimited"));
  limitFileSize(String(512 * 1024));

  const writes = Array.from({ length: 40 }, (_, index) =>
    store.create(CONFIG_MAP, configMap(`big-${index}`, "x".repeat(40_000))),
  );
  const first = await Promise.allSettled(writes);
  const more: PromiseSettledResult<unknown>[] = [];
  for (let index = 40; index < 60; index += 1) {
    more.push(...(await Promise.allSettled([store.create(CONFIG_MAP, configMap(`big-${index}`, "x".repeat(40_000)))])));
  }
  const results = [...first, ...more];
  const refused = results
    .filter((result) => result.status === "rejected")
    .map((result) => result.reason as PlatformError);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.every((error) => hasCode(error, "Unavailable") && error.message.includes(directory))).toBe(true);
  expect(refused.every((error) => error.hint !== undefined)).toBe(true);

  limitFileSize("unlimited");
  await store.create(CONFIG_MAP, configMap("afterwards"));
  const names = (await store.list(CONFIG_MAP)).items.map((item) => item.metadata.name);
  const kept = results.flatMap((result, index) => (result.status === "fulfilled" ? [`big-${index}`] : []));
  expect(names.toSorted()).toEqual([...kept, "afterwards"].sort());
});

test("a database that reached its size limit says so, and keeps what it has", async () => {
  const store = await temporaryStore(new ManualClock(), { limits: { databaseBytesMax: 200 * 1024 } });
  const error = await failure(
    Promise.all(
      Array.from({ length: 10 }, (_, index) => store.create(CONFIG_MAP, configMap(`big-${index}`, "x".repeat(40_000)))),
    ),
  );

  expect(error.code).toBe("Unavailable");
  expect(error.message).toMatch(/runyard\.db cannot grow: no space is left/);
  expect(error.hint).toMatch(/Free space/);
  await store.create(CONFIG_MAP, configMap("small"));
  expect((await store.list(CONFIG_MAP)).items).toHaveLength(1);
});

/** As a Secret's data is written. */
function encoded(text: string): string {
  return Buffer.from(text).toString("base64");
}

test("a secret that does not fit on the disk is refused, and the former one stays", async () => {
  const directory = await temporaryDirectory();
  const store = await temporaryStore(new ManualClock(), { directory });
  const secret = (value: string): ConfigMap => ({ ...configMap("key", encoded(value)), kind: "Secret" });
  const first = await store.create(SECRET, secret("first"));
  // A directory in the place of the new file stands for a disk that takes no more.
  await mkdir(join(directory, "secrets/alpha/key/object.json.new"));

  const error = await failure(store.update(SECRET, secret("second")));

  expect(error.message).toContain(join(directory, "secrets/alpha/key/object.json"));
  expect(error.message).not.toContain(encoded("second"));
  expect(await store.get(SECRET, { namespace: "alpha", name: "key" })).toEqual(first);
});

test("secrets are files that only their owner can read, and stand nowhere in the database", async () => {
  const directory = await temporaryDirectory();
  const store = await temporaryStore(new ManualClock(), { directory });
  const value = encoded("a very secret canary");
  await store.create(SECRET, { ...configMap("key", value), kind: "Secret" });
  await store.create(CONFIG_MAP, configMap("plain", "plain value"));

  const file = join(directory, "secrets/alpha/key/object.json");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, "utf8")).toContain(value);
  for (const name of (await readdir(directory)).filter((entry) => entry.startsWith("runyard.db"))) {
    expect((await stat(join(directory, name))).mode & 0o077).toBe(0);
    expect(await readFile(join(directory, name), "latin1")).not.toContain(value);
  }
  await store.delete(SECRET, { namespace: "alpha", name: "key" });
  expect(await readdir(join(directory, "secrets/alpha"))).toEqual([]);
});

test("a damaged database is refused with its path and what to do", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "runyard.db"), "this is no database, but a text that is long enough ".repeat(50));

  const error = await failure(open(directory));

  expect(error.code).toBe("Unavailable");
  expect(error.message).toContain(join(directory, "runyard.db"));
  expect(error.hint).toContain("backup");
});

test("a damaged secret is refused by its path, without its text", async () => {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, "secrets/alpha/key"), { recursive: true });
  await writeFile(join(directory, "secrets/alpha/key/object.json"), "hunter2 is no JSON");

  const error = await failure(open(directory));

  expect(error.message).toContain(join(directory, "secrets/alpha/key/object.json"));
  expect(`${error.message} ${error.hint} ${String(error.cause)}`).not.toContain("hunter2");
});

test("a database of a newer schema is refused, and left as it is", async () => {
  const directory = await temporaryDirectory();
  await open(directory);
  const database = new DatabaseSync(join(directory, "runyard.db"));
  database.exec("PRAGMA user_version = 999");
  database.close();

  const error = await failure(open(directory));

  expect(error.message).toMatch(/schema version 999.*newer Runyard/);
  expect(error.hint).toBeDefined();
});

test("a directory without rights is refused with its path and what to do", async () => {
  const directory = await temporaryDirectory();
  const closed = join(directory, "closed");
  await mkdir(closed);
  await chmod(closed, 0o500);
  // Root may write everywhere, so the attempt is made as nobody.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) await chmod(directory, 0o755);
  if (isRoot) process.seteuid?.(65_534);
  const error = await failure(open(join(closed, "data"))).finally(() => {
    if (isRoot) process.seteuid?.(0);
  });

  expect(error.code).toBe("Unavailable");
  expect(error.message).toContain(closed);
  expect(error.message).toContain("may not be read or written");
  expect(error.hint).toContain("rights");
});

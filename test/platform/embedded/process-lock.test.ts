import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireProcessLock } from "../../../src/platform/embedded/process-lock.ts";
import { PlatformError } from "../../../src/platform/errors.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { temporaryDirectory } from "../../support/temporary-store.ts";

const clock = new ManualClock("2026-01-02T03:04:05Z");

test("the lock is held once, also within a process, and can be taken again after its release", async () => {
  const directory = await temporaryDirectory();
  const lock = acquireProcessLock({ directory, clock });

  let refusal: unknown;
  try {
    acquireProcessLock({ directory, clock });
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(PlatformError);
  expect((refusal as PlatformError).code).toBe("Conflict");
  expect((refusal as PlatformError).message).toContain(directory);
  expect((refusal as PlatformError).message).toMatch(
    new RegExp(`process ${process.pid} on .*, since 2026-01-02T03:04:05Z`),
  );

  lock.release();
  lock.release();
  acquireProcessLock({ directory, clock }).release();
});

test("files that were left behind mean nothing", async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "engine.lock"), "");
  await writeFile(join(directory, "engine.lock.holder"), "process 1 on somewhere");

  const lock = acquireProcessLock({ directory, clock });

  expect(await readFile(join(directory, "engine.lock.holder"), "utf8")).toContain(`process ${process.pid} on`);
  lock.release();
});

test("another directory has another lock", async () => {
  const [one, two] = [await temporaryDirectory(), await temporaryDirectory()];
  const locks = [one, two].map((directory) => acquireProcessLock({ directory, clock }));

  for (const lock of locks) lock.release();
  expect(locks).toHaveLength(2);
});

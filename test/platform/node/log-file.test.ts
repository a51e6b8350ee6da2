import { mkdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openLogFile } from "../../../src/platform/node/log-file.ts";
import { temporaryDirectory } from "../../support/temporary-store.ts";

it("appends to what is there, in a file for its owner alone", async () => {
  const path = join(await temporaryDirectory(), "engine.log");
  for (const line of ["one\n", "two\n"]) {
    const log = openLogFile(path);
    log.write(line);
    await log.close();
  }

  expect(await readFile(path, "utf8")).toBe("one\ntwo\n");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it("loses lines on a full disk, and nothing else; it goes on when there is space again", async () => {
  const directory = await temporaryDirectory();
  await mkdir(directory, { recursive: true });
  const path = join(directory, "engine.log");
  await symlink("/dev/full", path);
  const log = openLogFile(path);
  log.write("lost\n");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await rm(path);

  log.write("kept\n");
  await log.close();

  expect(await readFile(path, "utf8")).toBe("kept\n");
});

it("closes although nothing was written, and although it could not be written", async () => {
  await openLogFile("/nonexistent/engine.log").close();
  const log = openLogFile("/dev/full");
  log.write("lost\n");
  await log.close();
});

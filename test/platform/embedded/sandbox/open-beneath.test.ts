import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  checkBeneath,
  makeDirectoryBeneath,
  openFileBeneath,
} from "../../../../src/platform/embedded/sandbox/open-beneath.ts";

describe("paths below a directory that a container has shaped", () => {
  let top: string;
  let root: string;

  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), "beneath-"));
    root = join(top, "volume");
    await mkdir(join(root, "a"), { recursive: true });
    await mkdir(join(top, "secret"));
    await writeFile(join(top, "secret", "key"), "secret");
    await writeFile(join(root, "a", "file"), "fine");
    await symlink(join(top, "secret"), join(root, "planted"));
    await symlink(join(top, "secret", "key"), join(root, "link"));
  });
  afterEach(async () => {
    await rm(top, { recursive: true });
  });

  async function read(relative: string): Promise<string | undefined> {
    const file = await openFileBeneath(root, relative);
    try {
      return await file?.readFile("utf8");
    } finally {
      await file?.close();
    }
  }

  it("a file is read", async () => {
    expect(await read("a/file")).toBe("fine");
    expect(await read("./a//file")).toBe("fine");
  });

  it("nothing is read through a planted link, and what is no file is not there", async () => {
    execFileSync("mkfifo", [join(root, "fifo")]);

    expect(await read("planted/key")).toBeUndefined();
    expect(await read("link")).toBeUndefined();
    expect(await read("a")).toBeUndefined();
    expect(await read("missing/file")).toBeUndefined();
    expect(await read("fifo")).toBeUndefined();
    expect(await read("")).toBeUndefined();
  });

  it("a way up is refused", async () => {
    await expect(read("../secret/key")).rejects.toThrow('".." is not allowed');
  });

  it("directories are made, but never through a link", async () => {
    await makeDirectoryBeneath(root, "a/b/c", undefined);
    await checkBeneath(root, "a/b/c");

    await expect(makeDirectoryBeneath(root, "planted/new", undefined)).rejects.toThrow();
    await expect(checkBeneath(root, "planted")).rejects.toThrow("symbolic link");
    await expect(checkBeneath(root, "planted/key")).rejects.toThrow();
    await expect(checkBeneath(root, "nothing")).rejects.toThrow("ENOENT");
  });
});

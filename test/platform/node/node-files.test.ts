import { execFileSync } from "node:child_process";
import { chmod, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { NODE_FILES } from "../../../src/platform/node/node-files.ts";
import { temporaryDirectory } from "../../support/temporary-store.ts";

let folder: string;
beforeEach(async () => {
  folder = await temporaryDirectory();
});

function at(name: string): string {
  return join(folder, name);
}

describe("files", () => {
  it("are written whole into folders that need not be there, and read again", async () => {
    await NODE_FILES.write(at("a/b/text"), "first, and long");
    await NODE_FILES.write(at("a/b/text"), "größe", 0o600);

    expect(await NODE_FILES.read(at("a/b/text"))).toBe("größe");
    expect(await NODE_FILES.readBytes(at("a/b/text"))).toEqual(Buffer.from("größe"));
    expect(await NODE_FILES.exists(at("a/b"))).toBe(true);
    expect(await NODE_FILES.list(at("a"))).toEqual(["b"]);
  });

  it("have the mode that they are made with", async () => {
    await NODE_FILES.write(at("secret"), "x", 0o600);

    expect((await stat(at("secret"))).mode & 0o777).toBe(0o600);
  });

  it("that are missing are no error", async () => {
    expect(await NODE_FILES.read(at("none"))).toBeUndefined();
    expect(await NODE_FILES.readUntrusted(at("none"), 10)).toBeUndefined();
    expect(await NODE_FILES.exists(at("none"))).toBe(false);
    expect(await NODE_FILES.list(at("none"))).toEqual([]);
    await NODE_FILES.remove(at("none"));
  });

  it("are removed with all that is below, write-protected or not", async () => {
    await NODE_FILES.makeDirectory(at("tree/deep"));
    await writeFile(at("tree/deep/file"), "x");
    await chmod(at("tree/deep/file"), 0o400);

    await NODE_FILES.remove(at("tree"));

    expect(await NODE_FILES.exists(at("tree"))).toBe(false);
  });

  it("that are too long are refused before they are read", async () => {
    await writeFile(at("long"), "x".repeat(11));

    await expect(NODE_FILES.read(at("long"), 10)).rejects.toMatchObject({
      code: "Invalid",
      message: `${at("long")} has 11 bytes; at most 10 are read`,
    });
    expect(await NODE_FILES.read(at("long"), 11)).toHaveLength(11);
  });
});

describe("a file of a stranger", () => {
  it("is read when it is a plain file of the right size", async () => {
    await writeFile(at("plain"), "text");

    expect(await NODE_FILES.readUntrusted(at("plain"), 4)).toBe("text");
    await expect(NODE_FILES.readUntrusted(at("plain"), 3)).rejects.toMatchObject({ code: "Invalid" });
  });

  it.each([
    ["a link", async () => await symlink("/etc/hostname", at("it"))],
    ["a folder", async () => await mkdir(at("it"))],
    ["a pipe, which nobody writes into", async () => void execFileSync("mkfifo", [at("it")])],
  ])("is refused as %s, and nobody waits", async (_what, make) => {
    await make();

    await expect(NODE_FILES.readUntrusted(at("it"), 1000)).rejects.toMatchObject({
      code: "Invalid",
      message: `${at("it")} is no plain file`,
    });
  });
});

it("what is there but cannot be read is not taken for missing", async () => {
  await mkdir(at("folder"));

  await expect(NODE_FILES.read(at("folder"))).rejects.toThrow(/EISDIR/);
});

// Files on Node.
import { constants } from "node:fs";
import { access, mkdir, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path/posix";
import { PlatformError } from "../errors.ts";
import type { Files } from "../files.ts";

const READ_BYTES_MAX = 16 * 1024 * 1024;

export const NODE_FILES: Files = {
  async read(path, bytesMax) {
    const bytes = await readBytes(path, bytesMax);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
  },
  readBytes,
  readUntrusted,
  async write(path, content, mode) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, mode === undefined ? {} : { mode });
  },
  async exists(path) {
    return access(path).then(
      () => true,
      () => false,
    );
  },
  async list(path) {
    return ignoreMissing(readdir(path), []);
  },
  async makeDirectory(path) {
    await mkdir(path, { recursive: true });
  },
  async remove(path) {
    await rm(path, { recursive: true, force: true });
  },
};

async function readBytes(path: string, bytesMax = READ_BYTES_MAX): Promise<Uint8Array | undefined> {
  const found = await ignoreMissing(stat(path), undefined);
  if (found === undefined) return undefined;
  if (found.size > bytesMax) {
    throw new PlatformError({
      code: "Invalid",
      message: `${path} has ${found.size} bytes; at most ${bytesMax} are read`,
      hint: "make the file smaller",
    });
  }
  return ignoreMissing(readFile(path), undefined);
}

async function readUntrusted(path: string, bytesMax: number): Promise<string | undefined> {
  const refused = (problem: string) =>
    new PlatformError({ code: "Invalid", message: `${path} ${problem}`, hint: "only plain files are read from here" });
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await ignoreMissing(
    open(path, flags).catch((error: NodeJS.ErrnoException) => {
      throw error.code === "ELOOP" || error.code === "ENXIO" ? refused("is no plain file") : error;
    }),
    undefined,
  );
  if (file === undefined) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile()) throw refused("is no plain file");
    if (found.size > bytesMax) throw refused(`has ${found.size} bytes; at most ${bytesMax} are read`);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

async function ignoreMissing<T, D>(operation: Promise<T>, missing: D): Promise<T | D> {
  try {
    return await operation;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return missing;
    throw error;
  }
}

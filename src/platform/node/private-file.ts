// Files that only their owner may read: keys and credentials. Written whole or not at all, so that a crash never
// leaves half a key, and two processes that start together end up with the same one.
import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { PlatformError } from "../errors.ts";

const OTHERS = 0o077;

/** The text of a private file, or undefined when there is none. Forbidden when others may read it. */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (status === undefined) return undefined;
  if ((status.mode & OTHERS) !== 0) {
    throw new PlatformError({
      code: "Forbidden",
      message: `${path} holds a key and may be read by others (mode ${(status.mode & 0o777).toString(8).padStart(4, "0")})`,
      hint: `chmod 600 ${path}; if others had access to it, delete it: a new one is made at the next start`,
    });
  }
  return await readFile(path, "utf8");
}

/** Replaces the file in one step; its directory is made with mode 0700 where it is missing. */
export async function writePrivateFile(path: string, content: string): Promise<void> {
  const draft = await writeDraft(path, content);
  await rename(draft, path);
}

/** The content of the file; where there is none, that of `make`, which is kept from then on. */
export async function keepPrivateFile(path: string, make: () => Promise<string>): Promise<string> {
  const existing = await readPrivateFile(path);
  if (existing !== undefined) return existing;
  const draft = await writeDraft(path, await make());
  try {
    // A link, not a rename: it refuses to replace the file that another process has made meanwhile.
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const kept = await readPrivateFile(path);
  if (kept === undefined) throw new PlatformError({ code: "Internal", message: `${path} vanished while it was made` });
  return kept;
}

async function writeDraft(path: string, content: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  const file = await open(draft, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}

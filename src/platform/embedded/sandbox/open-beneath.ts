// Opens and makes paths below a directory of ours whose contents a container has shaped. A symbolic link planted there
// must never lead out: every step is opened by itself and no link is followed (CVE-2021-25741 was this, in the kubelet).
import { chown, constants, lstat, mkdir, open, type FileHandle } from "node:fs/promises";
import { isMissing } from "../supervisor/pod-directory.ts";

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;
/** O_NONBLOCK: a FIFO with no writer would hold us for ever. */
const FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The regular file `root/relative`, or undefined when there is none or a link is in the way. The caller closes it. */
export async function openFileBeneath(root: string, relative: string): Promise<FileHandle | undefined> {
  const parts = splitPath(relative);
  const name = parts.pop();
  if (name === undefined) return undefined;
  try {
    return await withDirectory(root, parts, undefined, async (directory) => {
      const file = await open(`${directory}/${name}`, FILE);
      if ((await file.stat()).isFile()) return file;
      await file.close();
      return undefined;
    });
  } catch (error) {
    if (isMissing(error) || isLink(error)) return undefined;
    throw error;
  }
}

/** Makes the directory `root/relative` where it is missing. Throws when a link or a file is in the way. */
export async function makeDirectoryBeneath(root: string, relative: string, owner: Owner | undefined): Promise<void> {
  await withDirectory(root, splitPath(relative), { owner }, async () => undefined);
}

/** Throws unless `root/relative` exists and no step of it is a symbolic link. */
export async function checkBeneath(root: string, relative: string): Promise<void> {
  const parts = splitPath(relative);
  const name = parts.pop() ?? ".";
  await withDirectory(root, parts, undefined, async (directory) => {
    if ((await lstat(`${directory}/${name}`)).isSymbolicLink()) {
      throw new Error(`${relative}: a symbolic link in a volume is not followed`);
    }
  });
}

function splitPath(relative: string): string[] {
  const parts = relative.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new Error(`${relative}: ".." is not allowed in a path below a volume`);
  return parts;
}

/** Calls `use` with a path of the opened directory that no rename or link can redirect any more. */
async function withDirectory<T>(
  root: string,
  parts: readonly string[],
  make: { readonly owner: Owner | undefined } | undefined,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  let handle = await open(root, DIRECTORY);
  try {
    for (const part of parts) {
      const path = `/proc/self/fd/${String(handle.fd)}/${part}`;
      if (make !== undefined) await makeOne(path, make.owner);
      const next = await open(path, DIRECTORY);
      await handle.close();
      handle = next;
    }
    return await use(`/proc/self/fd/${String(handle.fd)}`);
  } finally {
    await handle.close();
  }
}

async function makeOne(path: string, owner: Owner | undefined): Promise<void> {
  try {
    await mkdir(path, { mode: 0o755 });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return;
    throw error;
  }
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

/** ELOOP: the last step is a link. ENXIO: a FIFO or socket. */
function isLink(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ELOOP" || error.code === "ENXIO");
}

// Reads what the host has of the allowed system paths: distributions differ in which of them are symbolic links.
import { lstat, readlink, stat } from "node:fs/promises";
import type { HostLayout, SystemRoot } from "./build-sandbox-arguments.ts";
import { ETC_ALLOWED, SYSTEM_ROOTS } from "./sandbox-paths.ts";

export async function readHostLayout(): Promise<HostLayout> {
  const roots = await Promise.all(SYSTEM_ROOTS.map(readRoot));
  const etc = await Promise.all(ETC_ALLOWED.map(async (name) => ((await exists(`/etc/${name}`)) ? [name] : [])));
  return { roots: roots.flat(), etc: etc.flat() };
}

async function readRoot(path: string): Promise<readonly SystemRoot[]> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return [{ kind: "link", path, target: await readlink(path) }];
    return found.isDirectory() ? [{ kind: "directory", path }] : [];
  } catch {
    return [];
  }
}

/** Follows links: a dangling one cannot be bound. */
async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

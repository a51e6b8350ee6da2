// Puts the contents of a pod's volumes on disk, and removes directories whatever modes a container has left in them.
import { chmod, chown, lstat, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Pod } from "../../../resources/pod.ts";
import type { VolumeFile, VolumeFiles } from "../../pod-runner.ts";
import type { Owner } from "../sandbox/open-beneath.ts";
import { volumeDirectory } from "../supervisor/pod-directory.ts";

const FILE_MODE = 0o644;

/** Makes the directory of every volume; emptyDirs belong to the pod's user. */
export async function writeVolumes(
  podDirectory: string,
  pod: Pod,
  files: VolumeFiles,
  owner: Owner | undefined,
): Promise<void> {
  for (const volume of pod.spec.volumes ?? []) {
    const directory = volumeDirectory(podDirectory, volume.name);
    await mkdir(directory, { recursive: true, mode: 0o755 });
    if (volume.emptyDir !== undefined && owner !== undefined) await chown(directory, owner.uid, owner.gid);
    await writeVolumeFiles(directory, files[volume.name] ?? [], owner);
  }
}

/**
 * Writes each file whole: a reader sees the old content or the new, never a part. Such volumes are mounted read-only in
 * every container, so nobody else shapes this directory.
 */
export async function writeVolumeFiles(
  directory: string,
  files: readonly VolumeFile[],
  owner: Owner | undefined,
): Promise<void> {
  for (const file of files) {
    if (file.path.startsWith("/") || file.path.split("/").includes("..")) {
      throw new Error(`${file.path}: a file of a volume must be a path below the volume`);
    }
    const path = join(directory, file.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(`${path}.new`, file.content, { mode: 0o600 });
    if (owner !== undefined) await chown(`${path}.new`, owner.uid, owner.gid);
    await chmod(`${path}.new`, file.mode ?? FILE_MODE);
    await rename(`${path}.new`, path);
  }
}

/** Removes the tree. Directories without write permission (Go's module cache) are given it first. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM")))
      throw error;
    await openDirectories(path);
    await rm(path, { recursive: true, force: true });
  }
}

/** No link is followed. */
async function openDirectories(path: string): Promise<void> {
  if (!(await lstat(path)).isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await openDirectories(join(path, name));
}

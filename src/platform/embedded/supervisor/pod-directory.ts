// The directory of one pod on disk: the plan, the claim of its supervisor, the state, volumes and logs.
// It is what remains when programs die, so every file in it is whole or absent.
import { readFileSync, writeFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { PodState } from "../../pod-runner.ts";

export const PLAN_FILE = "plan.json";
/** Created exclusively by the supervisor that runs the pod: no pod is ever run by two. */
export const CLAIM_FILE = "claim.json";
export const STATE_FILE = "state.json";

/** The supervisor that runs a pod. `socket` is a file name in the runner's directory of supervisors. */
export interface Claim {
  readonly supervisor: string;
  readonly pid: number;
}

/** PodState as the supervisor knows it: whether it is lost is for others to say. */
export interface RecordedState extends Omit<PodState, "lost"> {
  /** Directories of control groups that the pod may have made; the runner removes what is left of them. */
  readonly controlGroups: readonly string[];
}

export function volumeDirectory(podDirectory: string, volume: string): string {
  return join(podDirectory, "volumes", volume);
}

export function logFile(podDirectory: string, container: string): string {
  return join(podDirectory, "logs", `${container}.log`);
}

export function terminationFile(podDirectory: string, container: string): string {
  return join(podDirectory, "termination", container);
}

/**
 * Replaces the file as a whole. `durable` waits for the disk before the new content takes the old one's place:
 * for results, which must not be lost; what is only true while the machine is up need not wait.
 */
export async function writeJson(path: string, value: unknown, durable: boolean): Promise<void> {
  const temporary = `${path}.new`;
  const text = JSON.stringify(value);
  if (durable) {
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } else {
    writeFileSync(temporary, text, { mode: 0o600 });
  }
  await rename(temporary, path);
}

/** The file's content, or undefined when it does not exist. Read at once: the way to another thread costs more. */
export async function readJson<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}

// Finds and signals processes of a container from outside, by /proc.
import { readdir, readFile } from "node:fs/promises";

/**
 * In the environment of bubblewrap, and of every process of a container without a sandbox, so that what is left of a
 * container can be found. Its value is `<uid of the pod>/<container>`.
 */
export const CONTAINER_MARKER = "RUNYARD_CONTAINER";
/** Rounds of looking for left-over processes: each may have started another in between. */
const LEFTOVER_ROUNDS_MAX = 10;

/** The process that runs the container's command: the child of the sandbox's first process. */
export async function commandOf(initProcess: number | undefined): Promise<number | undefined> {
  if (initProcess === undefined) return undefined;
  const pid = String(initProcess);
  const children = await readText(`/proc/${pid}/task/${pid}/children`);
  if (children !== undefined) return firstNumber(children);
  // Kernels without CONFIG_PROC_CHILDREN.
  for (const candidate of await processNumbers()) {
    const stat = await readText(`/proc/${String(candidate)}/stat`);
    if (stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1] === pid) return candidate;
  }
  return undefined;
}

/** Signals those that are still there. */
export function signalAll(processes: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of processes) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}

/** SIGKILL to every process whose marker starts with this text, until there is none. */
export async function killLeftovers(marker: string): Promise<void> {
  for (let round = 0; round < LEFTOVER_ROUNDS_MAX; round += 1) {
    const found: number[] = [];
    for (const pid of await processNumbers()) {
      const environment = await readText(`/proc/${String(pid)}/environ`);
      if (environment?.split("\0").some((entry) => entry.startsWith(`${CONTAINER_MARKER}=${marker}`)) === true) {
        found.push(pid);
      }
    }
    if (found.length === 0) return;
    signalAll(found, "SIGKILL");
  }
}

async function processNumbers(): Promise<readonly number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}

function firstNumber(text: string): number | undefined {
  const match = /\d+/.exec(text);
  return match === null ? undefined : Number(match[0]);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

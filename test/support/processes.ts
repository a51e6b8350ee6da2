// The processes that belong to one data directory: its gateway, its supervisors and what runs in their sandboxes.
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

export interface FoundProcess {
  readonly pid: number;
  readonly commandLine: string;
}

/** Processes whose command line names the directory, without this one. */
export async function processesOf(directory: string): Promise<readonly FoundProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ({ pid, commandLine: await commandLineOf(pid) })));
  return found.filter(({ pid, commandLine }) => pid !== process.pid && commandLine.includes(directory));
}

/** Kills them. For the end of a test that has killed the engine which would have ended them itself. */
export async function endProcessesOf(directory: string): Promise<void> {
  for (let round = 0; round < 100; round += 1) {
    const left = await processesOf(directory);
    if (left.length === 0) return;
    for (const { pid } of left) kill(pid);
    await sleep(50);
  }
  throw new Error(`processes of ${directory} could not be ended`);
}

async function commandLineOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return text.replaceAll("\0", " ");
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

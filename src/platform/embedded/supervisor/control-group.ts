// Memory, process and CPU limits of a container by control groups, version 1 or 2, where this process may make them.
// Groups are made below our own group only, so whatever limits the operator (systemd, docker) set for us still hold.
import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ContainerLimits } from "./pod-plan.ts";
import { signalAll } from "./process-tree.ts";

/** The period of CPU quotas, the kernel's default, microseconds. */
const CPU_PERIOD_US = 100_000;
/** Tries to remove a group whose last processes are just ending. */
const REMOVE_TRIES_MAX = 20;
const REMOVE_PAUSE_MS = 10;

export interface ControlGroup {
  readonly directories: readonly string[];
  /** A process enters the group by writing its number to each of these. */
  readonly processFiles: readonly string[];
  /** Limits that could not be set, as sentences. */
  readonly missing: readonly string[];
  readonly limitsProcesses: boolean;
  readonly memoryEventsFile: string | undefined;
}

export const NO_CONTROL_GROUP: ControlGroup = {
  directories: [],
  processFiles: [],
  missing: [],
  limitsProcesses: false,
  memoryEventsFile: undefined,
};

/** A kind of limit and the place where a group with it can be made. */
export interface Controller {
  readonly name: "memory" | "pids" | "cpu";
  /** Directory of our own group in this hierarchy. */
  readonly parent: string;
  readonly version: 1 | 2;
}

/** Makes the group `name` with the limits. Never throws: what cannot be set is said in `missing`. */
export async function makeControlGroup(
  controllers: readonly Controller[],
  name: string,
  limits: ContainerLimits,
): Promise<ControlGroup> {
  const directories = new Set<string>();
  const missing: string[] = [];
  let memoryEventsFile: string | undefined;
  let limitsProcesses = false;
  for (const wanted of wantedControllers(limits)) {
    const controller = controllers.find((candidate) => candidate.name === wanted);
    const directory = controller === undefined ? undefined : await setLimit(controller, name, limits);
    if (controller === undefined || directory === undefined) {
      missing.push(`${wanted}: no control group could be made; start Runyard by root or with systemd's Delegate=yes`);
      continue;
    }
    directories.add(directory);
    if (wanted === "pids") limitsProcesses = true;
    if (wanted === "memory") {
      memoryEventsFile = join(directory, controller.version === 1 ? "memory.oom_control" : "memory.events");
    }
  }
  return {
    directories: [...directories],
    processFiles: [...directories].map((directory) => join(directory, "cgroup.procs")),
    missing,
    limitsProcesses,
    memoryEventsFile,
  };
}

/** Moves a process into the group; what it starts from then on is in it too. */
export async function enterControlGroup(group: ControlGroup, pid: number): Promise<void> {
  for (const file of group.processFiles) await writeFile(file, String(pid));
}

/** Every directory that `makeControlGroup` may make under this name. */
export function controlGroupDirectories(controllers: readonly Controller[], name: string): readonly string[] {
  return [...new Set(controllers.map((controller) => directoryOf(controller, name)))];
}

function directoryOf(controller: Controller, name: string): string {
  return join(controller.parent, `runyard-${name}`);
}

/** True when the kernel killed a process of the group for memory. */
export async function wasKilledForMemory(group: ControlGroup): Promise<boolean> {
  if (group.memoryEventsFile === undefined) return false;
  const text = await readText(group.memoryEventsFile);
  return /^oom_kill [1-9]/m.test(text ?? "");
}

/** Kills whatever is still in the groups, and returns the directories that could not be removed yet. */
export async function removeControlGroups(directories: readonly string[]): Promise<readonly string[]> {
  const left: string[] = [];
  for (const directory of directories) if (!(await removeOne(directory))) left.push(directory);
  return left;
}

async function removeOne(directory: string): Promise<boolean> {
  for (let tries = 0; tries < REMOVE_TRIES_MAX; tries += 1) {
    try {
      await killMembers(directory);
      await rmdir(directory);
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return true;
      await new Promise((resolve) => {
        setTimeout(resolve, REMOVE_PAUSE_MS);
      });
    }
  }
  return false;
}

/** Never our own: nothing of Runyard enters such a group. 0 stands for a process of another process namespace. */
async function killMembers(directory: string): Promise<void> {
  const members = (await readText(join(directory, "cgroup.procs"))) ?? "";
  const numbers = members.split("\n").map(Number);
  signalAll(
    numbers.filter((pid) => pid > 0),
    "SIGKILL",
  );
}

function wantedControllers(limits: ContainerLimits): readonly Controller["name"][] {
  return [
    ...(limits.memoryBytes === undefined ? [] : (["memory"] as const)),
    "pids",
    ...(limits.cpu === undefined ? [] : (["cpu"] as const)),
  ];
}

async function setLimit(controller: Controller, name: string, limits: ContainerLimits): Promise<string | undefined> {
  const directory = directoryOf(controller, name);
  try {
    await mkdir(directory, { recursive: true });
    for (const [file, value, isOptional] of limitFiles(controller, limits)) {
      const written = writeFile(join(directory, file), value);
      await (isOptional ? written.catch(() => undefined) : written);
    }
    return directory;
  } catch {
    await removeOne(directory);
    return undefined;
  }
}

/** File, value, and whether a kernel may be without it (swap accounting). */
function limitFiles(controller: Controller, limits: ContainerLimits): readonly (readonly [string, string, boolean])[] {
  const isFirst = controller.version === 1;
  switch (controller.name) {
    case "memory": {
      const bytes = String(limits.memoryBytes ?? 0);
      if (isFirst) {
        return [
          ["memory.limit_in_bytes", bytes, false],
          ["memory.memsw.limit_in_bytes", bytes, true],
        ];
      }
      return [
        ["memory.max", bytes, false],
        ["memory.swap.max", "0", true],
      ];
    }
    case "pids":
      return [["pids.max", String(limits.processesMax), false]];
    case "cpu": {
      const quota = String(Math.max(1000, Math.round((limits.cpu ?? 1) * CPU_PERIOD_US)));
      if (!isFirst) return [["cpu.max", `${quota} ${String(CPU_PERIOD_US)}`, false]];
      return [
        ["cpu.cfs_period_us", String(CPU_PERIOD_US), false],
        ["cpu.cfs_quota_us", quota, false],
      ];
    }
  }
}

/** Where our own group is in every hierarchy that has one of the controllers. */
export async function findControllers(): Promise<readonly Controller[]> {
  const [groups, mounts] = await Promise.all([readText("/proc/self/cgroup"), readText("/proc/self/mountinfo")]);
  const found: Controller[] = [];
  for (const line of (groups ?? "").split("\n")) {
    const [, names, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (names === undefined || path === undefined) continue;
    if (names === "") found.push(...(await secondVersion(mountPoint(mounts ?? "", "cgroup2", undefined), path)));
    for (const name of ["memory", "pids", "cpu"] as const) {
      if (!names.split(",").includes(name)) continue;
      const point = mountPoint(mounts ?? "", "cgroup", name);
      if (point !== undefined) found.push({ name, parent: join(point, path), version: 1 });
    }
  }
  return found;
}

/**
 * A group with processes in it cannot have children with controllers. With systemd's `Delegate=yes` and
 * `DelegateSubgroup=engine` ours is a leaf called `engine`, and its parent is the delegated group.
 */
async function secondVersion(point: string | undefined, path: string): Promise<readonly Controller[]> {
  if (point === undefined) return [];
  const own = join(point, path);
  const parent = basename(own) === "engine" ? dirname(own) : own;
  await writeFile(join(parent, "cgroup.subtree_control"), "+memory +pids +cpu").catch(() => undefined);
  const enabled = ((await readText(join(parent, "cgroup.subtree_control"))) ?? "").trim().split(" ");
  return (["memory", "pids", "cpu"] as const)
    .filter((name) => enabled.includes(name))
    .map((name) => ({ name, parent, version: 2 }));
}

/** Fields of mountinfo: 4 is the mount point, after `-` come type, source and super options (proc(5)). */
function mountPoint(mounts: string, type: string, controller: string | undefined): string | undefined {
  for (const line of mounts.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const [kind, , options = ""] = after.split(" ");
    if (kind === type && (controller === undefined || options.split(",").includes(controller)))
      return before.split(" ")[4];
  }
  return undefined;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

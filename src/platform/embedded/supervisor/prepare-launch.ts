// Turns the plan of a container into a program to start: bubblewrap with its arguments, or the command itself when the
// operator has switched sandboxes off by name.
import { chown, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { checkBeneath, makeDirectoryBeneath, type Owner } from "../sandbox/open-beneath.ts";
import { buildSandboxArguments, type SandboxMount } from "../sandbox/build-sandbox-arguments.ts";
import { buildPlainProcess } from "./build-plain-process.ts";
import type { ControlGroup } from "./control-group.ts";
import type { ContainerPlan, PlannedMount, PodPlan } from "./pod-plan.ts";
import { CONTAINER_MARKER } from "./process-tree.ts";

export interface Launch {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory?: string;
  /** For bubblewrap's `--args`; absent for a plain process. */
  readonly options?: readonly string[];
  readonly marker: string;
  readonly notes: readonly string[];
}

export async function prepareLaunch(pod: PodPlan, plan: ContainerPlan, group: ControlGroup): Promise<Launch> {
  const owner = ownerOf(pod);
  await writeTerminationLog(plan.terminationLog, owner);
  for (const mount of plan.mounts) await prepareMount(mount, owner);
  await prepareWorkingDirectory(plan, owner);
  const marker = `${pod.uid}/${plan.name}`;
  const notes = group.missing;
  const { isolation } = pod;
  if (isolation.kind === "none") {
    const plain = buildPlainProcess(plan, isolation.paths);
    const environment = { ...plain.environment, [CONTAINER_MARKER]: marker };
    const [program = "", ...rest] = enterGroup(group, ["setpriv", "--pdeathsig", "KILL", "--", ...plain.command]);
    return { program, arguments: rest, environment, workingDirectory: plain.workingDirectory, marker, notes };
  }
  const limited = group.limitsProcesses ? plan.command : limitProcesses(plan);
  const sandbox = buildSandboxArguments({
    identity: isolation.identity,
    host: isolation.host,
    installation: isolation.installation,
    mounts: plan.mounts.map(mountOf),
    ...(plan.gateway && pod.gatewaySocket !== undefined ? { gatewaySocket: pod.gatewaySocket } : {}),
    ...(plan.api && pod.apiSocket !== undefined ? { apiSocket: pod.apiSocket } : {}),
    environment: plan.environment,
    hostname: pod.hostname,
    workingDirectory: plan.workingDirectory,
    command: limited,
  });
  const rest = ["--args", "3", "--json-status-fd", "4", "--", ...sandbox.command];
  const program = isolation.bubblewrap;
  // Nothing else: what the sandbox's first process was started with could be read inside.
  return {
    program,
    arguments: rest,
    environment: { [CONTAINER_MARKER]: marker },
    options: sandbox.options,
    marker,
    notes,
  };
}

/** Who writes in the pod's directories, when it is not us. */
export function ownerOf(pod: PodPlan): Owner | undefined {
  const { isolation } = pod;
  return isolation.kind === "sandbox" && isolation.identity.kind === "drop" ? isolation.identity : undefined;
}

function mountOf(mount: PlannedMount): SandboxMount {
  const source = mount.relative === "" ? mount.root : join(mount.root, mount.relative);
  return { source, target: mount.target, readOnly: mount.readOnly };
}

/** Its directory is never writable for containers, so its path cannot be redirected. */
async function writeTerminationLog(path: string, owner: Owner | undefined): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, "", { mode: 0o600 });
  if (owner !== undefined) await chown(path, owner.uid, owner.gid);
}

async function prepareMount(mount: PlannedMount, owner: Owner | undefined): Promise<void> {
  if (mount.relative !== "") {
    await (mount.readOnly
      ? checkBeneath(mount.root, mount.relative)
      : makeDirectoryBeneath(mount.root, mount.relative, owner));
  }
  if (mount.root.includes("/scratch/")) {
    await mkdir(mount.root, { recursive: true, mode: 0o755 });
    if (owner !== undefined) await chown(mount.root, owner.uid, owner.gid);
  }
}

/** As container runtimes do: a working directory on a volume is made where it is missing. */
async function prepareWorkingDirectory(plan: ContainerPlan, owner: Owner | undefined): Promise<void> {
  const around = plan.mounts.filter((mount) => !mount.readOnly && plan.workingDirectory.startsWith(`${mount.target}/`));
  const [nearest] = around.sort((a, b) => b.target.length - a.target.length);
  if (nearest === undefined) return;
  const below = plan.workingDirectory.slice(nearest.target.length + 1);
  await makeDirectoryBeneath(nearest.root, join(nearest.relative, below), owner);
}

/** Where no group counts processes, the kernel's limit per user does, inside the container's own user namespace. */
function limitProcesses(plan: ContainerPlan): readonly string[] {
  const most = String(plan.limits.processesMax);
  return ["prlimit", `--nproc=${most}:${most}`, "--", ...plan.command];
}

const ENTER_GROUP = 'while [ "$1" != -- ]; do echo $$ > "$1" || exit 125; shift; done; shift; exec "$@"';

/** A shell that enters the groups and becomes the command; a sandbox has its gate for that. */
function enterGroup(group: ControlGroup, line: readonly string[]): readonly string[] {
  if (group.processFiles.length === 0) return line;
  return ["/bin/sh", "-c", ENTER_GROUP, "sh", ...group.processFiles, "--", ...line];
}

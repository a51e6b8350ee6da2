// Finds out, by making one, whether sandboxes can be made here, and as whom their processes run.
// No sandbox means no run: an agent must never start with the machine open to it because a package is missing.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { buildTrialArguments, type SandboxIdentity } from "./build-sandbox-arguments.ts";
import {
  explainSandboxFailure,
  SYSCTL_APPARMOR,
  SYSCTL_USER_NAMESPACES_ALLOWED,
  SYSCTL_USER_NAMESPACES_MAX,
  type SandboxCause,
  type SandboxFacts,
} from "./explain-sandbox-failure.ts";
import { readHostLayout } from "./read-host-layout.ts";

/** The user that containers run as when Runyard was started by root. No account needs to exist. */
export const POD_USER_ID = 65_533;
/** A trial that takes longer than this has failed. */
export const SANDBOX_TRIAL_MS = 10_000;

export type SandboxCheck =
  | { readonly kind: "available"; readonly bubblewrap: string; readonly identity: SandboxIdentity }
  | { readonly kind: "unavailable"; readonly cause: SandboxCause };

export interface SandboxCheckOptions {
  /** Of this process: `process.getuid()`, `process.getgid()`. */
  readonly uid: number;
  readonly gid: number;
  /** Search path for bwrap and setpriv. */
  readonly path: string;
  readonly podUserId?: number;
}

/** Repeatable; leaves nothing behind. */
export async function checkSandbox(options: SandboxCheckOptions): Promise<SandboxCheck> {
  const isRoot = options.uid === 0;
  const bubblewrap = await findProgram("bwrap", options.path);
  const setpriv = await findProgram("setpriv", options.path);
  let errorOutput = "";
  if (bubblewrap !== undefined && (!isRoot || setpriv !== undefined)) {
    for (const identity of identities(options)) {
      const trial = await tryIdentity(bubblewrap, identity);
      if (trial.kind === "worked") return { kind: "available", bubblewrap, identity };
      errorOutput = trial.errorOutput;
    }
  }
  const facts: SandboxFacts = {
    platform: process.platform,
    isRoot,
    ...(bubblewrap === undefined ? {} : { bubblewrap }),
    ...(setpriv === undefined ? {} : { setpriv }),
    errorOutput,
    sysctls: await readSysctls(),
    isContainer: await isContainer(),
  };
  return { kind: "unavailable", cause: explainSandboxFailure(facts) };
}

/** Best first. Root without a user namespace is still an unprivileged uid in namespaces of its own. */
function identities(options: SandboxCheckOptions): readonly SandboxIdentity[] {
  if (options.uid !== 0) return [{ kind: "self", uid: options.uid, gid: options.gid }];
  const id = options.podUserId ?? POD_USER_ID;
  return [true, false].map((userNamespace) => ({ kind: "drop", uid: id, gid: id, userNamespace }));
}

type Trial = { readonly kind: "worked" } | { readonly kind: "failed"; readonly errorOutput: string };

/** The same namespaces, mounts and privileges as a container, around `true`. */
async function tryIdentity(bubblewrap: string, identity: SandboxIdentity): Promise<Trial> {
  const trial = buildTrialArguments(identity, await readHostLayout());
  return await new Promise((resolve) => {
    execFile(
      bubblewrap,
      [...trial.options, "--", ...trial.command],
      { env: {}, timeout: SANDBOX_TRIAL_MS },
      (error, _output, errorOutput) => {
        resolve(error === null ? { kind: "worked" } : { kind: "failed", errorOutput: errorOutput || error.message });
      },
    );
  });
}

async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const directory of path.split(delimiter).filter((part) => part.startsWith("/"))) {
    const candidate = join(directory, name);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue;
    }
  }
  return undefined;
}

async function readSysctls(): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const name of [SYSCTL_APPARMOR, SYSCTL_USER_NAMESPACES_ALLOWED, SYSCTL_USER_NAMESPACES_MAX]) {
    const value = await readText(`/proc/sys/${name}`);
    if (value !== undefined) found[name] = value.trim();
  }
  return found;
}

async function isContainer(): Promise<boolean> {
  const marks = await Promise.all(["/.dockerenv", "/run/.containerenv"].map(readText));
  const groups = (await readText("/proc/1/cgroup")) ?? "";
  return marks.some((mark) => mark !== undefined) || /docker|kubepods|lxc|containerd|libpod/.test(groups);
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}

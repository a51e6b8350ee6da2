// Git as the stages use it: nothing that a repository says can make it run a program. Hooks, filters, fsmonitor,
// submodules and other protocols are off; the environment holds nothing of the container's.
import { PlatformError } from "../platform/errors.ts";
import type { ProcessResult, ProcessRunner } from "../platform/process-runner.ts";

const GIT_WALL_MS = 600_000;

const SAFE_SETTINGS = [
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
  "core.symlinks=true",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.attributesFile=/dev/null",
  "core.excludesFile=/dev/null",
  "protocol.allow=never",
  "protocol.file.allow=always",
  "protocol.http.allow=always",
  "protocol.https.allow=always",
  "submodule.recurse=false",
  "fetch.recurseSubmodules=false",
  "transfer.fsckObjects=true",
  "gc.auto=0",
  "maintenance.auto=false",
  "commit.gpgSign=false",
  "advice.detachedHead=false",
  "safe.directory=*",
  "filter.lfs.required=false",
  "filter.lfs.smudge=",
  "filter.lfs.process=",
];

export interface GitIdentity {
  readonly name: string;
  readonly email: string;
  /** Of author and committer, seconds since the epoch: the same commit made twice is one commit. */
  readonly epochSeconds: number;
}

export interface Git {
  /** Standard output, the last OUTPUT_BYTES_MAX of it; PlatformError when git fails. */
  run(...args: readonly string[]): Promise<string>;
  /** Like run, but the failure is the caller's to judge. */
  attempt(...args: readonly string[]): Promise<ProcessResult>;
}

export interface GitOptions {
  readonly runner: ProcessRunner;
  readonly directory: string;
  readonly identity?: GitIdentity;
  /** The repository where it is not the one in `directory`: what is there is not trusted. */
  readonly gitDirectory?: string;
  /** Header for requests to the gateway; given to git by environment, never by argument. */
  readonly authorization?: string;
}

export function createGit(options: GitOptions): Git {
  const attempt = (...args: readonly string[]) =>
    options.runner.run({
      argv: ["git", ...SAFE_SETTINGS.flatMap((setting) => ["-c", setting]), ...args],
      directory: options.directory,
      environment: environmentOf(options),
      wallMs: GIT_WALL_MS,
    });
  return {
    attempt,
    async run(...args) {
      const result = await attempt(...args);
      if (result.exitCode === 0) return result.stdout;
      throw new PlatformError({
        code: isSuperseded(result) ? "Conflict" : "Unavailable",
        message: `git ${args[0] ?? ""} failed (${result.ending}, exit code ${result.exitCode ?? "none"}): ${result.stderr.trim().slice(-1000)}`,
        hint: "look at the log of this container",
      });
    },
  };
}

/** The gateway answers 409 to a run whose lane has gone on. */
export function isSuperseded({ stderr }: ProcessResult): boolean {
  return /returned error: 409|HTTP 409/.test(stderr);
}

function environmentOf({
  identity,
  authorization,
  gitDirectory,
  directory,
}: GitOptions): Readonly<Record<string, string>> {
  return {
    PATH: "/opt/runyard/bin:/usr/local/bin:/usr/bin:/bin",
    HOME: "/nonexistent",
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_NO_LAZY_FETCH: "1",
    ...(authorization === undefined
      ? {}
      : {
          GIT_CONFIG_COUNT: "1",
          GIT_CONFIG_KEY_0: "http.extraHeader",
          GIT_CONFIG_VALUE_0: `Authorization: ${authorization}`,
        }),
    ...(gitDirectory === undefined ? {} : { GIT_DIR: gitDirectory, GIT_WORK_TREE: directory }),
    ...(identity === undefined ? {} : identityEnvironment(identity)),
  };
}

function identityEnvironment({ name, email, epochSeconds }: GitIdentity): Readonly<Record<string, string>> {
  const date = `@${epochSeconds} +0000`;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}

/** Git's grammar of a branch name, stricter: no control, no space, no leading dash, no `..`, no `@{`. */
export function isBranchName(name: string): boolean {
  const legal = /^(?!-)(?!.*\.\.)(?!.*\/\/)(?!.*@\{)[A-Za-z0-9._/@#+-]{1,200}$/.test(name);
  return legal && !/(^|\/)\.|\.lock(\/|$)|\/$|\.$|^@$/.test(name);
}

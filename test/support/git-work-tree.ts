// A clone as a person or an agent has it: real git over HTTP, nothing of the host's configuration.

import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export interface GitOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function git(directory: string, ...args: readonly string[]): Promise<GitOutcome> {
  const environment = {
    PATH: process.env["PATH"] ?? "",
    HOME: "/nonexistent",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Wes Writer",
    GIT_AUTHOR_EMAIL: "wes@example.com",
    GIT_COMMITTER_NAME: "Wes Writer",
    GIT_COMMITTER_EMAIL: "wes@example.com",
  };
  return new Promise((resolve) => {
    execFile("git", [...args], { cwd: directory, env: environment, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

export class GitWorkTree {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Clones `<baseUrl>/<repository>.git` with the token as the password; throws with git's words. */
  static async clone(request: {
    readonly baseUrl: string;
    readonly repository: string;
    readonly token: string;
    readonly directory: string;
  }): Promise<GitWorkTree> {
    const url = new URL(`${request.baseUrl}/${request.repository}.git`);
    url.username = "x-access-token";
    url.password = request.token;
    await mkdir(dirname(request.directory), { recursive: true });
    const tree = new GitWorkTree(request.directory);
    succeed(await git(dirname(request.directory), "clone", "--quiet", url.href, request.directory));
    return tree;
  }

  async run(...args: readonly string[]): Promise<string> {
    return succeed(await git(this.directory, ...args)).stdout.trim();
  }

  try(...args: readonly string[]): Promise<GitOutcome> {
    return git(this.directory, ...args);
  }

  /** Writes files and commits them; returns the SHA. */
  async commit(message: string, files: Readonly<Record<string, string>>): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.directory, path)), { recursive: true });
      await writeFile(join(this.directory, path), text);
    }
    await this.run("add", "--all");
    await this.run("commit", "--quiet", "--allow-empty", "--message", message);
    return this.run("rev-parse", "HEAD");
  }

  /** Commits on a new branch from main and pushes it; returns the SHA. */
  async pushBranch(branch: string, files: Readonly<Record<string, string>>): Promise<string> {
    await this.run("checkout", "--quiet", "-B", branch, "origin/main");
    const sha = await this.commit(`Change for ${branch}`, files);
    await this.run("push", "--quiet", "origin", branch);
    return sha;
  }
}

function succeed(outcome: GitOutcome): GitOutcome {
  if (outcome.exitCode !== 0) {
    throw new Error(`git failed (${outcome.exitCode}): ${outcome.stderr}`);
  }
  return outcome;
}

// A person's push of new product requirements to the default branch, with real git.
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { DemoWorld } from "./demo-world.ts";
import { gitEnvironment } from "./git-environment.ts";
import { REPOSITORY } from "./github-setup.ts";

const run = promisify(execFile);
const GIT_MS_MAX = 20_000;
const PATH = ".taskmaster/docs/prd.txt";
const REQUIREMENTS = "Customers abroad want to see prices in their own currency.\n";

export async function pushRequirements({ directory, github }: DemoWorld, signal: AbortSignal): Promise<void> {
  const { maintainer, simulator } = github;
  const tree = join(directory, "maintainer");
  const email = `${maintainer.login}@example.org`;
  const options = { timeout: GIT_MS_MAX, signal, env: gitEnvironment(maintainer.token) };
  await run("git", ["clone", "--quiet", `${simulator.baseUrl}/${REPOSITORY}.git`, tree], options);
  await mkdir(dirname(join(tree, PATH)), { recursive: true });
  await writeFile(join(tree, PATH), REQUIREMENTS);
  const git = (...args: string[]) =>
    run("git", ["-C", tree, "-c", `user.name=${maintainer.login}`, "-c", `user.email=${email}`, ...args], options);
  await git("add", PATH);
  await git("commit", "--quiet", "-m", "Want prices in several currencies");
  await git("push", "--quiet", "origin", "HEAD");
  await rm(tree, { recursive: true, force: true });
}

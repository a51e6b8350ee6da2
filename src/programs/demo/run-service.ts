// Builds one commit of the repository and starts its service as a process of this machine.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { access, cp, mkdir, readFile, rename, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gitEnvironment } from "./git-environment.ts";

const run = promisify(execFile);
const BUILD_MS_MAX = 30_000;
const START_MS_MAX = 10_000;

export interface ServiceBuild {
  readonly directory: string;
  /** Installed dependencies by lock file, shared by all builds. */
  readonly cache: string;
  readonly cloneUrl: string;
  readonly token: string;
  readonly sha: string;
  readonly registryUrl: string;
  readonly signal: AbortSignal;
}

export interface RunningService {
  readonly port: number;
  stop(): Promise<void>;
}

/** The service, or why it does not run. */
export async function startService(build: ServiceBuild): Promise<RunningService | string> {
  try {
    await checkOut(build);
    await install(build);
    return await start(build);
  } catch (error) {
    return `the build failed: ${error instanceof Error ? lastLine(error.message) : String(error)}`;
  }
}

async function checkOut({ directory, cloneUrl, token, sha, signal }: ServiceBuild): Promise<void> {
  const options = { timeout: BUILD_MS_MAX, signal, env: gitEnvironment(token) };
  await run("git", ["clone", "--quiet", "--no-checkout", cloneUrl, directory], options);
  await run("git", ["-C", directory, "checkout", "--quiet", "--detach", sha], options);
}

async function install({ directory, cache, registryUrl, signal }: ServiceBuild): Promise<void> {
  const lock = await readFile(join(directory, "package-lock.json"), "utf8");
  const installed = join(cache, createHash("sha256").update(lock).digest("hex").slice(0, 16));
  if (!(await isThere(installed))) {
    const home = join(cache, "home");
    await mkdir(home, { recursive: true });
    await run("npm", ["ci", "--no-audit", "--no-fund", "--no-update-notifier"], {
      cwd: directory,
      timeout: BUILD_MS_MAX,
      signal,
      env: { PATH: process.env["PATH"], HOME: home, npm_config_registry: `${registryUrl}/` },
    });
    await cp(join(directory, "node_modules"), `${installed}.new`, { recursive: true });
    await rename(`${installed}.new`, installed);
    return;
  }
  await symlink(installed, join(directory, "node_modules"));
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function start({ directory, signal }: ServiceBuild): Promise<RunningService | string> {
  const settings = JSON.parse(await readFile(join(directory, "deploy", "preview.json"), "utf8")) as NodeJS.ProcessEnv;
  if (signal.aborted) return "the host is closing";
  const child = spawn(process.execPath, ["src/server.js"], {
    cwd: directory,
    env: { ...settings, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const port = await firstPort(child);
  if (typeof port === "string") {
    await stop(child);
    return port;
  }
  return { port, stop: () => stop(child) };
}

/** The port that the service says it listens on, or the error with which it ended. */
function firstPort(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    let output = "";
    let errors = "";
    const timer = setTimeout(() => resolve("the service did not listen in time"), START_MS_MAX);
    const settle = (value: number | string) => {
      clearTimeout(timer);
      resolve(value);
    };
    child.stdout?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
      const port = /listening on (\d+)/.exec(output)?.[1];
      if (port !== undefined) settle(Number(port));
    });
    child.stderr?.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    child.once("error", (error) => settle(error.message));
    child.once("close", (code) => settle(`the service ended with ${code ?? "a signal"}: ${errorLine(errors)}`));
  });
}

function errorLine(text: string): string {
  return /^\w*Error: .*$/m.exec(text)?.[0] ?? lastLine(text);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return resolve();
    child.once("close", () => resolve());
    child.kill("SIGKILL");
  });
}

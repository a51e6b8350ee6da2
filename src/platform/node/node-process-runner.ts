// ProcessRunner on Node. Coding agents put their tools into sessions of their own, so the tree is ended by walking /proc:
// in a container everything but this program and process 1 belongs to it.
import { spawn, type ChildProcess } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { OUTPUT_BYTES_MAX, type ProcessRequest, type ProcessResult, type ProcessRunner } from "../process-runner.ts";

const GRACE_MS = 5_000;
const LOOK_EVERY_MS = 250;
/** For output that is still in a pipe when its process has ended. */
const DRAIN_MS_MAX = 100;

export interface NodeProcessRunnerOptions {
  /** True inside a container, where every other process may be ended. */
  readonly ownsProcesses: boolean;
}

export function nodeProcessRunner({ ownsProcesses }: NodeProcessRunnerOptions): ProcessRunner {
  return {
    run: (request) => runProcess(request),
    endOthers: () => (ownsProcesses ? endOtherProcesses() : Promise.resolve()),
  };
}

async function runProcess(request: ProcessRequest): Promise<ProcessResult> {
  const started = performance.now();
  const [program = "", ...args] = request.argv;
  const child = spawn(program, args, {
    cwd: request.directory,
    env: request.environment,
    detached: true,
    stdio: [request.stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  const watch = observeOutput(child, request);
  writeInput(child, request.stdin);
  const limits = new AbortController();
  const limited = enforceLimits(child, request, watch, limits.signal);
  const ended = await endOf(child);
  limits.abort();
  const limit = await limited;
  endGroup(child, "SIGKILL");
  return {
    ending: ended === "not-found" ? "not-found" : (limit ?? "exited"),
    exitCode: ended === "not-found" || limit !== undefined ? undefined : (ended.code ?? undefined),
    signal: ended === "not-found" ? undefined : (ended.signal ?? undefined),
    stdout: watch.stdout(),
    stderr: watch.stderr(),
    durationMs: Math.round(performance.now() - started),
  };
}

interface OutputWatch {
  stdout(): string;
  stderr(): string;
  lastOutputAt(): number;
}

function observeOutput(child: ChildProcess, request: ProcessRequest): OutputWatch {
  const output = { stdout: "", stderr: "" };
  let lastOutputAt = performance.now();
  let partial = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    lastOutputAt = performance.now();
    output.stdout = (output.stdout + text).slice(-OUTPUT_BYTES_MAX);
    if (request.onLine === undefined) return;
    const lines = (partial + text).split("\n");
    partial = (lines.pop() ?? "").slice(0, LINE_BYTES_MAX);
    for (const line of lines) request.onLine(line);
  });
  child.stdout?.on("end", () => {
    if (partial !== "") request.onLine?.(partial);
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    lastOutputAt = performance.now();
    output.stderr = (output.stderr + text).slice(-OUTPUT_BYTES_MAX);
  });
  return { stdout: () => output.stdout, stderr: () => output.stderr, lastOutputAt: () => lastOutputAt };
}

/** A line longer than this is cut: one event of an agent is far smaller. */
const LINE_BYTES_MAX = 8 * 1024 * 1024;

function writeInput(child: ChildProcess, stdin: string | undefined): void {
  if (stdin === undefined || child.stdin === null) return;
  // A program that ends without reading its input is no failure of ours.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
}

type End = "not-found" | { readonly code: number | null; readonly signal: NodeJS.Signals | null };

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    child.once("error", () => resolve("not-found"));
    // "close" waits for the pipes, which a left-behind grandchild may hold; then the end is not waited for any longer.
    child.once("exit", (code, signal) => {
      const end = () => {
        clearTimeout(timer);
        resolve({ code, signal });
      };
      const timer = setTimeout(end, DRAIN_MS_MAX);
      child.once("close", end);
    });
  });
}

async function enforceLimits(
  child: ChildProcess,
  request: ProcessRequest,
  watch: OutputWatch,
  signal: AbortSignal,
): Promise<"wall-time" | "idle-time" | undefined> {
  const started = performance.now();
  for (;;) {
    const now = performance.now();
    const isIdle = request.idleMs !== undefined && now - watch.lastOutputAt() > request.idleMs;
    const limit = now - started > request.wallMs ? "wall-time" : isIdle ? "idle-time" : undefined;
    if (limit !== undefined) {
      endGroup(child, "SIGTERM");
      await sleep(GRACE_MS, undefined, { signal }).catch(() => {});
      if (!signal.aborted) endGroup(child, "SIGKILL");
      return limit;
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) return undefined;
  }
}

function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone.
  }
}

/** Until a look at /proc finds none: a process may start another while it is being ended. */
async function endOtherProcesses(): Promise<void> {
  for (let look = 0; look < 20; look += 1) {
    const others = await otherProcesses();
    if (others.length === 0) return;
    for (const pid of others) signalProcess(pid);
    await sleep(50);
  }
}

async function otherProcesses(): Promise<readonly number[]> {
  const spared = new Set([1, process.pid, process.ppid]);
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const living = await Promise.all(pids.map(async (pid) => [pid, await isLiving(pid)] as const));
  return living.filter(([pid, lives]) => lives && !spared.has(pid)).map(([pid]) => pid);
}

async function isLiving(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat !== "" && !/\) Z /.test(stat);
}

function signalProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

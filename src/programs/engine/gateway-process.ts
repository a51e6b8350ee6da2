// The gateway as a process of its own, apart from the engine: an agent's turn that goes on while the engine is down
// needs its model. An engine that starts finds the gateway of an earlier one and keeps it if it has the same settings.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { PlatformError } from "../../platform/errors.ts";
import { COMPILE_CACHE_VARIABLE, compileCacheDirectory } from "../../platform/node/compile-cache.ts";
import { request } from "../../platform/node/node-http.ts";
import { writePrivateFile } from "../../platform/node/private-file.ts";
import type { GatewaySettings } from "../gateway.ts";

const PROCESS_FILE = "process.json";
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 10_000;
/** One that is only slow, on a busy machine, must not be taken for dead: ending it would cut off an agent's turn. */
const ANSWER_MS_MAX = 10_000;

interface RunningGateway {
  readonly pid: number;
  /** Of the process, as the kernel counts: a reused pid has another. */
  readonly startTime: string;
  readonly digest: string;
}

export interface GatewayProcess {
  stop(): Promise<void>;
}

export interface PreparedGateway {
  /** Starts the gateway, or keeps the one that runs with the same settings and way out. Resolves when it answers. */
  start(settings: GatewaySettings): Promise<GatewayProcess>;
  /** For when it will not be started: nothing of it is left running. Without effect afterwards. */
  abandon(): Promise<void>;
}

/**
 * Looks for the gateway of an earlier engine. Where there is none, a process begins to load the program, which takes as long
 * as all that the engine has to do before it knows the settings.
 */
export async function prepareGateway(directory: string, environment: NodeJS.ProcessEnv): Promise<PreparedGateway> {
  const wayOut = wayOutOf(environment);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const running = await findRunning(directory);
  let waiting = running === undefined ? await spawnGateway(directory, wayOut) : undefined;
  return {
    start: async (settings) => {
      const text = JSON.stringify(settings);
      const digest = digestOf(text, wayOut);
      if (running?.digest === digest && (await answers(settings.socketPath))) return handle(running);
      if (running !== undefined) await stop(running);
      const child = waiting ?? (await spawnGateway(directory, wayOut));
      await mkdir(dirname(settings.socketPath), { recursive: true });
      const started = { ...child.process, digest };
      await writePrivateFile(join(directory, PROCESS_FILE), JSON.stringify(started));
      child.settings.end(text);
      waiting = undefined;
      await waitUntilReady(settings.socketPath, started, directory);
      return handle(started);
    },
    abandon: async () => {
      if (waiting !== undefined) await stop(waiting.process);
    },
  };
}

function handle(gateway: RunningGateway): GatewayProcess {
  return { stop: () => stop(gateway) };
}

function digestOf(settings: string, { PATH: _path, ...wayOut }: WayOut): string {
  return createHash("sha256").update(settings).update(JSON.stringify(wayOut)).digest("hex");
}

interface WaitingGateway {
  readonly process: Omit<RunningGateway, "digest">;
  /** It waits for them; when they end empty, as with the engine, it ends too. */
  readonly settings: Writable;
}

async function spawnGateway(directory: string, wayOut: WayOut): Promise<WaitingGateway> {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const program = fileURLToPath(new URL(`../gateway.${extension}`, import.meta.url));
  const log = await open(join(directory, "gateway.log"), "a", 0o600);
  try {
    const child = spawn(process.execPath, [program, directory], {
      detached: true,
      stdio: ["pipe", log.fd, log.fd],
      cwd: directory,
      env: { ...wayOut, [COMPILE_CACHE_VARIABLE]: compileCacheDirectory(dirname(directory)) },
    });
    child.unref();
    const { pid, stdin } = child;
    if (pid === undefined || stdin === null)
      throw new PlatformError({
        code: "Unavailable",
        message: "the gateway could not be started",
        hint: "look at gateway.log",
      });
    // That it ended before it had read them is told by waitUntilReady.
    stdin.on("error", () => undefined);
    return { process: { pid, startTime: (await startTimeOf(pid)) ?? "" }, settings: stdin };
  } finally {
    await log.close();
  }
}

type WayOut = Readonly<Record<string, string>>;

/** The operator's way out, and nothing else of the environment. */
function wayOutOf(environment: NodeJS.ProcessEnv): WayOut {
  const names = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "NODE_EXTRA_CA_CERTS",
    "PATH",
  ];
  const found = names.map((name) => [name, environment[name]] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as Record<string, string>;
}

async function findRunning(directory: string): Promise<RunningGateway | undefined> {
  const text = await readFile(join(directory, PROCESS_FILE), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const gateway = JSON.parse(text) as RunningGateway;
  return (await startTimeOf(gateway.pid)) === gateway.startTime ? gateway : undefined;
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined || /\) Z /.test(stat)) return undefined;
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

async function stop(gateway: Omit<RunningGateway, "digest">): Promise<void> {
  const deadline = Date.now() + STOP_MS_MAX;
  for (let signal: NodeJS.Signals = "SIGTERM"; ;) {
    if ((await startTimeOf(gateway.pid)) !== gateway.startTime) return;
    trySignal(gateway.pid, signal);
    await sleep(50);
    if (Date.now() > deadline) signal = "SIGKILL";
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}

async function waitUntilReady(socketPath: string, gateway: RunningGateway, directory: string): Promise<void> {
  const deadline = Date.now() + START_MS_MAX;
  while (Date.now() < deadline) {
    if (await answers(socketPath)) return;
    if ((await startTimeOf(gateway.pid)) !== gateway.startTime) break;
    await sleep(20);
  }
  const log = await readFile(join(directory, "gateway.log"), "utf8").catch(() => "");
  throw new PlatformError({
    code: "Unavailable",
    message: `the gateway did not start: ${log.trim().split("\n").slice(-3).join(" / ")}`,
    hint: `its log is ${join(directory, "gateway.log")}`,
  });
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = request({ socketPath, path: "/healthz", timeout: ANSWER_MS_MAX }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on("timeout", () => call.destroy());
    call.on("error", () => resolve(false));
    call.end();
  });
}

// The built engine with nothing to do: how soon it is ready, and how much memory it holds.
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { cp, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../test/support/free-port.ts";
import { endProcessesOf, processesOf } from "../test/support/processes.ts";
import { figure, timed, type Benchmark, type Quantity } from "./support/figure.ts";
import { nodeFloor } from "./support/floors.ts";
import { withDirectory } from "./support/store.ts";

const AIM_MEMORY_MB = 120;
const AIM_READY_MS = 1000;
const IDLE_MS = 5000;
const ROOT = fileURLToPath(new URL("..", import.meta.url));

export async function measure(): Promise<Benchmark> {
  execFileSync("npm", ["run", "--silent", "build"], {
    cwd: ROOT,
    stdio: ["ignore", "ignore", "inherit"],
    timeout: 60_000,
  });
  const node = await nodeFloor();
  const bareMemory = await bareNodeMemory();
  return await withDirectory(async (directory) => {
    const data = join(directory, "data");
    await writeFile(join(directory, "values.yaml"), `github: { webhook: { port: ${await freePort()} } }\n`);
    try {
      await writePackage(directory);
      const first = await startAndStop(directory);
      const again = await startAndStop(directory, IDLE_MS);
      const ready = (name: string, value: number) =>
        figure({ name, value, unit: "ms" }, node, { text: `< ${AIM_READY_MS} ms`, isMet: value < AIM_READY_MS });
      return {
        description: `\`runyard up\` from dist, with the chart's own values; memory is resident set size ${IDLE_MS / 1000} s after it is ready.`,
        figures: [
          ready("time to ready, first start (installs)", first.readyMs),
          ready("time to ready, later starts", again.readyMs),
          figure({ name: "idle memory, engine", value: again.engineMb, unit: "MB" }, bareMemory, {
            text: `< ${AIM_MEMORY_MB} MB`,
            isMet: again.engineMb < AIM_MEMORY_MB,
          }),
          figure({ name: "idle memory, gateway", value: again.gatewayMb, unit: "MB" }, bareMemory),
        ],
      };
    } finally {
      await endProcessesOf(data);
    }
  });
}

interface Run {
  readonly readyMs: number;
  readonly engineMb: number;
  readonly gatewayMb: number;
}

/** A checkout starts from its sources, a package from dist: this looks like one. */
async function writePackage(directory: string): Promise<void> {
  for (const name of ["bin", "package.json"]) {
    await cp(join(ROOT, name), join(directory, "package", name), { recursive: true });
  }
  await symlink(join(ROOT, "dist"), join(directory, "package/dist"));
}

async function startAndStop(directory: string, idleMs = 0): Promise<Run> {
  const data = join(directory, "data");
  const words = ["up", "--data-dir", data, "--port", "0", "--values", join(directory, "values.yaml")];
  const child = spawn(process.execPath, [join(directory, "package/bin/runyard.js"), ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    const readyMs = await timed(() => untilReady(child));
    await sleep(idleMs);
    const gateway = (await processesOf(data)).find(({ pid }) => pid !== child.pid);
    return { readyMs, engineMb: residentMb(child.pid), gatewayMb: residentMb(gateway?.pid) };
  } finally {
    child.kill("SIGINT");
    await Promise.race([exited, sleep(10_000, undefined, { ref: false })]);
  }
}

async function untilReady(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new Error("the engine has no output");
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith("Runyard is up")) return;
  throw new Error("the engine ended before it was ready");
}

/** Throws when there is no such process. */
function residentMb(pid: number | undefined): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}

async function bareNodeMemory(): Promise<Quantity> {
  const child = spawn(process.execPath, ["-e", 'console.log("ready"); setInterval(() => {}, 1000)'], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  try {
    await once(child.stdout, "data");
    return { name: "bare Node", value: residentMb(child.pid), unit: "MB" };
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}

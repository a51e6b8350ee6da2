// Runs the pods of workflow steps as plain child processes in a folder of their own: enough to compare node trees with the
// recorded ones, without a sandbox. Sleeps and deadlines follow the scaled clock; paths below /tmp are moved.
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Controller } from "../../../src/controllers/loop/controller.ts";
import { SETTLED, watchOf } from "../../../src/controllers/loop/controller.ts";
import { hasCode } from "../../../src/platform/errors.ts";
import { COLLECT_OUTPUTS, POD_OUTPUTS } from "../../../src/platform/pod-runner.ts";
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import type { Condition } from "../../../src/resources/condition.ts";
import { CONFIG_MAP } from "../../../src/resources/core.ts";
import { kubernetesTime, type ObjectKey } from "../../../src/resources/object-meta.ts";
import { POD, type Container, type ContainerState, type Pod, type PodStatus } from "../../../src/resources/pod.ts";
import type { ScaledClock } from "./scaled-clock.ts";

const outputBytesMax = 256 * 1024;
const deadlineMessage = "Pod was active on the node longer than the specified deadline";

/** Entry points of images, for containers without a command. */
const entryPoints: readonly (readonly [RegExp, readonly string[]])[] = [
  [/argosay/, ["/argosay"]],
  [/whalesay/, ["/bin/sh"]],
  [/hello-world/, ["echo", "Hello from Docker!"]],
];

interface Running {
  readonly process: ChildProcess;
  isDeadlineExceeded: boolean;
  isDeleted: boolean;
}

export interface SimulatedPods {
  readonly controller: Controller;
  readonly runningCount: () => number;
  /** Ends every process. */
  stop(): void;
}

export function simulatedPods(store: ResourceStore, clock: ScaledClock, folder: string): SimulatedPods {
  const running = new Map<string, Running>();
  const programs = join(folder, "programs");
  mkdirSync(programs, { recursive: true });
  writeShims(programs, clock.scale);

  async function start(pod: Pod, container: Container): Promise<void> {
    const directory = join(folder, pod.metadata.uid ?? "");
    mkdirSync(join(directory, "tmp"), { recursive: true });
    const startedAt = kubernetesTime(clock.now());
    if (isTooLarge(container)) {
      await writeStatus(pod, { phase: "Pending", conditions: [unschedulable(startedAt)] });
      return;
    }
    const source = await readScript(pod);
    const command = commandOf(container, { directory, programs, source, files: filesOf(pod) });
    const message = whyNotFound(command[0] ?? "", programs);
    const ended =
      message === undefined
        ? await run(pod, command, environmentOf(container, { directory, programs }))
        : { exitCode: 64, message, stdout: "" };
    if (ended !== undefined) await finish(pod, directory, { startedAt, ...ended });
  }

  async function readScript(pod: Pod): Promise<string | undefined> {
    const name = pod.spec.volumes?.[0]?.configMap?.name;
    return name === undefined ? undefined : (await store.get(CONFIG_MAP, { ...keyOf(pod), name }))?.data?.["script"];
  }

  /** Undefined when the pod was deleted meanwhile. */
  async function run(
    pod: Pod,
    command: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Omit<Ended, "startedAt"> | undefined> {
    const uid = pod.metadata.uid ?? "";
    const child = spawn(command[0] ?? "", command.slice(1), {
      cwd: env["HOME"],
      detached: true,
      stdio: ["ignore", "pipe", "ignore"],
      env,
    });
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => {
      stdout = (stdout + chunk.toString()).slice(-outputBytesMax);
    });
    const ended = new Promise<number>((resolve) => {
      child.once("close", (code, signal) => resolve(code ?? (signal === "SIGTERM" ? 143 : 137)));
      child.once("error", () => resolve(64));
    });
    const state: Running = { process: child, isDeadlineExceeded: false, isDeleted: false };
    running.set(uid, state);
    const timer = startDeadline(pod, state, clock.scale);
    const startedAt = kubernetesTime(clock.now());
    await writeStatus(pod, { phase: "Running", startTime: startedAt, ...containerState({ running: { startedAt } }) });
    const exitCode = await ended;
    clearTimeout(timer);
    running.delete(uid);
    if (state.isDeleted) return undefined;
    const failure = { message: deadlineMessage, reason: "DeadlineExceeded" };
    return { exitCode, stdout, ...(state.isDeadlineExceeded ? { failure } : {}) };
  }

  async function finish(pod: Pod, directory: string, ended: Ended): Promise<void> {
    const { startedAt, exitCode, message, stdout, failure } = ended;
    const files = Object.fromEntries(filesOf(pod).map((path) => [path, readOutput(join(directory, path))]));
    const outputs = { main: { result: stdout.replace(/\n$/, ""), files } };
    await writeAnnotation(pod, JSON.stringify(outputs));
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? "Completed" : "Error",
      startedAt,
      finishedAt: kubernetesTime(clock.now()),
      ...(message === undefined ? {} : { message }),
    };
    const phase = exitCode === 0 && failure === undefined ? "Succeeded" : "Failed";
    await writeStatus(pod, { phase, startTime: startedAt, ...failure, ...containerState({ terminated }) });
  }

  async function writeAnnotation(pod: Pod, outputs: string): Promise<void> {
    if (pod.metadata.annotations?.[COLLECT_OUTPUTS] === undefined) return;
    await changing(async (current) => {
      const annotations = { ...current.metadata.annotations, [POD_OUTPUTS]: outputs };
      await store.update(POD, { ...current, metadata: { ...current.metadata, annotations } });
    }, pod);
  }

  async function writeStatus(pod: Pod, status: PodStatus): Promise<void> {
    await changing(async (current) => {
      await store.updateStatus(POD, { ...current, status });
    }, pod);
  }

  /** With the pod as it is now; a pod that is gone needs nothing. */
  async function changing(change: (current: Pod) => Promise<void>, pod: Pod): Promise<void> {
    for (;;) {
      const current = await store.get(POD, keyOf(pod));
      if (current === undefined || current.metadata.uid !== pod.metadata.uid) return;
      try {
        await change(current);
        return;
      } catch (error) {
        if (hasCode(error, "NotFound")) return;
        if (!hasCode(error, "Conflict")) throw error;
      }
    }
  }

  const known = new Map<string, string>();
  const controller: Controller = {
    name: "simulated-pods",
    watches: [watchOf({ kind: POD, map: (pod) => [keyOf(pod)] })],
    concurrencyMax: 8,
    async reconcile(key) {
      const text = `${key.namespace}/${key.name}`;
      const pod = await store.get(POD, key);
      const uid = pod?.metadata.uid;
      const previous = known.get(text);
      if (previous !== undefined && previous !== uid) {
        const left = running.get(previous);
        if (left !== undefined) {
          left.isDeleted = true;
          kill(left.process);
        }
      }
      const container = pod?.spec.containers[0];
      if (pod === undefined || uid === undefined || container === undefined) known.delete(text);
      else if (previous !== uid) {
        known.set(text, uid);
        start(pod, container).catch((error: unknown) => console.error(error));
      }
      return SETTLED;
    },
  };
  return {
    controller,
    runningCount: () => running.size,
    stop() {
      for (const { process: child } of running.values()) kill(child, "SIGKILL");
    },
  };
}

interface Ended {
  readonly startedAt: string;
  readonly exitCode: number;
  readonly message?: string;
  readonly stdout: string;
  readonly failure?: { readonly message?: string; readonly reason?: string };
}

interface CommandContext {
  readonly directory: string;
  readonly programs: string;
  readonly source: string | undefined;
  readonly files: readonly string[];
}

function commandOf(container: Container, { directory, programs, source, files }: CommandContext): readonly string[] {
  const argosay = join(programs, "argosay");
  const move = (text: string): string => movePaths(text, directory, files).replaceAll(/(?<![\w/-])\/argosay/g, argosay);
  const command = container.command ?? entryPoints.find(([image]) => image.test(container.image ?? ""))?.[1] ?? [];
  const words = [...command, ...(container.args ?? [])].map((word) => {
    if (word !== "/argo/staging/script") return move(word);
    const path = join(directory, "script");
    writeFileSync(path, move(source ?? ""));
    return path;
  });
  return words;
}

function movePaths(text: string, directory: string, files: readonly string[]): string {
  const outside = files.filter((path) => !path.startsWith("/tmp/"));
  for (const path of outside) mkdirSync(dirname(join(directory, path)), { recursive: true });
  const moved = text.replaceAll("/tmp/", `${directory}/tmp/`);
  return outside.reduce((result, path) => result.replaceAll(path, join(directory, path)), moved);
}

function environmentOf(
  container: Container,
  { directory, programs }: { readonly directory: string; readonly programs: string },
): Readonly<Record<string, string>> {
  const entries = (container.env ?? []).map(({ name, value = "" }) => [name, movePaths(value, directory, [])] as const);
  return { PATH: `${programs}:${process.env["PATH"] ?? ""}`, ...Object.fromEntries(entries), HOME: directory };
}

/** More than any machine has. */
function isTooLarge({ resources }: Container): boolean {
  return resources?.requests?.["memory"]?.endsWith("000Gi") === true;
}

function startDeadline(pod: Pod, state: Running, scale: number): NodeJS.Timeout | undefined {
  const seconds = pod.spec.activeDeadlineSeconds;
  if (seconds === undefined) return undefined;
  const end = (): void => {
    state.isDeadlineExceeded = true;
    kill(state.process);
  };
  return setTimeout(end, (seconds * 1000) / scale);
}

/** As Argo's executor says it. */
function whyNotFound(program: string, programs: string): string | undefined {
  const path = [programs, ...(process.env["PATH"] ?? "").split(":")];
  const isFound = program.includes("/")
    ? existsSync(program)
    : path.some((folder) => existsSync(join(folder, program)));
  if (isFound) return undefined;
  return `failed to find name in PATH: exec: ${JSON.stringify(program)}: executable file not found in $PATH`;
}

/** Programs of the images: `argosay`, and `sleep` by the scaled clock. */
function writeShims(programs: string, scale: number): void {
  const sleep = `#!/bin/sh
n=$(printf %s "$1" | sed 's/[sm]$//')
case "$1" in *m) n=$((n * 60));; esac
exec /bin/sleep "$(awk "BEGIN { print $n / ${scale} }")"
`;
  const argosay = `#!/bin/sh
case "$1" in
  assert_contains) grep -q "$3" "$2" ;;
  cat) shift; cat "$@" ;;
  echo) if [ -n "$3" ]; then mkdir -p "$(dirname "$3")"; printf '%s' "$2" > "$3"; else printf '%s\\n' "$2"; fi ;;
  exit) exit "$2" ;;
  sleep) exec ${join(programs, "sleep")} "$2" ;;
  "") echo "hello argo" ;;
  *) echo "usage: argosay" >&2; exit 1 ;;
esac
`;
  const cowsay = `#!/bin/sh
printf ' < %s >\\n   \\\\  ^__^\\n    \\\\ (oo)\\n      (__)\\n' "$*"
`;
  for (const [name, text] of [
    ["sleep", sleep],
    ["argosay", argosay],
    ["cowsay", cowsay],
  ] as const) {
    writeFileSync(join(programs, name), text, { mode: 0o755 });
  }
}

function filesOf(pod: Pod): readonly string[] {
  const text = pod.metadata.annotations?.[COLLECT_OUTPUTS];
  if (text === undefined) return [];
  return (JSON.parse(text) as { readonly main: { readonly files: readonly string[] } }).main.files;
}

function readOutput(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8").replace(/\n$/, "") : null;
}

function containerState(state: ContainerState): Pick<PodStatus, "containerStatuses"> {
  const status = { name: "main", ready: state.running !== undefined, restartCount: 0, image: "", imageID: "", state };
  return { containerStatuses: [status] };
}

function unschedulable(time: string): Condition {
  const message = "0/1 nodes are available: 1 Insufficient memory.";
  return { type: "PodScheduled", status: "False", reason: "Unschedulable", message, lastTransitionTime: time };
}

function kill(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // It has ended by itself.
  }
}

function keyOf({ metadata }: Pod): ObjectKey {
  return { namespace: metadata.namespace ?? "", name: metadata.name };
}

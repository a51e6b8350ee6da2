// Runs one container: limits, sandbox, log, and in the end its exit code, message and outputs.
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync } from "node:fs";
import type { Duplex, Readable, Writable } from "node:stream";
import type { ContainerResult } from "../../pod-runner.ts";
import { GATE_DESCRIPTOR } from "../sandbox/build-sandbox-arguments.ts";
import { openContainerLog } from "./container-log.ts";
import {
  enterControlGroup,
  makeControlGroup,
  NO_CONTROL_GROUP,
  removeControlGroups,
  wasKilledForMemory,
  type ControlGroup,
  type Controller,
} from "./control-group.ts";
import { collectOutputs, readTerminationMessage, RESULT_BYTES_MAX } from "./collect-outputs.ts";
import type { CollectedOutputs } from "../../pod-runner.ts";
import type { OutputPipes, OutputPipeStock } from "./output-pipes.ts";
import { ownerOf, prepareLaunch, type Launch } from "./prepare-launch.ts";
import { commandOf, killLeftovers, signalAll } from "./process-tree.ts";
import { logFile } from "./pod-directory.ts";
import type { ContainerPlan, PodPlan } from "./pod-plan.ts";

/** Kubernetes' exit code of a container that could not be started. */
const START_ERROR_EXIT_CODE = 128;
/** After the container's end its pipes are read at most this long: only an escaped process could hold them open. */
const DRAIN_MS = 2000;

export interface ContainerEnding {
  readonly result: ContainerResult;
  readonly outputs: CollectedOutputs | undefined;
  /** Limits that could not be enforced. */
  readonly notes: readonly string[];
  /** Its control groups are gone, or cannot be removed now. Nobody need wait for that to use the result. */
  readonly cleaned: Promise<unknown>;
}

export interface RunningContainer {
  readonly startedAt: string;
  readonly ended: Promise<ContainerEnding>;
  /** SIGTERM to the container's own first process. */
  terminate(): Promise<void>;
  /** SIGKILL to everything in it. */
  kill(): Promise<void>;
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly spawnError?: Error;
}

/** What a container needs of its supervisor. */
export interface ContainerPlace {
  /** Of the pod. */
  readonly directory: string;
  readonly controllers: readonly Controller[];
  readonly pipes: OutputPipeStock;
}

/** Starts the container. Rejects when its directories are not as they must be (a planted symbolic link). */
export async function startContainer(
  pod: PodPlan,
  plan: ContainerPlan,
  place: ContainerPlace,
): Promise<RunningContainer> {
  const group = needsControlGroup(pod, plan)
    ? await makeControlGroup(place.controllers, controlGroupName(pod, plan), plan.limits)
    : NO_CONTROL_GROUP;
  try {
    return await launch(pod, plan, place, group);
  } catch (error) {
    await removeControlGroups(group.directories);
    throw error;
  }
}

/**
 * Entering a group can take the kernel longer than making the whole sandbox. A container without limits of its own is
 * only kept from making too many processes, which the limit of its user namespace does as well.
 */
function needsControlGroup(pod: PodPlan, plan: ContainerPlan): boolean {
  if (plan.limits.memoryBytes !== undefined || plan.limits.cpu !== undefined) return true;
  const { isolation } = pod;
  return isolation.kind === "sandbox" && isolation.identity.kind === "drop" && !isolation.identity.userNamespace;
}

/** Of every container of every pod on this machine. */
export function controlGroupName(pod: PodPlan, plan: ContainerPlan): string {
  return `${pod.uid.slice(0, 13)}-${plan.name}`;
}

async function launch(
  pod: PodPlan,
  plan: ContainerPlan,
  place: ContainerPlace,
  group: ControlGroup,
): Promise<RunningContainer> {
  const prepared = await prepareLaunch(pod, plan, group);
  const log = openContainerLog(logFile(place.directory, plan.name), () => new Date());
  const startedAt = new Date().toISOString();
  const pipes = await place.pipes.take(ownerOf(pod));
  const child = spawnPrepared(prepared, pipes);
  const report = readStatusReport(child);
  const ready = passGate(child, async () => {
    const command = await commandOf(report().initProcess);
    if (command !== undefined) await enterControlGroup(group, command);
  });
  const result = plan.keepResult ? keepTail(pipes.stdout.reader) : undefined;
  pipes.stdout.reader.on("data", (chunk: Buffer) => log.write("stdout", chunk));
  pipes.stderr.reader.on("data", (chunk: Buffer) => log.write("stderr", chunk));
  const isSandboxed = pod.isolation.kind === "sandbox";
  const marker = prepared.marker;

  const finish = async (): Promise<ContainerEnding> => {
    const exit = await exitOf(child);
    if (!isSandboxed) await killLeftovers(marker);
    await drained([pipes.stdout.reader, pipes.stderr.reader]);
    log.close();
    const outOfMemory = await wasKilledForMemory(group);
    const message = await readTerminationMessage(plan.terminationLog);
    const ending = describeExit(exit, isSandboxed && report().exitCode === undefined, outOfMemory);
    const text = message === "" ? ending.message : message;
    return {
      result: {
        name: plan.name,
        state: "terminated",
        startedAt,
        finishedAt: new Date().toISOString(),
        exitCode: ending.exitCode,
        ...(ending.signal === undefined ? {} : { signal: ending.signal }),
        reason: ending.reason,
        ...(text === undefined ? {} : { message: text }),
      },
      outputs: await collectOutputs(plan, result?.()),
      notes: prepared.notes,
      cleaned: removeControlGroups(group.directories),
    };
  };
  return {
    startedAt,
    ended: finish(),
    terminate: async () => {
      await ready;
      const target = isSandboxed ? await commandOf(report().initProcess) : child.pid;
      if (target !== undefined) signalAll([target], "SIGTERM");
    },
    kill: async () => {
      // The sandbox's first process takes all of its process namespace with it. It dies with bubblewrap too, but only
      // once it has got so far as to ask for that.
      const { initProcess } = report();
      if (initProcess !== undefined && isRunning(child)) signalAll([initProcess], "SIGKILL");
      child.kill("SIGKILL");
      if (!isSandboxed) await killLeftovers(marker);
    },
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/**
 * Opens the gate when the command has come to it and `prepare` is done: nothing of the container runs outside of its
 * control groups. Resolves then, or when the container ends before.
 */
async function passGate(child: ChildProcess, prepare: () => Promise<void>): Promise<void> {
  const gate = (child.stdio as readonly unknown[])[GATE_DESCRIPTOR] as Duplex | null | undefined;
  if (gate === null || gate === undefined) return;
  gate.on("error", () => undefined);
  await new Promise<void>((resolve) => {
    gate.once("data", () => {
      // A container that cannot be limited as promised is not let through.
      prepare().then(
        () => {
          gate.write("\n");
          resolve();
        },
        () => gate.destroy(),
      );
    });
    gate.once("close", () => resolve());
    child.once("error", () => resolve());
    child.once("exit", () => {
      // Whatever bubblewrap has left behind finds the gate shut.
      gate.destroy();
      resolve();
    });
  });
}

function spawnPrepared(prepared: Launch, pipes: OutputPipes): ChildProcess {
  const child = spawn(prepared.program, prepared.arguments, {
    env: prepared.environment,
    ...(prepared.workingDirectory === undefined ? {} : { cwd: prepared.workingDirectory }),
    detached: prepared.options === undefined,
    stdio: [
      "ignore",
      pipes.stdout.writer,
      pipes.stderr.writer,
      ...(prepared.options === undefined ? [] : (["pipe", "pipe", "pipe"] as const)),
    ],
  });
  // Only the container holds the writing ends now, so its end is the end of the streams.
  closeSync(pipes.stdout.writer);
  closeSync(pipes.stderr.writer);
  if (prepared.options !== undefined) {
    const input = child.stdio[3] as Writable | null | undefined;
    // bubblewrap that dies early closes its end; its exit tells what happened.
    input?.on("error", () => undefined);
    input?.end(prepared.options.map((option) => `${option}\0`).join(""));
  }
  return child;
}

interface StatusReport {
  /** The first process of the sandbox's process namespace, by its number out here. */
  readonly initProcess?: number;
  /** Missing when the command was never started. */
  readonly exitCode?: number;
}

/** bubblewrap's `--json-status-fd`: one object per line, with `child-pid` at the start and `exit-code` at the end. */
function readStatusReport(child: ChildProcess): () => StatusReport {
  let text = "";
  const stream = child.stdio[4] as Readable | null | undefined;
  stream?.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
  });
  stream?.on("error", () => undefined);
  return () => {
    const number = (name: string): number | undefined => {
      const match = new RegExp(`"${name}": *(\\d+)`).exec(text);
      return match === null ? undefined : Number(match[1]);
    };
    const initProcess = number("child-pid");
    const exitCode = number("exit-code");
    return {
      ...(initProcess === undefined ? {} : { initProcess }),
      ...(exitCode === undefined ? {} : { exitCode }),
    };
  };
}

async function exitOf(child: ChildProcess): Promise<Exit> {
  return await new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
    child.once("error", (spawnError) => resolve({ code: null, signal: null, spawnError }));
  });
}

async function drained(streams: readonly Readable[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, DRAIN_MS);
  });
  const closed = streams.map(
    async (stream) =>
      await new Promise<void>((resolve) => {
        if (stream.closed) resolve();
        else stream.once("close", () => resolve());
      }),
  );
  await Promise.race([Promise.all(closed), timeout]);
  clearTimeout(timer);
  for (const stream of streams) stream.destroy();
}

interface DescribedExit {
  readonly exitCode: number;
  readonly signal?: number;
  readonly reason: string;
  readonly message?: string;
}

const SIGNAL_NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = { SIGKILL: 9, SIGTERM: 15, SIGINT: 2 };

function describeExit(exit: Exit, neverStarted: boolean, outOfMemory: boolean): DescribedExit {
  if (exit.spawnError !== undefined) {
    return { exitCode: START_ERROR_EXIT_CODE, reason: "StartError", message: exit.spawnError.message };
  }
  const signal = exit.signal === null ? undefined : (SIGNAL_NUMBERS[exit.signal] ?? 0);
  if (neverStarted && signal === undefined) {
    const message = "The command could not be started; the container's log says why.";
    return { exitCode: START_ERROR_EXIT_CODE, reason: "StartError", message };
  }
  const exitCode = exit.code ?? 128 + (signal ?? 0);
  const described = { exitCode, ...(signal === undefined ? {} : { signal }) };
  if (exitCode === 0) return { ...described, reason: "Completed" };
  return { ...described, reason: outOfMemory ? "OOMKilled" : "Error" };
}

/** The last RESULT_BYTES_MAX bytes of a stream. */
function keepTail(stream: Readable): () => Buffer {
  let tail = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    const joined = Buffer.concat([tail, chunk]);
    tail = joined.length > RESULT_BYTES_MAX ? joined.subarray(joined.length - RESULT_BYTES_MAX) : joined;
  });
  return () => tail;
}

// Runs pods on this machine, one supervisor process per running pod. The supervisors outlive the engine; everything
// that must be known after a restart is in the pods' directories.
import { mkdir, open, readdir, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import type { Pod } from "../../resources/pod.ts";
import { hasCode, PlatformError } from "../errors.ts";
import type { LogOptions, PodRunner, PodState, VolumeFile, VolumeFiles } from "../pod-runner.ts";
import { ChangeFeed } from "./pod-runner/change-feed.ts";
import { readLog } from "./pod-runner/follow-log.ts";
import { readState } from "./pod-runner/read-state.ts";
import {
  askSupervisor,
  connectToSupervisor,
  startSupervisor,
  supervisorProgram,
  type SupervisorLink,
} from "./pod-runner/supervisor-link.ts";
import { removeTree, writeVolumeFiles, writeVolumes } from "./pod-runner/write-volumes.ts";
import { AheadCompiler } from "./sandbox/compile-ahead.ts";
import { initProgramOf, locateInstallation, type RunyardInstallation } from "./sandbox/locate-installation.ts";
import { prepareIsolation } from "./sandbox/prepare-isolation.ts";
import type { Toolchain } from "./sandbox/build-sandbox-arguments.ts";
import type { Owner } from "./sandbox/open-beneath.ts";
import { buildPodPlan } from "./supervisor/build-pod-plan.ts";
import { removeControlGroups } from "./supervisor/control-group.ts";
import {
  CLAIM_FILE,
  PLAN_FILE,
  STATE_FILE,
  logFile,
  readJson,
  volumeDirectory,
  writeJson,
  type Claim,
  type RecordedState,
} from "./supervisor/pod-directory.ts";
import { killLeftovers } from "./supervisor/process-tree.ts";
import type { Isolation, PodPlan } from "./supervisor/pod-plan.ts";

/** Supervisors kept without a pod for a while, ready for the next: as many as pods that may be started at once. */
export const SUPERVISORS_IDLE_MAX = 8;
/** Times that `start` gives a pod to another supervisor because one ended before it had claimed the pod. */
const START_TRIES_MAX = 3;

export interface SupervisedPodRunnerOptions {
  /** Directories `pods`, `supervisors` and `sandbox` are made in it. */
  readonly dataDirectory: string;
  /** Each alone in its directory, open to the pods' user (mode 0666 when Runyard is started by root). */
  readonly gatewaySocket?: string;
  readonly apiSocket?: string;
  readonly toolchains?: readonly Toolchain[];
  /** Run containers as plain processes with everything open to them. Every pod says so in a condition. */
  readonly unsafeNoSandbox?: boolean;
  /** Search path for bwrap, setpriv and, in supervisors, the shell. */
  readonly path: string;
  /** Only used when this process is root. */
  readonly podUserId?: number;
  /** Processes and threads of each container. */
  readonly processesMax?: number;
  /** Compile our programs when the first pod is started, so that those in later containers start sooner. */
  readonly compilesAhead?: boolean;
}

/** Looks for processes left by a supervisor that was killed. */
const SWEEP_ROUNDS = 5;
const SWEEP_PAUSE_MS = 200;

/** Finds the pods of an earlier engine again. Does not yet need a sandbox: `start` does. */
export async function openSupervisedPodRunner(options: SupervisedPodRunnerOptions): Promise<SupervisedPodRunner> {
  const directories = directoriesOf(options);
  for (const path of Object.values(directories)) await mkdir(path, { recursive: true, mode: 0o700 });
  const runner = new SupervisedPodRunner(options, await open(directories.supervisors, "r"));
  await runner.attach();
  return runner;
}

function directoriesOf(options: SupervisedPodRunnerOptions) {
  const below = (name: string): string => join(options.dataDirectory, name);
  return { pods: below("pods"), supervisors: below("supervisors"), sandbox: below("sandbox") };
}

export class SupervisedPodRunner implements PodRunner {
  readonly #options: SupervisedPodRunnerOptions;
  readonly #directories: ReturnType<typeof directoriesOf>;
  readonly #installation: RunyardInstallation = locateInstallation();
  readonly #descriptor: FileHandle;
  readonly #links = new Map<string, SupervisorLink>();
  readonly #feed = new ChangeFeed();
  /** The last operation on each pod: operations on one pod never overlap. */
  readonly #pending = new Map<string, Promise<unknown>>();
  #isolation: Promise<Isolation> | undefined;
  readonly #compiler: AheadCompiler;
  #started = 0;
  #isClosed = false;

  constructor(options: SupervisedPodRunnerOptions, descriptor: FileHandle) {
    this.#options = options;
    this.#directories = directoriesOf(options);
    this.#descriptor = descriptor;
    this.#compiler = new AheadCompiler(this.#directories.sandbox, initProgramOf(this.#installation));
  }

  /** Connects to the supervisors that are there; what dead ones have left is removed, but for reports of crashes. */
  async attach(): Promise<void> {
    const names = await readdir(this.#directories.supervisors);
    const sockets = names.filter((name) => name.endsWith(".sock"));
    const links = await Promise.all(sockets.map(async (name) => await this.#connect(name)));
    const living = new Set(links.flatMap((link) => (link === undefined ? [] : [link.name])));
    const left = names.filter((name) => !name.endsWith(".crash") && !living.has(name.replace(/\.sock.*$/, ".sock")));
    for (const name of left) await unlink(join(this.#directories.supervisors, name)).catch(() => undefined);
  }

  /** Lets go of the supervisors; those with a pod go on without us. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#compiler.close();
    await Promise.allSettled(this.#pending.values());
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#feed.close();
    await this.#descriptor.close();
  }

  async start(pod: Pod, files: VolumeFiles): Promise<void> {
    const uid = uidOf(pod);
    await this.#inTurn(uid, async () => await this.#start(pod, uid, files));
  }

  async observe(uid: string): Promise<PodState | undefined> {
    const directory = this.#podDirectory(uid);
    const claim = await readJson<Claim>(join(directory, CLAIM_FILE));
    if (claim === undefined) return undefined;
    const state = await readState(directory);
    if (state.finished || (await this.#lives(uid, claim))) return { ...state, lost: false };
    // Read again: a supervisor that is gone by now had written its last state before.
    const last = await readState(directory);
    return { ...last, lost: !last.finished };
  }

  async refresh(uid: string, volume: string, files: readonly VolumeFile[]): Promise<void> {
    await this.#inTurn(uid, async () => {
      const plan = await readJson<PodPlan>(join(this.#podDirectory(uid), PLAN_FILE));
      if (plan === undefined) return;
      await writeVolumeFiles(volumeDirectory(this.#podDirectory(uid), volume), files, ownerOf(plan.isolation));
    });
  }

  async stop(uid: string, graceSeconds: number): Promise<void> {
    await this.#inTurn(uid, async () => {
      const claim = await readJson<Claim>(join(this.#podDirectory(uid), CLAIM_FILE));
      if (claim !== undefined && (await this.#lives(uid, claim))) {
        this.#links.get(claim.supervisor)?.send({ kind: "stop", uid, graceSeconds });
      }
    });
  }

  async remove(uid: string): Promise<void> {
    await this.#inTurn(uid, async () => {
      const state = await this.observe(uid);
      if (state !== undefined && !state.finished && !state.lost) {
        throw new PlatformError({
          code: "Conflict",
          message: `The processes of pod ${uid} still run; they must be stopped before its directory is removed.`,
        });
      }
      await this.#sweep(uid);
      await removeTree(this.#podDirectory(uid));
    });
  }

  logs(uid: string, container: string, options: LogOptions): AsyncIterable<Uint8Array> {
    return readLog(logFile(this.#podDirectory(uid), container), options, async () => {
      const state = await this.observe(uid);
      if (state === undefined || state.finished || state.lost) return true;
      const all = [...state.initContainers, ...state.containers];
      return all.find((result) => result.name === container)?.state === "terminated";
    });
  }

  changes(signal: AbortSignal): AsyncIterable<string> {
    return this.#feed.subscribe(signal);
  }

  /** Why no pod can be isolated as it must, with what mends it. Found out now, so that the first pod need not wait. */
  async isolationProblem(): Promise<PlatformError | undefined> {
    try {
      await this.#prepareIsolation();
      return undefined;
    } catch (error) {
      if (hasCode(error, "Forbidden")) return error;
      throw error;
    }
  }

  async #start(pod: Pod, uid: string, files: VolumeFiles): Promise<void> {
    const directory = this.#podDirectory(uid);
    if ((await readJson<Claim>(join(directory, CLAIM_FILE))) !== undefined) return;
    const isolation = await this.#prepareIsolation();
    await this.#writePod(directory, pod, files, isolation);
    for (let tries = 0; tries < START_TRIES_MAX; tries += 1) {
      const link = await this.#takeSupervisor(uid);
      const isClaimed = this.#feed.next(uid);
      link.send({ kind: "run", directory });
      await isClaimed;
      if ((await readJson<Claim>(join(directory, CLAIM_FILE))) !== undefined) return;
    }
    throw new PlatformError({
      code: "Unavailable",
      message: `No supervisor took pod ${pod.metadata.name}: each ended before it had claimed it.`,
      hint: `Files *.crash in ${this.#directories.supervisors} say why.`,
    });
  }

  /** The plan comes last: a directory with a plan is complete. */
  async #writePod(directory: string, pod: Pod, files: VolumeFiles, isolation: Isolation): Promise<void> {
    for (const name of ["logs", "termination", "volumes"]) {
      await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
    }
    await writeVolumes(directory, pod, files, ownerOf(isolation));
    const { gatewaySocket, apiSocket, processesMax } = this.#options;
    const plan = buildPodPlan(pod, {
      podDirectory: directory,
      isolation,
      ...(gatewaySocket === undefined ? {} : { gatewaySocket }),
      ...(apiSocket === undefined ? {} : { apiSocket }),
      ...(processesMax === undefined ? {} : { processesMax }),
      initProgram: initProgramOf(this.#installation),
    });
    await writeJson(join(directory, PLAN_FILE), plan, false);
  }

  /** Checked again after a failure: the operator may have mended it. */
  async #prepareIsolation(): Promise<Isolation> {
    this.#isolation ??= prepareIsolation({
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
      path: this.#options.path,
      ...(this.#options.podUserId === undefined ? {} : { podUserId: this.#options.podUserId }),
      installation: this.#installation,
      toolchains: this.#options.toolchains ?? [],
      directory: this.#directories.sandbox,
      unsafeNoSandbox: this.#options.unsafeNoSandbox === true,
    }).catch((error: unknown) => {
      this.#isolation = undefined;
      throw error;
    });
    const isolation = await this.#isolation;
    if (this.#options.compilesAhead === true) this.#compiler.start(isolation);
    return isolation;
  }

  async #takeSupervisor(uid: string): Promise<SupervisorLink> {
    const idle = [...this.#links.values()].find(
      (link) => link.isOpen() && link.uid() === undefined && link.takenFor() === undefined,
    );
    if (idle === undefined) return await this.#startSupervisor(uid);
    idle.take(uid);
    return idle;
  }

  async #startSupervisor(uid: string): Promise<SupervisorLink> {
    const program = supervisorProgram(this.#installation, this.#options);
    this.#started += 1;
    const name = `${String(process.pid)}-${Date.now().toString(36)}-${String(this.#started)}.sock`;
    const link = await startSupervisor(this.#place(), program, name, this.#listener());
    link.take(uid);
    this.#links.set(name, link);
    return link;
  }

  async #connect(name: string): Promise<SupervisorLink | undefined> {
    const link = await connectToSupervisor(this.#place(), name, this.#listener());
    if (link !== undefined) this.#links.set(name, link);
    return link;
  }

  /** A supervisor that answers and says that it runs this pod. */
  async #lives(uid: string, claim: Claim): Promise<boolean> {
    const known = this.#links.get(claim.supervisor);
    if (known?.isOpen() !== true) return (await this.#connect(claim.supervisor))?.uid() === uid;
    // What it said last may be from before it claimed the pod: only a new greeting is of now.
    return known.uid() === uid || (await askSupervisor(this.#place(), claim.supervisor)) === uid;
  }

  #listener() {
    return {
      notice: (link: SupervisorLink, notice: { readonly kind: string; readonly uid?: string }): void => {
        if (notice.kind === "idle") this.#afterPod(link);
        if (notice.uid !== undefined) this.#feed.publish(notice.uid);
      },
      closed: (link: SupervisorLink): void => {
        if (this.#links.get(link.name) === link) this.#links.delete(link.name);
        const uid = link.uid() ?? link.takenFor();
        if (uid === undefined || this.#isClosed) return;
        this.#feed.publish(uid);
        // What cannot be swept now is swept when the pod is removed.
        this.#sweepLost(uid).catch(() => undefined);
      },
    };
  }

  /** Several times: a process that the supervisor was just starting does not yet have the marker it is found by. */
  async #sweepLost(uid: string): Promise<void> {
    for (let round = 0; round < SWEEP_ROUNDS && !this.#isClosed; round += 1) {
      if ((await this.observe(uid))?.lost !== true) return;
      await this.#sweep(uid);
      await new Promise((resolve) => {
        setTimeout(resolve, SWEEP_PAUSE_MS);
      });
    }
  }

  /**
   * Ends what a killed supervisor may have left: bubblewrap dies with it, but for the moment before it has asked the
   * kernel for that.
   */
  async #sweep(uid: string): Promise<void> {
    const recorded = await readJson<RecordedState>(join(this.#podDirectory(uid), STATE_FILE));
    if (recorded?.finished !== true) await killLeftovers(`${uid}/`);
    await removeControlGroups(recorded?.controlGroups ?? []);
  }

  #afterPod(link: SupervisorLink): void {
    const idle = [...this.#links.values()].filter(
      (other) => other.uid() === undefined && other.takenFor() === undefined,
    );
    if (idle.length > SUPERVISORS_IDLE_MAX) link.close();
  }

  #place() {
    return { directory: this.#directories.supervisors, descriptor: this.#descriptor.fd };
  }

  #podDirectory(uid: string): string {
    if (!/^[\w-]{1,64}$/.test(uid)) throw new PlatformError({ code: "Invalid", message: `${uid}: not a uid of a pod` });
    return join(this.#directories.pods, uid);
  }

  async #inTurn<T>(uid: string, work: () => Promise<T>): Promise<T> {
    const previous = this.#pending.get(uid) ?? Promise.resolve();
    const mine = previous.then(work, work);
    this.#pending.set(uid, mine);
    try {
      return await mine;
    } finally {
      if (this.#pending.get(uid) === mine) this.#pending.delete(uid);
    }
  }
}

function uidOf(pod: Pod): string {
  const { uid } = pod.metadata;
  if (uid === undefined) throw new PlatformError({ code: "Invalid", message: `Pod ${pod.metadata.name} has no uid` });
  return uid;
}

function ownerOf(isolation: Isolation): Owner | undefined {
  return isolation.kind === "sandbox" && isolation.identity.kind === "drop" ? isolation.identity : undefined;
}

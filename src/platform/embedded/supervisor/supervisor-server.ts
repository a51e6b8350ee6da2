// The supervisor's own loop: claims a pod, runs it, tells whoever is connected, and takes another or ends.
// It needs nobody to be connected: the engine may die and come back while a pod runs.
import { link, unlink } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { basename, join } from "node:path";
import { findControllers } from "./control-group.ts";
import { CLAIM_FILE, PLAN_FILE, STATE_FILE, readJson, writeJson, type Claim } from "./pod-directory.ts";
import { OutputPipeStock } from "./output-pipes.ts";
import type { PodPlan } from "./pod-plan.ts";
import { supervisePod, type Supervision } from "./supervise-pod.ts";
import { encodeMessage, messageReader, type SupervisorNotice, type SupervisorRequest } from "./supervisor-protocol.ts";

/** A supervisor without a pod waits this long for the next: starting one costs more than keeping it a moment. */
export const SUPERVISOR_IDLE_MS = 15_000;

/** Between the name of the socket and the number of a pipe. */
const PIPE_SUFFIX = ".pipe-";

/** Listens on `socketPath` (its file name alone, in the current directory: socket paths are at most 107 bytes). */
export async function serveSupervisor(socketPath: string): Promise<void> {
  const supervisor = new SupervisorServer(socketPath);
  await supervisor.listen();
}

interface CurrentPod {
  readonly uid: string;
  /** Undefined until the pod is claimed. */
  supervision: Supervision | undefined;
}

class SupervisorServer {
  readonly #socketPath: string;
  readonly #server: Server;
  readonly #pipes: OutputPipeStock;
  /** Our own group stays the same. */
  readonly #controllers = findControllers();
  readonly #connections = new Set<Socket>();
  #current: CurrentPod | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
    this.#pipes = new OutputPipeStock(`${basename(socketPath)}${PIPE_SUFFIX}`);
    this.#server = createServer((connection) => this.#welcome(connection));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ path: basename(this.#socketPath) }, resolve);
    });
    this.#waitForWork();
  }

  #welcome(connection: Socket): void {
    this.#connections.add(connection);
    const read = messageReader((request) => this.#obey(request as SupervisorRequest));
    connection.setEncoding("utf8");
    connection.on("data", (chunk: string) => {
      try {
        read(chunk);
      } catch {
        connection.destroy();
      }
    });
    connection.on("error", () => connection.destroy());
    connection.on("close", () => {
      this.#connections.delete(connection);
      this.#endIfUnused();
    });
    this.#send(connection, { kind: "hello", ...(this.#current === undefined ? {} : { uid: this.#current.uid }) });
  }

  #obey(request: SupervisorRequest): void {
    switch (request.kind) {
      case "run":
        void this.#run(request.directory);
        return;
      case "stop":
        if (this.#current?.uid === request.uid) this.#current.supervision?.stop(request.graceSeconds);
    }
  }

  /** One pod at a time. Being asked for another while busy is a mistake of the runner; it hears `idle` for it. */
  async #run(directory: string): Promise<void> {
    const uid = basename(directory);
    if (this.#current !== undefined) {
      this.#broadcast({ kind: "idle", uid });
      return;
    }
    // Before the claim: an engine that dies now must not end us in the middle of it, and one that comes asks whose we are.
    this.#current = { uid, supervision: undefined };
    clearTimeout(this.#idleTimer);
    if (await this.#claim(directory)) await this.#supervise(directory, this.#current);
    this.#current = undefined;
    this.#broadcast({ kind: "idle", uid });
    this.#waitForWork();
    this.#endIfUnused();
  }

  async #supervise(directory: string, current: CurrentPod): Promise<void> {
    const plan = await readJson<PodPlan>(join(directory, PLAN_FILE));
    if (plan === undefined) throw new Error(`${directory} has no ${PLAN_FILE}`);
    const place = { directory, pipes: this.#pipes, controllers: await this.#controllers };
    current.supervision = supervisePod(plan, place, async (state, durable) => {
      await writeJson(join(directory, STATE_FILE), state, durable);
      this.#broadcast({ kind: "changed", uid: current.uid });
    });
    await current.supervision.finished;
  }

  /** False when the directory has been claimed before, by whomever. */
  async #claim(directory: string): Promise<boolean> {
    const claim: Claim = { supervisor: basename(this.#socketPath), pid: process.pid };
    const draft = join(directory, `${claim.supervisor}.claim`);
    await writeJson(draft, claim, false);
    try {
      // A link fails where the name exists and is never seen half-written.
      await link(draft, join(directory, CLAIM_FILE));
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
      throw error;
    } finally {
      await unlink(draft);
    }
  }

  #waitForWork(): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.#end(), SUPERVISOR_IDLE_MS);
  }

  /** Nobody is left who could give it another pod. */
  #endIfUnused(): void {
    if (this.#current === undefined && this.#connections.size === 0) void this.#end();
  }

  async #end(): Promise<void> {
    await this.#pipes.clear();
    await unlink(basename(this.#socketPath)).catch(() => undefined);
    process.exit(0);
  }

  #broadcast(notice: SupervisorNotice): void {
    for (const connection of this.#connections) this.#send(connection, notice);
  }

  #send(connection: Socket, notice: SupervisorNotice): void {
    connection.write(encodeMessage(notice));
  }
}

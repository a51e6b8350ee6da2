// The runner's end of the connection to one supervisor. While it is open, the supervisor lives.
import { spawn } from "node:child_process";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { PlatformError } from "../../errors.ts";
import { COMPILE_CACHE_VARIABLE, compileCacheDirectory } from "../../node/compile-cache.ts";
import type { RunyardInstallation } from "../sandbox/locate-installation.ts";
import {
  encodeMessage,
  messageReader,
  type SupervisorNotice,
  type SupervisorRequest,
} from "../supervisor/supervisor-protocol.ts";

/** A supervisor that does not listen by then could not start. */
export const SUPERVISOR_START_MS = 10_000;
const SUPERVISOR_POLL_MS = 4;
/** A living supervisor says hello at once; it may only be slow on a busy machine. */
const HELLO_MS = 5000;

export interface SupervisorLink {
  /** File name of its socket. */
  readonly name: string;
  /** The pod it runs, by the last notice. */
  uid(): string | undefined;
  isOpen(): boolean;
  /** Promised to this pod, until it says that it is idle again. */
  take(uid: string): void;
  takenFor(): string | undefined;
  send(request: SupervisorRequest): void;
  close(): void;
}

export interface LinkListener {
  notice(link: SupervisorLink, notice: SupervisorNotice): void;
  closed(link: SupervisorLink): void;
}

export interface SupervisorPlace {
  /** Directory of the sockets. */
  readonly directory: string;
  /** An open descriptor of it: socket addresses hold 107 bytes, and data directories can be deeper. */
  readonly descriptor: number;
}

/** Undefined when nobody listens there any more. */
export async function connectToSupervisor(
  place: SupervisorPlace,
  name: string,
  listener: LinkListener,
): Promise<SupervisorLink | undefined> {
  const socket = createConnection({ path: `/proc/self/fd/${String(place.descriptor)}/${name}` });
  socket.setEncoding("utf8");
  return await new Promise((resolve) => {
    let uid: string | undefined;
    let taken: string | undefined;
    let isOpen = true;
    const link: SupervisorLink = {
      name,
      uid: () => uid,
      isOpen: () => isOpen,
      take: (next) => {
        taken = next;
      },
      takenFor: () => taken,
      send: (request) => void socket.write(encodeMessage(request)),
      close: () => {
        isOpen = false;
        socket.end();
      },
    };
    const read = messageReader((message) => {
      const notice = message as SupervisorNotice;
      uid = notice.kind === "idle" ? undefined : notice.uid;
      if (notice.kind === "idle") taken = undefined;
      if (notice.kind === "hello") {
        clearTimeout(timer);
        resolve(link);
      } else listener.notice(link, notice);
    });
    const timer = setTimeout(() => socket.destroy(), HELLO_MS);
    socket.on("data", (chunk: string) => guard(socket, () => read(chunk)));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      clearTimeout(timer);
      isOpen = false;
      resolve(undefined);
      listener.closed(link);
    });
  });
}

/** The pod that a supervisor runs now, by a connection for this question alone. */
export async function askSupervisor(place: SupervisorPlace, name: string): Promise<string | undefined> {
  const nothing = (): void => undefined;
  const link = await connectToSupervisor(place, name, { notice: nothing, closed: nothing });
  link?.close();
  return link?.uid();
}

function guard(socket: Socket, work: () => void): void {
  try {
    work();
  } catch {
    socket.destroy();
  }
}

export interface SupervisorProgram {
  readonly node: string;
  readonly program: string;
  /** All of its environment; nothing else of ours goes along, it may hold secrets. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Its code is compiled once and kept: a supervisor is started for a pod that waits. */
export function supervisorProgram(
  { node, root, source }: RunyardInstallation,
  { path, dataDirectory }: { readonly path: string; readonly dataDirectory: string },
): SupervisorProgram {
  return {
    node,
    program: join(root, source.folder, "programs", `supervisor.${source.extension}`),
    environment: { PATH: path, [COMPILE_CACHE_VARIABLE]: compileCacheDirectory(dataDirectory) },
  };
}

/** Starts a supervisor in a session of its own and connects. Unavailable when it does not come up. */
export async function startSupervisor(
  place: SupervisorPlace,
  program: SupervisorProgram,
  name: string,
  listener: LinkListener,
): Promise<SupervisorLink> {
  const child = spawn(program.node, [program.program, join(place.directory, name)], {
    detached: true,
    stdio: "ignore",
    cwd: "/",
    env: program.environment,
  });
  const ended: string[] = [];
  child.once("error", (error) => ended.push(error.message));
  child.once("exit", (code, signal) => ended.push(`it ended with ${String(code ?? signal)}`));
  child.unref();
  const until = performance.now() + SUPERVISOR_START_MS;
  while (ended.length === 0 && performance.now() < until) {
    const link = await connectToSupervisor(place, name, listener);
    if (link !== undefined) return link;
    await new Promise((resolve) => {
      setTimeout(resolve, SUPERVISOR_POLL_MS);
    });
  }
  throw new PlatformError({
    code: "Unavailable",
    message: `The supervisor of a pod did not start: ${ended[0] ?? `no answer in ${String(SUPERVISOR_START_MS)} ms`}`,
    hint: `A file ${join(place.directory, name)}.crash, if there is one, says why.`,
  });
}

// Lets Node compile our programs once per engine instead of once per container: a pod starts eight of them, and reading
// their code was most of what a start cost. It is done in a sandbox of its own in which nothing but our code runs, at the
// paths and as the user of later containers; these read what was kept and cannot write it.
import { spawn } from "node:child_process";
import { chown, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Writable } from "node:stream";
import type { Isolation } from "../supervisor/pod-plan.ts";
import { buildSandboxArguments, GATE_DESCRIPTOR } from "./build-sandbox-arguments.ts";
import {
  APPLICATION,
  COMPILE_CACHE_VARIABLE,
  COMPILED,
  COMPILED_FOLDER,
  HOME,
  NODE,
  PROGRAMS,
} from "./sandbox-paths.ts";

const COMPILE_MS_MAX = 60_000;

/** Compiles once, beside whatever else goes on. */
export class AheadCompiler {
  readonly #directory: string;
  readonly #initProgram: string;
  readonly #closing = new AbortController();
  #work: Promise<unknown> | undefined;

  /** `directory` holds the prepared files; `initProgram` is below the application's folder. */
  constructor(directory: string, initProgram: string) {
    this.#directory = directory;
    this.#initProgram = initProgram;
  }

  start(isolation: Isolation): void {
    if (isolation.kind === "none") return;
    const { signal } = this.#closing;
    this.#work ??= compileAhead({ isolation, directory: this.#directory, initProgram: this.#initProgram, signal });
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#work;
  }
}

interface CompileOptions {
  readonly isolation: Isolation & { readonly kind: "sandbox" };
  readonly directory: string;
  readonly initProgram: string;
  readonly signal: AbortSignal;
}

/** True when code was kept. Without it containers only start more slowly. */
async function compileAhead(options: CompileOptions): Promise<boolean> {
  const fresh = join(options.directory, "compiling");
  try {
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true, mode: 0o700 });
    const { identity } = options.isolation;
    if (identity.kind === "drop") await chown(fresh, identity.uid, identity.gid);
    if (!(await compile(options, fresh))) return false;
    await keep(fresh, join(options.directory, COMPILED_FOLDER));
    return true;
  } catch (error) {
    // The engine closes, or the disk is full.
    if (error instanceof Error) return false;
    throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function compile({ isolation, initProgram, signal }: CompileOptions, fresh: string): Promise<boolean> {
  const { options, command } = buildSandboxArguments({
    ...isolation,
    mounts: [{ source: fresh, target: COMPILED, readOnly: false }],
    environment: { PATH: "/usr/bin:/bin", HOME, [COMPILE_CACHE_VARIABLE]: COMPILED },
    hostname: "compile",
    workingDirectory: HOME,
    command: [NODE, `${APPLICATION}/${initProgram}`, "--", `${PROGRAMS}/agent`, "load"],
  });
  const child = spawn(isolation.bubblewrap, ["--args", "3", "--", ...command], {
    env: {},
    signal,
    timeout: COMPILE_MS_MAX,
    killSignal: "SIGKILL",
    stdio: ["ignore", "ignore", "ignore", "pipe", "ignore", "pipe"],
  });
  for (const [descriptor, text] of [
    [3, options.map((option) => `${option}\0`).join("")],
    // Nothing has to happen before the command starts.
    [GATE_DESCRIPTOR, "\n"],
  ] as const) {
    const input = (child.stdio as readonly unknown[])[descriptor] as Writable;
    // A sandbox that ends early is told by its exit code.
    input.on("error", () => undefined);
    if (descriptor === GATE_DESCRIPTOR) input.write(text);
    else input.end(text);
  }
  return await new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("close", (code) => resolve(code === 0));
  });
}

/** File by file and each as a whole, because containers may be reading there. Node keeps one folder per version and user. */
async function keep(from: string, to: string): Promise<void> {
  for (const folder of await readdir(from)) {
    await mkdir(join(to, folder), { recursive: true, mode: 0o755 });
    for (const name of await readdir(join(from, folder)))
      await rename(join(from, folder, name), join(to, folder, name));
  }
}

// The command `runyard`: joins the commands with this machine. bin/runyard.js calls it on a Node that is new enough.
import { readFileSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { isatty } from "node:tty";
import type { About, Output, UserFiles } from "../cli/command.ts";
import { runCommandLine } from "../cli/run-command-line.ts";
import { keepCompiledCode } from "../platform/node/compile-cache.ts";
import { SYSTEM_CLOCK } from "../platform/node/system-clock.ts";
import { boundYoungGeneration } from "./engine/young-generation.ts";

/** Runs the command line of this process; its exit code is set when it is done. */
export async function main(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", endOnBrokenPipe);
  process.exitCode = await runCommandLine(process.argv.slice(2), {
    out: outputOf(process.stdout),
    err: outputOf(process.stderr),
    clock: SYSTEM_CLOCK,
    files: USER_FILES,
    environment: process.env,
    about: readAbout(),
    // Each is loaded only when it is needed: the client's HTTP, or the engine, would keep the other one waiting.
    connect: async (source) => {
      const { connectKubernetes } = await import("../platform/kubernetes/connect-kubernetes.ts");
      return await connectKubernetes({ kubeconfig: source }, { clock: SYSTEM_CLOCK });
    },
    startEngine: async (options) => {
      const dataDirectory = resolve(options.dataDirectory);
      keepCompiledCode(dataDirectory);
      boundYoungGeneration();
      const { startEngine } = await import("./engine.ts");
      return await startEngine({ ...options, dataDirectory, environment: process.env });
    },
    interruption,
  });
}

/** Files as the user of this machine sees them. */
export const USER_FILES: UserFiles = {
  async kindOf(path) {
    try {
      return (await stat(path)).isDirectory() ? "directory" : "file";
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // What may not be looked at is there: reading it will say why it cannot be read.
      return code === "ENOENT" || code === "ENOTDIR" ? "missing" : "file";
    }
  },
  read: async (path) => await readFile(path, "utf8"),
  list: async (path) => await readdir(path),
  readInput: async () => await text(process.stdin),
};

/** The versions that this program is made of and runs on. */
export function readAbout(): About {
  const packageFile = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return { version: packageFile.version, node: process.versions.node, sqlite: process.versions["sqlite"] ?? "unknown" };
}

function outputOf(stream: NodeJS.WriteStream & { readonly fd: number }): Output {
  return {
    isTerminal: isatty(stream.fd),
    write: (written) => {
      stream.write(written);
    },
  };
}

/** Whoever reads us has seen enough, as in `runyard get pods | head -1`: that is no failure. */
function endOnBrokenPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
}

/** The first signal ends in good order; a second one of the same kind ends the process at once. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(name, () => controller.abort(new Error(`the process got ${name}`)));
  }
  return controller.signal;
}

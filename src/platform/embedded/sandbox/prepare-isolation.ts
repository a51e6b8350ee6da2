// Decides once per engine how containers are kept apart on this machine, and writes the files that sandboxes need.
import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PlatformError } from "../../errors.ts";
import type { Isolation } from "../supervisor/pod-plan.ts";
import { buildPreparedFiles } from "./build-prepared-files.ts";
import type { Toolchain } from "./build-sandbox-arguments.ts";
import { checkSandbox } from "./check-sandbox.ts";
import type { RunyardInstallation } from "./locate-installation.ts";
import { readHostLayout } from "./read-host-layout.ts";
import {
  APPLICATION,
  COMPILED,
  COMPILED_FOLDER,
  FALLBACK_PROGRAMS,
  HOME,
  NODE,
  PROGRAMS,
  TOOLCHAINS,
} from "./sandbox-paths.ts";

export interface IsolationOptions {
  /** Of this process. */
  readonly uid: number;
  readonly gid: number;
  readonly path: string;
  readonly podUserId?: number;
  readonly installation: RunyardInstallation;
  readonly toolchains: readonly Toolchain[];
  /** A directory of ours for the prepared files. */
  readonly directory: string;
  readonly unsafeNoSandbox: boolean;
}

/** Forbidden, with the command that mends it as hint, when no sandbox can be made here. */
export async function prepareIsolation(options: IsolationOptions): Promise<Isolation> {
  if (options.unsafeNoSandbox) return await prepareNone(options);
  const check = await checkSandbox(options);
  if (check.kind === "unavailable") {
    throw new PlatformError({
      code: "Forbidden",
      message: `No sandbox can be made on this machine (${check.cause.id}): ${check.cause.message}`,
      hint: check.cause.fix,
    });
  }
  const { uid, gid } = check.identity;
  const inside = { node: NODE, application: APPLICATION, home: HOME, compiled: COMPILED };
  await mkdir(join(options.directory, COMPILED_FOLDER), { recursive: true, mode: 0o755 });
  await writePrepared(options, { uid, gid, ...inside });
  const { node, application } = options.installation;
  return {
    kind: "sandbox",
    bubblewrap: check.bubblewrap,
    identity: check.identity,
    host: await readHostLayout(),
    installation: { node, application, preparedFiles: options.directory, toolchains: options.toolchains },
  };
}

async function prepareNone(options: IsolationOptions): Promise<Isolation> {
  const { node, root } = options.installation;
  const home = join(options.directory, "home");
  await mkdir(home, { recursive: true, mode: 0o700 });
  await writePrepared(options, { uid: options.uid, gid: options.gid, node, application: root, home });
  const toolchains = options.toolchains.map(({ name, directory }) => [`${TOOLCHAINS}/${name}`, directory] as const);
  return {
    kind: "none",
    paths: {
      [NODE]: node,
      [APPLICATION]: root,
      [PROGRAMS]: join(options.directory, "bin"),
      [FALLBACK_PROGRAMS]: join(options.directory, "fallback"),
      [HOME]: home,
      ...Object.fromEntries(toolchains),
    },
  };
}

interface Places {
  readonly uid: number;
  readonly gid: number;
  readonly node: string;
  readonly application: string;
  readonly home: string;
  readonly compiled?: string;
}

/** Each file is replaced as a whole, because containers of an earlier engine may be reading it. */
async function writePrepared(options: IsolationOptions, places: Places): Promise<void> {
  for (const file of buildPreparedFiles({ ...places, source: options.installation.source })) {
    const path = join(options.directory, file.path);
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await writeFile(`${path}.new`, file.content);
    await chmod(`${path}.new`, file.mode);
    await rename(`${path}.new`, path);
  }
}

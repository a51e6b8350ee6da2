// Where Runyard's own files are on this host: a checkout that runs from source, or an installed package.
import { realpathSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { APPLICATION, INSTALLATION } from "./sandbox-paths.ts";

export interface RunyardInstallation {
  /** The node that runs this process. */
  readonly node: string;
  /** Directory of package.json. */
  readonly root: string;
  /** `src` with `ts` in a checkout, `dist` with `js` when installed. */
  readonly source: { readonly folder: string; readonly extension: string };
  /** For sandboxes: path inside → host path. Only code and packages; never the whole directory of a checkout. */
  readonly application: Readonly<Record<string, string>>;
}

export function locateInstallation(): RunyardInstallation {
  const here = fileURLToPath(import.meta.url);
  const code = dirname(dirname(dirname(dirname(here))));
  const root = dirname(code);
  const folder = basename(code);
  const application: Record<string, string> = {
    [`${APPLICATION}/${folder}`]: code,
    [`${APPLICATION}/package.json`]: join(root, "package.json"),
  };
  const own = existing(join(root, "node_modules"));
  if (own !== undefined) application[`${APPLICATION}/node_modules`] = own;
  const shared = nearestAbove(root);
  if (shared !== undefined) application[`${INSTALLATION}/node_modules`] = shared;
  return { node: process.execPath, root, source: { folder, extension: extname(here).slice(1) }, application };
}

/** The first program of a container that speaks to the gateway or the API, below the application's folder. */
export function initProgramOf({ source }: RunyardInstallation): string {
  return `${source.folder}/programs/container-init.${source.extension}`;
}

/** Package managers put packages that several others need into a node_modules further up. */
function nearestAbove(root: string): string | undefined {
  for (let directory = dirname(root); directory !== dirname(directory); directory = dirname(directory)) {
    const found = basename(directory) === "node_modules" ? directory : existing(join(directory, "node_modules"));
    if (found !== undefined) return found;
  }
  return undefined;
}

function existing(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? realpathSync(path) : undefined;
}

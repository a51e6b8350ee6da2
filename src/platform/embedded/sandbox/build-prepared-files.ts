// The few small files that sandboxes get in place of the host's: accounts, hosts, and the wrappers of our programs.
import { COMPILE_CACHE_VARIABLE } from "./sandbox-paths.ts";

/** The agent program lives for seconds: collecting garbage while it loads would only cost time. */
const NODE_OPTIONS = "--min-semi-space-size=16";

export interface PreparedFile {
  /** Below the directory of prepared files. */
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

export interface PreparedFilesRequest {
  readonly uid: number;
  readonly gid: number;
  /** Inside the sandbox; without one, their places on the host. */
  readonly node: string;
  readonly application: string;
  readonly home: string;
  /** Where our programs find what Node has compiled of them; absent without a sandbox. */
  readonly compiled?: string;
  /** `src` with `ts` in a checkout, `dist` with `js` when installed. */
  readonly source: { readonly folder: string; readonly extension: string };
}

/** Their contents. `/opt/runyard/bin/agent` is the program of agent pods, the same name as in the cluster's image. */
export function buildPreparedFiles(request: PreparedFilesRequest): readonly PreparedFile[] {
  const { uid, gid, node, home, compiled } = request;
  const file = (path: string, content: string): PreparedFile => ({ path, content, mode: 0o644 });
  const program = (path: string, command: string, setting = ""): PreparedFile => ({
    path,
    content: `#!/bin/sh\n${setting}exec ${command} "$@"\n`,
    mode: 0o755,
  });
  const kept = compiled === undefined ? "" : `export ${COMPILE_CACHE_VARIABLE}=${compiled}\n`;
  const agent = `${request.application}/${request.source.folder}/programs/agent.${request.source.extension}`;
  return [
    file("passwd", `runyard:x:${String(uid)}:${String(gid)}:Runyard pod:${home}:/bin/sh\n`),
    file("group", `runyard:x:${String(gid)}:\n`),
    file("hosts", "127.0.0.1 localhost\n::1 localhost\n"),
    file("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files\n"),
    program("bin/agent", `${node} ${NODE_OPTIONS} ${agent}`, kept),
    program("fallback/node", node),
  ];
}

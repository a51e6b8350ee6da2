// The command line of bubblewrap for one container, as a pure function of what the container may see.
// Everything is an allow-list: what is not named here does not exist inside.
import {
  API_DIRECTORY,
  API_SOCKET,
  COMPILED,
  COMPILED_FOLDER,
  FALLBACK_PROGRAMS,
  GATEWAY_DIRECTORY,
  GATEWAY_SOCKET,
  NODE,
  PROGRAMS,
  SCRATCH,
  TOOLCHAINS,
} from "./sandbox-paths.ts";

/** A top-level directory of the host, or the symbolic link that stands in its place. */
export type SystemRoot =
  | { readonly kind: "directory"; readonly path: string }
  | { readonly kind: "link"; readonly path: string; readonly target: string };

/** What the host has of the allowed system paths. */
export interface HostLayout {
  readonly roots: readonly SystemRoot[];
  /** Existing entries below /etc, of ETC_ALLOWED. */
  readonly etc: readonly string[];
}

/**
 * Who the processes are on the host. `self`: the user that started Runyard, in a user namespace of its own.
 * `drop`: started by root, so that bubblewrap may bind any directory; the command then becomes `uid` for good,
 * and enters a user namespace too where the host allows it.
 */
export type SandboxIdentity =
  | { readonly kind: "self"; readonly uid: number; readonly gid: number }
  | { readonly kind: "drop"; readonly uid: number; readonly gid: number; readonly userNamespace: boolean };

export interface SandboxMount {
  /** On the host. */
  readonly source: string;
  /** Inside. */
  readonly target: string;
  readonly readOnly: boolean;
}

/** Directory of a coding-agent CLI or another tool, read-only at /opt/toolchains/<name>. */
export interface Toolchain {
  readonly name: string;
  readonly directory: string;
  /** Directory of executables below `directory`, put on PATH; "." for the directory itself. */
  readonly programs?: string;
}

/** Runyard's own files, and the few that are made for sandboxes (passwd, group, hosts, …). */
export interface SandboxInstallation {
  readonly node: string;
  /** Holds passwd, group, hosts, nsswitch.conf, bin/, fallback/ and compiled/. */
  readonly preparedFiles: string;
  /** Runyard's code and its packages: path inside → host path. */
  readonly application: Readonly<Record<string, string>>;
  readonly toolchains: readonly Toolchain[];
}

export interface SandboxRequest {
  readonly identity: SandboxIdentity;
  readonly host: HostLayout;
  readonly installation: SandboxInstallation;
  readonly mounts: readonly SandboxMount[];
  /** Host directories that hold the listening sockets; a container without one cannot speak to it. */
  readonly gatewaySocket?: string;
  readonly apiSocket?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly workingDirectory: string;
  readonly command: readonly string[];
}

export interface SandboxArguments {
  /** For `--args FD`: kept off the command line, which every process inside can read in /proc/1/cmdline. */
  readonly options: readonly string[];
  /** After `--`. */
  readonly command: readonly string[];
}

/** The descriptor of the gate: a socket whose other end the supervisor holds. */
export const GATE_DESCRIPTOR = 5;

/**
 * The command starts only when the supervisor answers through the gate. bubblewrap asks the kernel to die with its
 * parent only a moment after it has started; a supervisor that is killed in that moment would leave a container behind.
 * By the time the gate is reached the kernel has been asked, and until then the dead supervisor's gate stays shut.
 */
const GATE = 'echo >&5 && read -r answer <&5 || exit 125; exec 5<&-; exec "$@"';

/** The options and the command for bubblewrap 0.5 or newer. */
export function buildSandboxArguments(request: SandboxRequest): SandboxArguments {
  return {
    options: [
      ...namespaceOptions(request.identity),
      "--hostname",
      request.hostname,
      ...directoryOptions(request),
      ...request.host.roots.flatMap(rootOptions),
      ...etcOptions(request),
      "--proc",
      "/proc",
      "--dev",
      "/dev",
      ...SCRATCH.flatMap((path) => ["--perms", "1777", "--tmpfs", path]),
      ...installationOptions(request.installation),
      ...socketOptions(GATEWAY_DIRECTORY, GATEWAY_SOCKET, request.gatewaySocket),
      ...socketOptions(API_DIRECTORY, API_SOCKET, request.apiSocket),
      ...outermostFirst(request.mounts).flatMap((mount) => [
        mount.readOnly ? "--ro-bind" : "--bind",
        mount.source,
        mount.target,
      ]),
      "--remount-ro",
      "/",
      ...environmentOptions(request.environment),
      "--chdir",
      request.workingDirectory,
    ],
    command: [...becomeUser(request.identity), "/bin/sh", "-c", GATE, "sh", ...request.command],
  };
}

/** The same namespaces, system mounts and privileges around `true`: does this host allow them? */
export function buildTrialArguments(identity: SandboxIdentity, host: HostLayout): SandboxArguments {
  return {
    options: [
      ...namespaceOptions(identity),
      ...host.roots.flatMap(rootOptions),
      "--proc",
      "/proc",
      "--dev",
      "/dev",
      "--perms",
      "1777",
      "--tmpfs",
      "/tmp",
      "--remount-ro",
      "/",
      "--setenv",
      "PATH",
      "/usr/sbin:/usr/bin:/sbin:/bin",
    ],
    command: [...becomeUser(identity), "true"],
  };
}

function namespaceOptions(identity: SandboxIdentity): readonly string[] {
  const always = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"];
  const ending = ["--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"];
  switch (identity.kind) {
    case "self":
      return ["--unshare-user", ...always, ...ending];
    case "drop":
      // Just enough to become somebody else; setpriv gives these up before the command runs.
      return [...always, ...ending, ...["SETUID", "SETGID", "SETPCAP"].flatMap((name) => ["--cap-add", `CAP_${name}`])];
  }
}

/** bubblewrap sets no_new_privs itself, so no set-uid program inside can undo this. */
function becomeUser(identity: SandboxIdentity): readonly string[] {
  switch (identity.kind) {
    case "self":
      return [];
    case "drop": {
      const uid = String(identity.uid);
      const gid = String(identity.gid);
      const drop = ["setpriv", "--reuid", uid, "--regid", gid, "--clear-groups", "--no-new-privs"];
      const capabilities = ["--bounding-set=-all", "--inh-caps=-all", "--"];
      const enter = ["unshare", "--user", `--map-user=${uid}`, `--map-group=${gid}`, "--"];
      return [...drop, ...capabilities, ...(identity.userNamespace ? enter : [])];
    }
  }
}

/**
 * Directories above what is bound, where nothing else makes them. bubblewrap would make them for its own user alone,
 * and as root that is not the user of the containers.
 */
function directoryOptions(request: SandboxRequest): readonly string[] {
  const { host, installation, mounts } = request;
  const targets = [
    ...host.etc.map((name) => `/etc/${name}`),
    "/etc/passwd",
    ...SCRATCH,
    NODE,
    PROGRAMS,
    `${TOOLCHAINS}/any`,
    GATEWAY_SOCKET,
    ...Object.keys(installation.application),
    ...mounts.map((mount) => mount.target),
  ];
  const covered = [
    "/dev",
    "/proc",
    "/tmp",
    ...host.roots.map((root) => root.path),
    ...mounts.map(({ target }) => target),
  ];
  const isCovered = (path: string): boolean =>
    covered.some((directory) => path === directory || path.startsWith(`${directory}/`));
  const directories = new Set(targets.flatMap(directoriesAbove).filter((path) => !isCovered(path)));
  return [...directories].sort().flatMap((path) => ["--perms", "0755", "--dir", path]);
}

/** `/a/b/c` → `/a`, `/a/b`. */
function directoriesAbove(path: string): readonly string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

function rootOptions(root: SystemRoot): readonly string[] {
  return root.kind === "link" ? ["--symlink", root.target, root.path] : ["--ro-bind", root.path, root.path];
}

function etcOptions(request: SandboxRequest): readonly string[] {
  const prepared = ["passwd", "group", "hosts", "nsswitch.conf"];
  return [
    ...request.host.etc.flatMap((name) => ["--ro-bind", `/etc/${name}`, `/etc/${name}`]),
    ...prepared.flatMap((name) => ["--ro-bind", `${request.installation.preparedFiles}/${name}`, `/etc/${name}`]),
  ];
}

function installationOptions(installation: SandboxInstallation): readonly string[] {
  const application = Object.entries(installation.application).flatMap(([target, source]) => [
    "--ro-bind",
    source,
    target,
  ]);
  return [
    "--ro-bind",
    installation.node,
    NODE,
    "--ro-bind",
    `${installation.preparedFiles}/bin`,
    PROGRAMS,
    "--ro-bind",
    `${installation.preparedFiles}/fallback`,
    FALLBACK_PROGRAMS,
    "--ro-bind",
    `${installation.preparedFiles}/${COMPILED_FOLDER}`,
    COMPILED,
    ...application,
    ...installation.toolchains.flatMap((toolchain) => [
      "--ro-bind",
      toolchain.directory,
      `${TOOLCHAINS}/${toolchain.name}`,
    ]),
  ];
}

/** `socket` is a path whose directory holds nothing else, so that binding the directory shows only the socket. */
function socketOptions(directory: string, link: string, socket: string | undefined): readonly string[] {
  if (socket === undefined) return [];
  const slash = socket.lastIndexOf("/");
  const target = `${directory.slice(directory.lastIndexOf("/") + 1)}/${socket.slice(slash + 1)}`;
  return ["--ro-bind", socket.slice(0, slash), directory, "--symlink", target, link];
}

/** A mount inside another must come after it, or the outer one would cover it. */
function outermostFirst(mounts: readonly SandboxMount[]): readonly SandboxMount[] {
  return [...mounts].sort((a, b) => depth(a.target) - depth(b.target));
}

function depth(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}

function environmentOptions(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => ["--setenv", name, value]);
}

/** PATH inside: the agent's own programs, tools of the configuration, the system, and our node as the last resort. */
export function buildSandboxPath(toolchains: readonly Toolchain[]): string {
  const tools = toolchains.flatMap((toolchain) => {
    if (toolchain.programs === undefined) return [];
    const directory = `${TOOLCHAINS}/${toolchain.name}`;
    return [toolchain.programs === "." ? directory : `${directory}/${toolchain.programs}`];
  });
  const system = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
  return [PROGRAMS, ...tools, ...system, FALLBACK_PROGRAMS].join(":");
}

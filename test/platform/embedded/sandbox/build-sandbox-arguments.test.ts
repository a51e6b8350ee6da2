import { describe, expect, it } from "vitest";
import {
  buildSandboxArguments,
  buildSandboxPath,
  buildTrialArguments,
  type SandboxRequest,
} from "../../../../src/platform/embedded/sandbox/build-sandbox-arguments.ts";

function request(changes: Partial<SandboxRequest> = {}): SandboxRequest {
  return {
    identity: { kind: "self", uid: 1000, gid: 1000 },
    host: {
      roots: [
        { kind: "directory", path: "/usr" },
        { kind: "link", path: "/bin", target: "usr/bin" },
      ],
      etc: ["ssl/certs"],
    },
    installation: {
      node: "/n/node",
      preparedFiles: "/data/sandbox",
      application: { "/opt/runyard/app/src": "/s" },
      toolchains: [],
    },
    mounts: [],
    environment: { PATH: "/usr/bin" },
    hostname: "pod",
    workingDirectory: "/work",
    command: ["true"],
    ...changes,
  };
}

/** The options as lines: an option and its values. */
function lines(options: readonly string[]): readonly string[] {
  return options.join(" ").split(/ (?=--)/);
}

describe("the command line of a sandbox", () => {
  it("gives an ordinary user a user namespace of its own and no capability", () => {
    const { options, command } = buildSandboxArguments(request());

    expect(lines(options)).toEqual(
      expect.arrayContaining(["--unshare-user", "--unshare-net", "--unshare-pid", "--cap-drop ALL"]),
    );
    expect(options).not.toContain("--cap-add");
    expect(command.slice(0, 2)).toEqual(["/bin/sh", "-c"]);
    expect(command.slice(3)).toEqual(["sh", "true"]);
  });

  it("started by root becomes an unprivileged user before the command, in a user namespace where allowed", () => {
    const withNamespace = buildSandboxArguments(
      request({ identity: { kind: "drop", uid: 7, gid: 8, userNamespace: true } }),
    );
    const without = buildSandboxArguments(
      request({ identity: { kind: "drop", uid: 7, gid: 8, userNamespace: false } }),
    );

    expect(withNamespace.command.slice(0, -5).join(" ")).toBe(
      "setpriv --reuid 7 --regid 8 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all -- unshare --user --map-user=7 --map-group=8 --",
    );
    expect(without.command).not.toContain("unshare");
    expect(withNamespace.options).not.toContain("--unshare-user");
    expect(lines(withNamespace.options).filter((line) => line.startsWith("--cap"))).toEqual([
      "--cap-drop ALL",
      "--cap-add CAP_SETUID",
      "--cap-add CAP_SETGID",
      "--cap-add CAP_SETPCAP",
    ]);
  });

  it("binds only what is on the list, each read-only, and links as the host links", () => {
    const { options } = buildSandboxArguments(request());

    expect(lines(options).filter((line) => /^--(ro-)?bind|^--symlink/.test(line))).toEqual([
      "--ro-bind /usr /usr",
      "--symlink usr/bin /bin",
      "--ro-bind /etc/ssl/certs /etc/ssl/certs",
      "--ro-bind /data/sandbox/passwd /etc/passwd",
      "--ro-bind /data/sandbox/group /etc/group",
      "--ro-bind /data/sandbox/hosts /etc/hosts",
      "--ro-bind /data/sandbox/nsswitch.conf /etc/nsswitch.conf",
      "--ro-bind /n/node /opt/runyard/node",
      "--ro-bind /data/sandbox/bin /opt/runyard/bin",
      "--ro-bind /data/sandbox/fallback /opt/runyard/fallback",
      "--ro-bind /data/sandbox/compiled /opt/runyard/compiled",
      "--ro-bind /s /opt/runyard/app/src",
    ]);
  });

  it("mounts an outer volume before the one inside it, and makes the root read-only after all of them", () => {
    const inner = { source: "/v/inner", target: "/work/a/b", readOnly: true };
    const outer = { source: "/v/outer", target: "/work", readOnly: false };

    const { options } = buildSandboxArguments(request({ mounts: [inner, outer] }));

    const found = lines(options);
    expect(found.indexOf("--bind /v/outer /work")).toBeLessThan(found.indexOf("--ro-bind /v/inner /work/a/b"));
    expect(found.indexOf("--ro-bind /v/inner /work/a/b")).toBeLessThan(found.indexOf("--remount-ro /"));
  });

  it("makes the directories above mounts readable for all, but none inside another mount", () => {
    const mounts = [
      { source: "/v/a", target: "/srv/deep/place", readOnly: false },
      { source: "/v/b", target: "/srv/deep/place/inside/it", readOnly: false },
    ];

    const { options } = buildSandboxArguments(request({ mounts }));

    const made = lines(options)
      .filter((line) => line.startsWith("--dir"))
      .map((line) => line.slice(6).split(" ")[0]);
    expect(made).toEqual(
      expect.arrayContaining(["/etc", "/etc/ssl", "/opt", "/opt/runyard", "/opt/runyard/app", "/srv", "/srv/deep"]),
    );
    expect(made).not.toContain("/srv/deep/place/inside");
    expect(made).not.toContain("/usr");
  });

  it("binds the directory of a socket, so that a restarted gateway is reached again", () => {
    const { options } = buildSandboxArguments(
      request({ gatewaySocket: "/data/gateway/gateway.sock", apiSocket: "/data/api/s" }),
    );

    expect(lines(options)).toEqual(
      expect.arrayContaining([
        "--ro-bind /data/gateway /run/runyard/gateway",
        "--symlink gateway/gateway.sock /run/runyard/gateway.sock",
        "--ro-bind /data/api /run/runyard/api",
        "--symlink api/s /run/runyard/api.sock",
      ]),
    );
  });

  it("keeps variables off the command line that a process inside can read", () => {
    const { options, command } = buildSandboxArguments(request({ environment: { TOKEN_FILE: "/x", EMPTY: "" } }));

    expect(options.join(" ")).toContain("--clearenv");
    expect(options.join("|")).toContain("--setenv|EMPTY|");
    expect(command.join(" ")).not.toContain("TOKEN_FILE");
  });

  it("puts tools of the configuration before the system's and our node last on PATH", () => {
    const toolchains = [
      { name: "codex", directory: "/c", programs: "bin" },
      { name: "flat", directory: "/f", programs: "." },
      { name: "data", directory: "/d" },
    ];

    const path = buildSandboxPath(toolchains).split(":");
    const { options } = buildSandboxArguments(request({ installation: { ...request().installation, toolchains } }));

    expect(path.slice(0, 3)).toEqual(["/opt/runyard/bin", "/opt/toolchains/codex/bin", "/opt/toolchains/flat"]);
    expect(path.at(-1)).toBe("/opt/runyard/fallback");
    expect(path.join(":")).not.toContain("data");
    expect(lines(options)).toContain("--ro-bind /d /opt/toolchains/data");
  });

  it("tries a host out with the same privileges as a container", () => {
    const trial = buildTrialArguments({ kind: "drop", uid: 7, gid: 7, userNamespace: true }, request().host);

    expect(trial.options).toContain("--unshare-net");
    expect(trial.command[0]).toBe("setpriv");
    expect(trial.command.at(-1)).toBe("true");
  });
});

// A machine on which no sandbox can be made, as its user meets it: `runyard up` says so with the command that mends it,
// and a run is refused with the same words. Each machine is this one with what makes it so: a search path without
// bubblewrap, a bubblewrap that fails as the kernel makes it fail, and in a mount namespace of its own the files that
// tell of AppArmor or of a container.
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { waitFor } from "../support/engine-world.ts";
import { freePort } from "../support/free-port.ts";
import { endProcessesOf } from "../support/processes.ts";
import { temporaryDirectory } from "../support/temporary-store.ts";

const execute = promisify(execFile);
const RUNYARD = fileURLToPath(new URL("../../bin/runyard.js", import.meta.url));
const UP_MS = 60_000;
const RUN_MS = 120_000;
const ORDINARY_USER = "65534";
const isRoot = process.getuid?.() === 0;

const FAILING = "echo 'bwrap: setting up uid map: Permission denied' >&2; exit 1";
const APPARMOR =
  "mount -t tmpfs tmpfs /proc/sys/kernel; echo 1 > /proc/sys/kernel/apparmor_restrict_unprivileged_userns";
const CONTAINER = "mount -t tmpfs tmpfs /run; : > /run/.containerenv";

interface Machine {
  readonly what: string;
  /** Body of the bwrap in the search path; undefined: there is none. */
  readonly bwrap?: string;
  /** Commands of root in a mount namespace, before the engine starts there. */
  readonly mounts?: string;
  readonly ordinary?: true;
  readonly cause: string;
  readonly fix: string;
}

const MACHINES: readonly Machine[] = [
  { what: "bubblewrap is missing", cause: "(BubblewrapMissing)", fix: "sudo apt-get install bubblewrap" },
  {
    what: "bubblewrap is too old",
    bwrap: "echo 'bwrap: Unknown option --disable-userns' >&2; exit 1",
    cause: "(BubblewrapTooOld)",
    fix: "sudo apt-get install --only-upgrade bubblewrap",
  },
  {
    what: "an AppArmor rule forbids it",
    bwrap: FAILING,
    mounts: APPARMOR,
    ordinary: true,
    cause: "(AppArmor)",
    fix: "apparmor_parser -r /etc/apparmor.d/bwrap",
  },
  {
    what: "it is the inside of a container",
    bwrap: FAILING,
    mounts: CONTAINER,
    cause: "(InsideContainer)",
    fix: "docker run --security-opt seccomp=unconfined",
  },
];

if (!isRoot) console.error("SKIPPED: machines that need a mount namespace are only made by a test run by root");

describe.each(MACHINES.filter(({ mounts }) => mounts === undefined || isRoot))("where $what", (machine) => {
  it(
    "the engine starts and says what mends it, and a run is refused with the same",
    async () => {
      const engine = await startEngine(machine);

      const { errors } = engine;
      expect(errors()).toContain(`runyard: No sandbox can be made on this machine ${machine.cause}: `);
      expect(errors()).toContain("refuses every run until this is mended");
      expect(errors()).toMatch(/^ {2}What to do: .*$/m);
      expect(/^ {2}What to do: (.*)$/m.exec(errors())?.[1]).toContain(machine.fix);

      await engine.runyard("apply", "-f", engine.manifest);
      let described = "";
      await waitFor(
        "the run to be refused",
        async () => {
          described = await engine.runyard("describe", "coderun", "task-7");
          return described.includes("SandboxUnavailable");
        },
        UP_MS,
      );
      const run = JSON.parse(await engine.runyard("get", "coderun", "task-7", "-o", "json")) as Run;
      expect(run.status).toMatchObject({ phase: "Failed", retryCount: 0 });
      expect(run.status.message).toContain(machine.fix);
    },
    RUN_MS,
  );
});

interface Run {
  readonly status: { readonly phase: string; readonly message: string };
}

const CODE_RUN = `apiVersion: agents.platform/v1
kind: CodeRun
metadata: { name: task-7 }
spec:
  taskId: 7
  service: shop
  repositoryUrl: acme/shop
  docsRepositoryUrl: acme/shop
  workingDirectory: .
  githubApp: Runyard-Author
  model: gpt-5.5
`;

async function startEngine(machine: Machine) {
  const directory = await temporaryDirectory();
  const data = join(directory, "data");
  const programs = join(directory, "bin");
  const manifest = join(directory, "run.yaml");
  await writeFile(manifest, CODE_RUN);
  await writeFile(join(directory, "values.yaml"), `github: { webhook: { port: ${await freePort()} } }\n`);
  await makePrograms(programs, machine.bwrap);
  await mkdir(data);
  if (machine.ordinary === true && isRoot) await chown(data, Number(ORDINARY_USER), Number(ORDINARY_USER));
  await chmod(directory, 0o755);
  const up = [
    process.execPath,
    RUNYARD,
    "up",
    "--data-dir",
    data,
    "--port",
    "0",
    "--values",
    `${directory}/values.yaml`,
  ];
  const child = startProcess(machine, up, programs);
  onTestFinished(async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    await endProcessesOf(data);
  });
  const printed = { out: "", errors: "" };
  child.stdout?.on("data", (part: Buffer) => (printed.out += part.toString()));
  child.stderr?.on("data", (part: Buffer) => (printed.errors += part.toString()));
  await waitFor("the engine to say how it stands", () => printed.errors.includes("What to do"), UP_MS);
  expect(printed.out).toContain("Runyard is up.");
  const runyard = async (...words: readonly string[]): Promise<string> => {
    const { stdout } = await execute(process.execPath, [RUNYARD, ...words, "--data-dir", data]);
    return stdout;
  };
  return { manifest, runyard, errors: () => printed.errors };
}

/** The search path of the machine: what an engine needs, and its bubblewrap. */
async function makePrograms(directory: string, bwrap: string | undefined): Promise<void> {
  await mkdir(directory);
  for (const name of ["sh", "git", "env", "setpriv"]) {
    const { stdout } = await execute("/bin/sh", ["-c", `command -v ${name}`]);
    await symlink(stdout.trim(), join(directory, name));
  }
  if (bwrap === undefined) return;
  await writeFile(join(directory, "bwrap"), `#!/bin/sh\n${bwrap}\n`);
  await chmod(join(directory, "bwrap"), 0o755);
}

function startProcess(machine: Machine, command: readonly string[], programs: string): ChildProcess {
  const env = { PATH: programs, HOME: dirname(programs) };
  const user = ["--reuid", ORDINARY_USER, "--regid", ORDINARY_USER, "--clear-groups", "--"];
  const become = machine.ordinary === true && isRoot ? [`${programs}/setpriv`, ...user] : [];
  const script = `PATH=/usr/sbin:/usr/bin:/sbin:/bin; ${machine.mounts ?? ":"}; PATH=${programs}; exec "$@"`;
  const inNamespace = ["/usr/bin/unshare", "--mount", "/bin/sh", "-ec", script, "sh"];
  const [program = "", ...rest] = [...(machine.mounts === undefined ? [] : inNamespace), ...become, ...command];
  return spawn(program, rest, { env, cwd: "/", stdio: ["ignore", "pipe", "pipe"] });
}

// Real supervisors and real sandboxes.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, open, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  openSupervisedPodRunner,
  type SupervisedPodRunner,
} from "../../../src/platform/embedded/supervised-pod-runner.ts";
import { startSupervisor, supervisorProgram } from "../../../src/platform/embedded/pod-runner/supervisor-link.ts";
import { locateInstallation } from "../../../src/platform/embedded/sandbox/locate-installation.ts";
import { COLLECT_OUTPUTS } from "../../../src/platform/pod-runner.ts";
import type { Pod } from "../../../src/resources/pod.ts";
import {
  podOf,
  processesLeft,
  processesWith,
  readLogs,
  SEARCH_PATH,
  shell,
  waitFor,
  whyNoSandbox,
} from "../../support/pods.ts";

const missing = await whyNoSandbox();
let directory: string;
let runner: SupervisedPodRunner;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "runner-"));
  runner = await openSupervisedPodRunner({ dataDirectory: directory, path: SEARCH_PATH });
});
afterEach(async () => {
  for (const uid of await readdir(join(directory, "pods"))) {
    await runner.stop(uid, 0);
    await waitFor(runner, { metadata: { uid } } as Pod);
    await runner.remove(uid);
  }
  await runner.close();
  await rm(directory, { recursive: true, maxRetries: 5 });
});

function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? "";
}

/** Somebody else's `sleep` is never that long. */
function uniqueSleep(): string {
  return `sleep ${String(1000 + Math.random() * 1e6)}`;
}

async function supervisorOf(pod: Pod): Promise<number> {
  const text = await readFile(join(directory, "pods", uidOf(pod), "claim.json"), "utf8");
  return (JSON.parse(text) as { pid: number }).pid;
}

/** The supervisor's number as soon as there is one. */
async function claimOf(pod: Pod): Promise<number> {
  for (let tries = 0; tries < 5000; tries += 1) {
    const pid = await supervisorOf(pod).catch(() => undefined);
    if (pid !== undefined) return pid;
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
  throw new Error("no supervisor claimed the pod");
}

describe.skipIf(missing !== undefined)("a pod on this machine", () => {
  it("runs its init containers one after the other on a shared volume, then its container", async () => {
    const volumeMounts = [{ name: "work", mountPath: "/work" }];
    const step = (name: string) => shell(`echo ${name} >> /work/order; cat /work/order`, { name, volumeMounts });
    const pod = podOf(step("publish"), {
      initContainers: [step("prepare"), step("agent")],
      volumes: [{ name: "work", emptyDir: {} }],
    });

    await runner.start(pod, {});
    const state = await waitFor(runner, pod);

    expect([...state.initContainers, ...state.containers].map((result) => result.reason)).toEqual(
      Array(3).fill("Completed"),
    );
    expect(await readLogs(runner, pod, "publish")).toBe("prepare\nagent\npublish\n");
    expect(state).toMatchObject({ finished: true, lost: false, notes: [] });
  });

  it("stops at the first init container that fails", async () => {
    const pod = podOf(shell("echo never"), { initContainers: [shell("exit 3", { name: "prepare" })] });

    await runner.start(pod, {});
    const state = await waitFor(runner, pod);

    expect(state.initContainers[0]).toMatchObject({ state: "terminated", exitCode: 3, reason: "Error" });
    expect(state.containers[0]).toEqual({ name: "main", state: "waiting" });
  });

  it("gives back outputs, result and termination message, and follows no planted link", async () => {
    const annotations = {
      [COLLECT_OUTPUTS]: JSON.stringify({
        main: { result: true, files: ["/tmp/a/b", "/out/c", "/out/link", "/tmp/none"] },
      }),
    };
    const script =
      "mkdir /tmp/a; echo b > /tmp/a/b; echo c > /out/c; ln -s /etc/passwd /out/link; echo result; yes 0123456789abcde | head -c 5000 > /dev/termination-log; echo end >> /dev/termination-log";
    const pod = podOf(shell(script), {}, annotations);

    await runner.start(pod, {});
    const state = await waitFor(runner, pod);

    expect(state.outputs["main"]).toEqual({
      result: "result",
      files: { "/tmp/a/b": "b\n", "/out/c": "c\n", "/out/link": null, "/tmp/none": null },
    });
    expect(state.containers[0]?.message).toHaveLength(4096);
    expect(state.containers[0]?.message?.endsWith("end\n")).toBe(true);
  });

  it("a planted link is not followed into another container's mount", async () => {
    const work = { name: "work", mountPath: "/work" };
    const pod = podOf(
      shell("cat /sub/passwd", { volumeMounts: [{ ...work, mountPath: "/sub", subPath: "planted" }] }),
      {
        initContainers: [shell("ln -s /etc /work/planted", { name: "evil", volumeMounts: [work] })],
        volumes: [{ name: "work", emptyDir: {} }],
      },
    );

    await runner.start(pod, {});
    const state = await waitFor(runner, pod);

    expect(state.containers[0]).toMatchObject({ state: "terminated", exitCode: 128, reason: "StartError" });
  });

  it("says when the command could not be started", async () => {
    const pod = podOf({ name: "main", command: ["/no/such/program"] });

    await runner.start(pod, {});
    const state = await waitFor(runner, pod);

    expect(state.containers[0]?.exitCode).not.toBe(0);
    expect(await readLogs(runner, pod)).toContain("/no/such/program");
  });

  it("stop asks the command first", async () => {
    const pod = podOf(shell("trap 'echo asked; exit 7' TERM; echo ready; while :; do sleep 0.05; done"));
    await runner.start(pod, {});
    await waitForLog(pod, "ready");

    await runner.stop(uidOf(pod), 10);
    const state = await waitFor(runner, pod);

    expect(state.containers[0]).toMatchObject({ exitCode: 7 });
    expect(await readLogs(runner, pod)).toContain("asked");
    expect(state.failure).toMatchObject({ reason: "Stopped" });
  });

  it("stop ends after the grace period what does not listen, in whatever session", async () => {
    const sleep = uniqueSleep();
    const pod = podOf(shell(`trap '' TERM; setsid setsid ${sleep} & echo ready; while :; do sleep 0.05; done`));
    await runner.start(pod, {});
    await waitForLog(pod, "ready");
    expect(await processesWith(sleep.replace(" ", "\0"))).not.toEqual([]);

    await runner.stop(uidOf(pod), 0.3);
    const state = await waitFor(runner, pod);

    expect(state.containers[0]).toMatchObject({ exitCode: 137, signal: 9 });
    expect(await processesLeft(sleep.replace(" ", "\0"))).toEqual([]);
  });

  it("ends at its deadline", async () => {
    const pod = podOf(shell("exec sleep 60"), { activeDeadlineSeconds: 0.3 });

    await runner.start(pod, {});
    const state = await waitFor(runner, pod);

    expect(state.failure).toMatchObject({ reason: "DeadlineExceeded" });
    expect(state.containers[0]?.exitCode).toBe(143);
  });

  it("lets logs be followed while it runs", async () => {
    const pod = podOf(shell("echo one; sleep 0.3; echo two >&2; sleep 0.3; echo three"));
    await runner.start(pod, {});

    expect(await readLogs(runner, pod, "main", true)).toBe("one\ntwo\nthree\n");
  });

  it("cannot make processes without end", async () => {
    const limited = podOf(shell("grep processes /proc/self/limits; cat /sys/fs/cgroup/pids.max 2>/dev/null || true"));

    await runner.start(limited, {});
    await waitFor(runner, limited);

    expect(await readLogs(runner, limited)).toMatch(/Max processes +4096 +4096/);
  });

  it("is started once, however often it is asked for", async () => {
    const pod = podOf(shell("echo once"));

    await Promise.all([runner.start(pod, {}), runner.start(pod, {})]);
    await waitFor(runner, pod);
    await runner.start(pod, {});

    expect(await readLogs(runner, pod)).toBe("once\n");
  });

  it("gets new contents of a volume in place, and never writes to it", async () => {
    const volumes = [{ name: "token", projected: { sources: [{ serviceAccountToken: { path: "t" } }] } }];
    const script =
      "cat /t/t; echo ready; touch /t/x || echo refused; until grep -q new /t/t; do sleep 0.05; done; cat /t/t";
    const pod = podOf(shell(script, { volumeMounts: [{ name: "token", mountPath: "/t" }] }), { volumes });
    await runner.start(pod, { token: [{ path: "t", content: "old\n", mode: 0o600 }] });
    await waitForLog(pod, "ready");

    await runner.refresh(uidOf(pod), "token", [{ path: "t", content: "new\n", mode: 0o600 }]);
    await waitFor(runner, pod);

    expect((await readLogs(runner, pod)).split("\n").filter((line) => !line.startsWith("touch"))).toEqual([
      "old",
      "ready",
      "refused",
      "new",
      "",
    ]);
  });

  it("is removed with everything it left, but not while it runs", async () => {
    const work = { name: "work", mountPath: "/work" };
    const pod = podOf(
      shell("mkdir -p /work/a/b; touch /work/a/b/c; chmod 0 /work/a/b /work/a; exec sleep 60", {
        volumeMounts: [work],
      }),
      {
        volumes: [{ name: "work", emptyDir: {} }],
      },
    );
    await runner.start(pod, {});

    await expect(runner.remove(uidOf(pod))).rejects.toMatchObject({ code: "Conflict" });
    await runner.stop(uidOf(pod), 0);
    await waitFor(runner, pod);
    await runner.remove(uidOf(pod));

    expect(await readdir(join(directory, "pods"))).toEqual([]);
    expect(await runner.observe(uidOf(pod))).toBeUndefined();
  });

  it("is ended by the kernel when it takes too much memory, or the pod says that the limit is not enforced", async () => {
    const script = "node -e 'const a=[]; for (;;) a.push(Buffer.alloc(1e6, 1))'";
    const pod = podOf(shell(`exec ${script}`, { resources: { limits: { memory: "120Mi" } } }));
    const isEnforced = await canLimitMemory();
    if (!isEnforced) console.error("SKIPPED: no control group can be made here, so no memory limit can be tried");

    if (isEnforced) {
      await runner.start(pod, {});
      expect((await waitFor(runner, pod)).containers[0]).toMatchObject({ exitCode: 137, reason: "OOMKilled" });
    } else {
      const quiet = podOf(shell("true", { resources: { limits: { memory: "120Mi" } } }));
      await runner.start(quiet, {});
      expect((await waitFor(runner, quiet)).notes[0]).toMatchObject({ type: "LimitsNotEnforced" });
    }
  });
});

/** The directory of a pod that is complete but that nobody has claimed: another pod's, under a uid of its own. */
async function unstartedCopy(model: Pod): Promise<Pod> {
  const pod = { ...model, metadata: { ...model.metadata, uid: randomUUID() } };
  const copy = join(directory, "pods", uidOf(pod));
  for (const name of ["logs", "termination", "volumes"]) await mkdir(join(copy, name), { recursive: true });
  const plan = await readFile(join(directory, "pods", uidOf(model), "plan.json"), "utf8");
  await writeFile(join(copy, "plan.json"), plan.replaceAll(uidOf(model), uidOf(pod)));
  return pod;
}

/** As an engine that is killed as soon as it has asked a supervisor of its own for the pod. */
async function askAndDie(pod: Pod): Promise<void> {
  const supervisors = join(directory, "supervisors");
  const folder = await open(supervisors, "r");
  const program = supervisorProgram(locateInstallation(), { path: SEARCH_PATH, dataDirectory: directory });
  const listener = { notice: () => undefined, closed: () => undefined };
  const link = await startSupervisor(
    { directory: supervisors, descriptor: folder.fd },
    program,
    `${uidOf(pod)}.sock`,
    listener,
  );
  link.send({ kind: "run", directory: join(directory, "pods", uidOf(pod)) });
  link.close();
  await folder.close();
}

describe.skipIf(missing !== undefined)("when programs die", () => {
  it("a pod outlives the engine that started it, and its result is used by the next", async () => {
    const pod = podOf(shell("sleep 0.6; echo result", {}), {}, { [COLLECT_OUTPUTS]: '{"main":{"result":true}}' });
    const script = join(import.meta.dirname, "../../support/start-and-wait.ts");
    const engine = spawn(process.execPath, [script, directory, JSON.stringify(pod)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => {
      engine.stdout.once("data", resolve);
    });
    engine.kill("SIGKILL");

    const next = await openSupervisedPodRunner({ dataDirectory: directory, path: SEARCH_PATH });
    const before = await next.observe(uidOf(pod));
    await next.start(pod, {});
    const state = await waitFor(next, pod);
    await next.close();

    expect(before).toMatchObject({ finished: false, lost: false });
    expect(state.outputs["main"]?.result).toBe("result");
    expect(await readLogs(runner, pod)).toBe("result\n");
  });

  it.each([1, 2, 3, 4, 5])("a pod that was asked for by an engine's last message runs all the same: %i", async () => {
    const model = podOf(shell("echo done"));
    await runner.start(model, {});
    await waitFor(runner, model);
    const pod = await unstartedCopy(model);

    await askAndDie(pod);
    await runner.close();
    runner = await openSupervisedPodRunner({ dataDirectory: directory, path: SEARCH_PATH });
    while ((await runner.observe(uidOf(pod))) === undefined) await runner.start(pod, {});

    expect(await waitFor(runner, pod)).toMatchObject({ finished: true, lost: false });
    expect(await readLogs(runner, pod)).toBe("done\n");
  });

  it("a supervisor that is killed takes its containers with it, and the pod is lost", async () => {
    const sleep = uniqueSleep();
    const pod = podOf(shell(`setsid ${sleep} & exec ${sleep}`));
    await runner.start(pod, {});
    await waitFor(runner, pod, (state) => state.containers[0]?.state === "running");

    process.kill(await supervisorOf(pod), "SIGKILL");
    const state = await waitFor(runner, pod);

    expect(state).toMatchObject({ lost: true, finished: false });
    expect(await processesLeft(sleep.replace(" ", "\0"))).toEqual([]);
  });

  it.each([0, 5, 10, 15, 20, 30])(
    "a supervisor killed %d ms after it has claimed its pod leaves no container behind",
    async (delayMs) => {
      const sleep = uniqueSleep();
      const pod = podOf(shell(`setsid ${sleep} & exec ${sleep}`));
      const started = runner.start(pod, {});
      const supervisor = await claimOf(pod);
      await new Promise((resolve) => {
        setTimeout(resolve, delayMs);
      });

      process.kill(supervisor, "SIGKILL");
      await started;
      const state = await waitFor(runner, pod);
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });

      expect(state.lost).toBe(true);
      expect(await processesLeft(sleep.replace("sleep ", ""))).toEqual([]);
    },
  );

  it("a pod that was lost while no engine ran is lost for the next engine too", async () => {
    const pod = podOf(shell("exec sleep 60"));
    await runner.start(pod, {});
    const supervisor = await supervisorOf(pod);
    await runner.close();
    process.kill(supervisor, "SIGKILL");

    runner = await openSupervisedPodRunner({ dataDirectory: directory, path: SEARCH_PATH });

    expect(await waitFor(runner, pod)).toMatchObject({ lost: true });
    expect((await readdir(join(directory, "supervisors"))).filter((name) => name.endsWith(".sock"))).toEqual([]);
  });

  it("a supervisor takes the next pod when its pod has ended", async () => {
    const first = podOf(shell("true"));
    const second = podOf(shell("true"));

    await runner.start(first, {});
    await waitFor(runner, first);
    const used = await supervisorOf(first);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    await runner.start(second, {});
    await waitFor(runner, second);

    expect(await supervisorOf(second)).toBe(used);
  });
});

describe("without a sandbox", () => {
  it("a pod is refused with the cause and the command that mends it", async () => {
    const empty = await openSupervisedPodRunner({ dataDirectory: directory, path: "/nonexistent" });

    const start = empty.start(podOf(shell("true")), {});

    await expect(start).rejects.toMatchObject({
      code: "Forbidden",
      hint: expect.stringContaining("apt-get install bubblewrap") as string,
    });
    await expect(start).rejects.toThrow("BubblewrapMissing");
    await empty.close();
  });

  it("a pod runs as plain processes when the operator says so by name, and says so itself", async () => {
    const open = await openSupervisedPodRunner({ dataDirectory: directory, path: SEARCH_PATH, unsafeNoSandbox: true });
    const sleep = uniqueSleep();
    const script = `echo hello > /work/file; cat /work/file; echo bye > /dev/termination-log; setsid ${sleep} & sleep 0.1`;
    const pod = podOf(shell(script, { volumeMounts: [{ name: "work", mountPath: "/work" }] }), {
      volumes: [{ name: "work", emptyDir: {} }],
    });

    await open.start(pod, {});
    const state = await waitFor(open, pod);
    const log = await readLogs(open, pod);
    await open.close();

    expect(log).toBe("hello\n");
    expect(state.containers[0]).toMatchObject({ exitCode: 0, message: "bye\n" });
    expect(state.notes).toEqual([
      { type: "NotSandboxed", message: expect.stringContaining("unsafeNoSandbox") as string },
    ]);
    expect(await processesLeft(sleep.replace(" ", "\0"))).toEqual([]);
  });
});

async function waitForLog(pod: Pod, text: string): Promise<void> {
  const controller = new AbortController();
  for await (const chunk of runner.logs(uidOf(pod), "main", { follow: true, signal: controller.signal })) {
    if (Buffer.from(chunk).toString().includes(text)) return;
  }
  throw new Error(`the log never said ${text}`);
}

/** Root with version 1 groups can; others are told by the pod itself. */
async function canLimitMemory(): Promise<boolean> {
  const pod = podOf(shell("true", { resources: { limits: { memory: "64Mi" } } }));
  await runner.start(pod, {});
  const state = await waitFor(runner, pod);
  return !state.notes.some((note) => note.type === "LimitsNotEnforced");
}

// Real processes with limits of their own. Ending everything in a container is tried where there is one: in the sandbox.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeProcessRunner } from "../../../src/platform/node/node-process-runner.ts";
import { OUTPUT_BYTES_MAX, type ProcessRequest } from "../../../src/platform/process-runner.ts";
import { processesLeft } from "../../support/pods.ts";
import { temporaryDirectory } from "../../support/temporary-store.ts";

const runner = nodeProcessRunner({ ownsProcesses: false });
const environment = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };

function shell(script: string, changes: Partial<ProcessRequest> = {}) {
  return runner.run({ argv: ["sh", "-c", script], directory: "/", environment, wallMs: 20_000, ...changes });
}

/** Somebody else's `sleep` is never that long. */
function uniqueSleep(): string {
  return `sleep ${String(1000 + Math.random() * 1e6)}`;
}

describe("a program that ends", () => {
  it("gives its exit code, its two outputs, and nothing of this process's environment", async () => {
    const result = await shell("pwd; env; echo wrong >&2; exit 3", { environment: { ...environment, ONLY: "this" } });

    expect(result).toMatchObject({ ending: "exited", exitCode: 3, signal: undefined, stderr: "wrong\n" });
    expect(result.stdout).toContain("ONLY=this\n");
    expect(result.stdout).not.toContain("VITEST");
    expect(result.stdout.split("\n")[0]).toBe("/");
  });

  it("gets its input and its end, also if it does not read it", async () => {
    expect((await shell("cat", { stdin: "größe" })).stdout).toBe("größe");
    expect((await shell("cat")).stdout).toBe("");
    expect(await shell("exit 0", { stdin: "x".repeat(1_000_000) })).toMatchObject({ ending: "exited", exitCode: 0 });
  });

  it("by a signal has no exit code", async () => {
    expect(await shell("kill -9 $$")).toMatchObject({ ending: "exited", exitCode: undefined, signal: "SIGKILL" });
  });

  it("leaves none of its group behind", async () => {
    const sleeping = uniqueSleep();

    await shell(`${sleeping} & exit 0`);

    expect(await processesLeft(sleeping)).toEqual([]);
  });

  it("may be none: that is a result", async () => {
    expect(await shell("", { argv: ["/nowhere/program"] })).toMatchObject({ ending: "not-found", exitCode: undefined });
  });

  it("keeps the end of what it wrote, and tells every line of it", async () => {
    let count = 0;
    let last = "";

    const { stdout } = await shell("seq 1 100000; printf end", {
      onLine: (line) => {
        count += 1;
        last = line;
      },
    });

    expect(stdout).toHaveLength(OUTPUT_BYTES_MAX);
    expect(stdout.endsWith("\n100000\nend")).toBe(true);
    expect([count, last]).toEqual([100_001, "end"]);
  });
});

describe("a program that does not end", () => {
  it("is ended at its time, with its children", async () => {
    const sleeping = uniqueSleep();

    const result = await shell(`${sleeping} & ${sleeping}`, { wallMs: 300 });

    expect(result).toMatchObject({ ending: "wall-time", exitCode: undefined });
    expect(await processesLeft(sleeping)).toEqual([]);
  });

  it("may clean up before it is ended", async () => {
    const directory = await temporaryDirectory();

    await shell("trap 'echo cleaned > note; exit 0' TERM; sleep 60 & wait", { directory, wallMs: 300 });

    expect(await readFile(join(directory, "note"), "utf8")).toBe("cleaned\n");
  });

  it("is ended when it says nothing for too long, and not while it speaks", async () => {
    const silent = await shell("echo once; sleep 60", { idleMs: 600 });
    const talking = await shell("for n in 1 2 3 4 5; do echo $n; sleep 0.3; done", { idleMs: 1000 });

    expect(silent).toMatchObject({ ending: "idle-time", stdout: "once\n" });
    expect(talking).toMatchObject({ ending: "exited", exitCode: 0 });
  });
});

it("outside of a container no other process is ended", async () => {
  const sleeping = uniqueSleep();
  const running = shell(sleeping, { wallMs: 800 });

  await runner.endOthers();

  expect((await running).ending).toBe("wall-time");
});

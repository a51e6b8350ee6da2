// What Node has compiled of our programs is there for containers to read, and for none of them to write.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  openSupervisedPodRunner,
  type SupervisedPodRunner,
} from "../../../../src/platform/embedded/supervised-pod-runner.ts";
import { podOf, readLogs, SEARCH_PATH, shell, waitFor, whyNoSandbox } from "../../../support/pods.ts";

const missing = await whyNoSandbox();

describe.skipIf(missing !== undefined)("code that is compiled ahead", () => {
  let directory: string;
  let runner: SupervisedPodRunner;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "compiled-"));
    runner = await openSupervisedPodRunner({ dataDirectory: directory, path: SEARCH_PATH, compilesAhead: true });
    await run("true");
    await vi.waitFor(
      async () => {
        expect(await readdir(join(directory, "sandbox/compiled"))).toHaveLength(1);
        expect(await readdir(join(directory, "sandbox"))).not.toContain("compiling");
      },
      { timeout: 30_000, interval: 50 },
    );
  });

  afterAll(async () => {
    await runner.close();
    // A supervisor that has just ended may still write what it compiled.
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  async function run(script: string): Promise<string> {
    const pod = podOf(shell(script));
    await runner.start(pod, {});
    await waitFor(runner, pod);
    return await readLogs(runner, pod);
  }

  it("is used by the agent program in a later container, wherever that program needs something", async () => {
    const log = await run("export NODE_DEBUG_NATIVE=COMPILE_CACHE; agent load 2>&1");

    const ours = log.split("\n").filter((line) => line.includes("/opt/runyard/app/"));
    expect(ours.filter((line) => line.includes("reading cache from")).length).toBeGreaterThan(100);
    expect(ours.filter((line) => line.includes("was not initialized") || line.includes("mismatch"))).toEqual([]);
  });

  it("cannot be changed or added to by a container", async () => {
    const log = await run(
      "cd /opt/runyard/compiled && id -u && for file in new */*; do echo x > $file || echo refused; done | sort | uniq -c",
    );

    expect(log).toContain("Read-only file system");
    expect(await readdir(join(directory, "sandbox/compiled"))).toHaveLength(1);
  });
});

// What went wrong in the system that Runyard is compatible with, as far as it was the run controllers' fault. Each test
// begins with the number that the defect has in our notes about that system.
import { describe, expect, it } from "vitest";
import { PlatformError } from "../../../src/platform/errors.ts";
import { CODE_RUN, type RunStatus } from "../../../src/resources/code-run.ts";
import { JOB } from "../../../src/resources/job.ts";
import type { Kind } from "../../../src/resources/kind.ts";
import type { KubernetesObject, ObjectKey } from "../../../src/resources/object-meta.ts";
import { codeRun } from "../../support/runs.ts";
import { key, published, RunWorld, type JobEnd } from "../../support/run-world.ts";

const lost: JobEnd = { kind: "failed", reason: "PodLost" };

async function begin(change: Parameters<typeof codeRun>[0] = {}, retriesMax?: number) {
  const world = await RunWorld.open();
  if (retriesMax !== undefined) {
    const { configuration } = world;
    world.configuration = {
      ...configuration,
      limits: { ...configuration.limits, infrastructureRetriesMax: retriesMax },
    };
  }
  const run = await world.store.create(CODE_RUN, codeRun(change));
  await world.settle(run);
  const [jobName = ""] = await world.jobNames();
  return { world, run, jobName };
}

describe("idempotency", () => {
  it("A.2 a Job that vanished is not taken for a run that never started", async () => {
    const { world, run, jobName } = await begin();

    await world.store.delete(JOB, key(jobName));
    await world.settle(run);

    expect(await world.jobNames()).toEqual([`${jobName}-r1`]);
    expect(await world.statusOf(run)).toMatchObject({ phase: "Running", retryCount: 1 });
  });

  it("A.2 a Job that vanishes after its run has ended starts nothing", async () => {
    const { world, run, jobName } = await begin();
    await world.endJob(jobName, published());
    await world.settle(run);

    await world.store.delete(JOB, key(jobName));
    await world.settle(run);

    expect(await world.jobNames()).toEqual([]);
    expect((await world.statusOf(run)).phase).toBe("Succeeded");
  });

  it("A.3 the Job is found by the name in the status, whatever has become of the spec", async () => {
    const { world, run, jobName } = await begin();
    const current = await world.run(run.metadata.name);
    await world.store.update(CODE_RUN, { ...current, spec: { ...current.spec, contextVersion: 9, taskId: 8 } });
    await world.settle(run);
    await world.endJob(jobName, published());
    await world.settle(run);

    expect(await world.statusOf(run)).toMatchObject({ phase: "Succeeded", jobName, contextVersion: 1 });
    expect(await world.jobNames()).toEqual([jobName]);
  });

  it("A.4 a read that fails is not taken for absence", async () => {
    const { world, run, jobName } = await begin();
    const before = await world.statusOf(run);
    const failure = new PlatformError({ code: "Unavailable", message: "no answer" });
    for (const unreadable of ["CodeRun", "Job"]) {
      const get = <T extends KubernetesObject>(kind: Kind<T>, at: ObjectKey): Promise<T | undefined> =>
        kind.kind === unreadable ? Promise.reject(failure) : world.store.get(kind, at);
      const store = { ...world.observed(() => undefined), get };
      await expect(world.settle(run, store)).rejects.toThrow("no answer");
    }

    expect(await world.statusOf(run)).toEqual(before);
    expect(await world.jobNames()).toEqual([jobName]);
  });

  it("A.5 the count of attempts and the phase are one write", async () => {
    const { world, run, jobName } = await begin();
    await world.endJob(jobName, lost);
    const written: (RunStatus | undefined)[] = [];
    const store = world.observed((status) => written.push(status));

    await world.controllerOf("CodeRun", store).reconcile(key(run.metadata.name), world.clock.now());

    expect(written).toHaveLength(1);
    expect(written[0]).toMatchObject({ phase: "Pending", retryCount: 1, jobName: `${jobName}-r1` });
  });

  it("A.5 a limit of no retries means none, not any number", async () => {
    const { world, run, jobName } = await begin({}, 0);

    await world.endJob(jobName, lost);
    await world.settle(run);

    expect(await world.jobNames()).toEqual([jobName]);
    expect((await world.statusOf(run)).phase).toBe("Failed");
  });

  it("A.6 what ran stays to be looked at for as long as its run", async () => {
    const { world, run, jobName } = await begin();
    await world.endJob(jobName, lost);
    await world.settle(run);
    await world.endJob(`${jobName}-r1`, published());
    await world.settle(run);

    expect(await world.jobNames()).toEqual([jobName, `${jobName}-r1`]);
  });
});

describe("correlation", () => {
  it("C.3 runs of the same task, service and version in two repositories have Jobs of their own", async () => {
    const { world } = await begin();
    const other = codeRun({ name: "task-2-7-3-author", spec: { repositoryUrl: "widgets/shop" } });
    await world.settle(await world.store.create(CODE_RUN, other));

    const names = await world.jobNames();

    expect(new Set(names).size).toBe(2);
  });
});

describe("sessions", () => {
  it("D.2 the session's id is in the status of the run that made it", async () => {
    const { world, run, jobName } = await begin();
    await world.endJob(jobName, published({ sessionId: "0199-abc" }));
    await world.settle(run);

    expect((await world.statusOf(run)).sessionId).toBe("0199-abc");
  });
});

describe("results", () => {
  it("F.1 a pod that ends with 0 and says nothing has not succeeded", async () => {
    const { world, run, jobName } = await begin({}, 0);
    await world.endJob(jobName, { kind: "complete", containers: [] });
    await world.settle(run);

    const status = await world.statusOf(run);
    expect(status).toMatchObject({ phase: "Failed", workCompleted: false });
    expect(status.conditions?.[0]?.reason).toBe("InfrastructureLost");
  });

  it("F.6 the controller writes no verdict where publish has written one", async () => {
    const { world, run, jobName } = await begin({ annotations: { "runyard.dev/head-sha": "a".repeat(40) } });
    await world.endJob(jobName, published({ result: "failed", reason: "GateFailed" }));
    await world.settle(run);

    expect(world.verdicts.written.size).toBe(0);
  });
});

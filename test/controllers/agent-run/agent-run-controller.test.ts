import { describe, expect, it } from "vitest";
import { PlatformError } from "../../../src/platform/errors.ts";
import { CODE_RUN, type CodeRun, type RunStatus } from "../../../src/resources/code-run.ts";
import { CONFIG_MAP, EVENT } from "../../../src/resources/core.ts";
import { DOCS_RUN } from "../../../src/resources/docs-run.ts";
import { JOB } from "../../../src/resources/job.ts";
import { CONFIGURATION } from "../../support/admission-facts.ts";
import { codeRun, docsRun } from "../../support/runs.ts";
import { ended, key, LANE, published, RunWorld } from "../../support/run-world.ts";

const HEAD_SHA = "a".repeat(40);
const inLane = { "runyard.dev/lane": LANE, "runyard.dev/generation": "1", "runyard.dev/head-sha": HEAD_SHA };

async function begin(change: Parameters<typeof codeRun>[0] = {}) {
  const world = await RunWorld.open();
  if (change.annotations?.["runyard.dev/lane"] !== undefined) await world.setLane(1);
  const run = await world.store.create(CODE_RUN, codeRun(change));
  await world.settle(run);
  return { world, run };
}

function complete(status: RunStatus) {
  return status.conditions?.find((condition) => condition.type === "Complete");
}

async function loseEveryAttempt(world: RunWorld, run: CodeRun): Promise<void> {
  for (let attempt = 0; attempt <= world.configuration.limits.infrastructureRetriesMax; attempt += 1) {
    const { jobName = "" } = await world.statusOf(run);
    await world.endJob(jobName, { kind: "failed", reason: "PodLost" });
    await world.settle(run);
  }
}

describe("a CodeRun", () => {
  it("goes from Pending over Running to Succeeded, and says so in its status", async () => {
    const world = await RunWorld.open();
    const run = await world.store.create(CODE_RUN, codeRun());
    const pass = () => world.controllerOf("CodeRun").reconcile(key(run.metadata.name), world.clock.now());
    await pass();
    const pending = await world.statusOf(run);
    await world.clock.advance(1_000);
    await pass();
    const running = await world.statusOf(run);
    const [jobName = ""] = await world.jobNames();
    await world.clock.advance(60_000);
    await world.endJob(jobName, published());
    await world.settle(run);

    const status = await world.statusOf(run);

    expect(pending).toMatchObject({ phase: "Pending", jobName, retryCount: 0, workCompleted: false });
    expect(running).toMatchObject({ phase: "Running", message: "attempt 1 is running" });
    expect(status).toMatchObject({
      phase: "Succeeded",
      message: "3 files changed, all gates passed",
      lastUpdate: "2026-01-02T03:05:06Z",
      jobName,
      configmapName: `${jobName}-files`,
      contextVersion: 1,
      retryCount: 0,
      pullRequestUrl: "https://github.example/acme/shop/pull/12",
      sessionId: "session-1",
      finishedAt: "2026-01-02T03:05:06Z",
      observedGeneration: 1,
      workCompleted: true,
    });
    expect(status.conditions?.map(({ type, status: value, reason }) => [type, value, reason])).toEqual([
      ["Complete", "True", "Published"],
      ["DockerEnabled", "False", "NotSupported"],
      ["HeadRecorded", "True", "Recorded"],
      ["VerdictWritten", "True", "Recorded"],
    ]);
    expect(await world.configMapNames()).toEqual([`${jobName}-files`]);
  });

  it("says which fields of the spec have no effect, and no field gives the pod other rights", async () => {
    const spec = { serviceAccountName: "cluster-admin", promptModification: "be quick" };
    const { world, run } = await begin({ spec });
    const [jobName = ""] = await world.jobNames();

    const condition = (await world.statusOf(run)).conditions?.find(({ type }) => type === "FieldsWithoutEffect");
    const job = await world.store.get(JOB, key(jobName));

    expect(condition).toMatchObject({ status: "True", reason: "NotSupported" });
    expect(condition?.message).toContain("spec.serviceAccountName: every agent pod runs as runyard-agent");
    expect(condition?.message).toContain("spec.promptModification: ");
    expect(job?.spec.template.spec).toMatchObject({
      serviceAccountName: "runyard-agent",
      automountServiceAccountToken: false,
    });
  });

  it("A.1 reads back every status field that it wrote: the schema prunes none", async () => {
    const world = await RunWorld.open();
    const written: (RunStatus | undefined)[] = [];
    const read: (RunStatus | undefined)[] = [];
    const store = world.observed((status) => written.push(status));
    const run = await world.store.create(CODE_RUN, codeRun());
    const pass = async () => {
      await world.controllerOf("CodeRun", store).reconcile(key(run.metadata.name), world.clock.now());
      read.push(await world.statusOf(run));
    };
    await pass();
    await pass();
    const [jobName = ""] = await world.jobNames();
    await world.endJob(jobName, published({ deploymentUrl: "https://x", actionsRunUrls: ["https://y"] }));
    await pass();

    expect(written).toHaveLength(3);
    expect(read).toEqual(written);
  });

  it("fails with the agent's reason, which is no infrastructure trouble and is not tried again", async () => {
    const { world, run } = await begin();
    const [jobName = ""] = await world.jobNames();
    await world.endJob(jobName, published({ result: "failed", reason: "GateFailed", message: "npm test failed" }));
    await world.settle(run);

    const status = await world.statusOf(run);

    expect(status).toMatchObject({ phase: "Failed", message: "npm test failed", workCompleted: false });
    expect(complete(status)?.reason).toBe("GateFailed");
    expect(await world.jobNames()).toEqual([jobName]);
    expect(world.verdicts.written.size).toBe(0);
  });

  it("tries a lost pod again under a new name up to the limit, then fails with a verdict", async () => {
    const { world, run } = await begin({ annotations: { "runyard.dev/head-sha": HEAD_SHA } });
    const [first = ""] = await world.jobNames();

    await loseEveryAttempt(world, run);

    const status = await world.statusOf(run);
    expect(await world.jobNames()).toEqual([first, `${first}-r1`, `${first}-r2`]);
    expect(status).toMatchObject({ phase: "Failed", retryCount: 2, jobName: `${first}-r2` });
    expect(complete(status)?.reason).toBe("InfrastructureLost");
    expect([...world.verdicts.written.values()]).toMatchObject([
      { repository: "acme/shop", stage: "author", headSha: HEAD_SHA, reason: "InfrastructureLost" },
    ]);
    expect(status.conditions?.find(({ type }) => type === "VerdictWritten")?.status).toBe("True");
  });

  it("continues the session on the attempt after a lost pod", async () => {
    const { world, run } = await begin();
    const [first = ""] = await world.jobNames();
    await world.endJob(first, { kind: "failed", containers: [ended("agent", 137)] });
    await world.settle(run);

    const files = await world.store.get(CONFIG_MAP, key(`${first}-r1-files`));

    expect(JSON.parse(files?.data?.["run.json"] ?? "")).toMatchObject({ attempt: 2, continueSession: true });
  });

  it("waits with its end while the verdict cannot be written, and ends when it is refused for good", async () => {
    const { world, run } = await begin({ annotations: { "runyard.dev/head-sha": HEAD_SHA } });
    world.verdicts.refusal = new PlatformError({ code: "Unavailable", message: "no answer" });

    await expect(loseEveryAttempt(world, run)).rejects.toThrow("no answer");

    expect((await world.statusOf(run)).phase).toBe("Running");
    world.verdicts.refusal = new PlatformError({ code: "Forbidden", message: "the App is not installed" });
    await world.settle(run);
    const status = await world.statusOf(run);
    expect(status.phase).toBe("Failed");
    expect(status.conditions?.find(({ type }) => type === "VerdictWritten")).toMatchObject({
      status: "False",
      reason: "Refused",
      message: "the App is not installed",
    });
  });

  it("starts anew after lost infrastructure when a higher context version is asked for, and is not ended then", async () => {
    const { world, run } = await begin();
    const [first = ""] = await world.jobNames();
    await loseEveryAttempt(world, run);
    const failed = await world.run(run.metadata.name);

    await world.store.update(CODE_RUN, { ...failed, spec: { ...failed.spec, contextVersion: 2 } });
    await world.settle(run);

    const status = await world.statusOf(run);
    expect(status).toMatchObject({ phase: "Running", contextVersion: 2, retryCount: 0, observedGeneration: 2 });
    expect(status.jobName).toBe(first.replace(/-v1$/, "-v2"));
    expect(status.finishedAt).toBeUndefined();
    expect(complete(status)?.status).toBe("False");
  });

  it("does not start anew for a higher context version after any other end, nor while it runs", async () => {
    const { world, run } = await begin();
    const running = await world.run(run.metadata.name);
    await world.store.update(CODE_RUN, { ...running, spec: { ...running.spec, contextVersion: 2 } });
    await world.settle(run);
    const [jobName = ""] = await world.jobNames();
    await world.endJob(jobName, published({ result: "failed", reason: "GateFailed" }));
    await world.settle(run);

    expect(await world.jobNames()).toEqual([jobName]);
    expect((await world.statusOf(run)).phase).toBe("Failed");
  });

  it("fails with the field, value and fix of a spec that cannot be understood", async () => {
    const { world, run } = await begin({ spec: { model: "gpt-unknown" } });

    const status = await world.statusOf(run);

    expect(status).toMatchObject({ phase: "Failed", message: expect.stringContaining("spec.model") });
    expect(complete(status)?.reason).toBe("InvalidSpec");
    expect(await world.jobNames()).toEqual([]);
  });

  it("goes on when the configuration loses its model while the agent works", async () => {
    const { world, run } = await begin();
    const [jobName = ""] = await world.jobNames();
    const changed = { ...world.configuration, models: [] };

    world.configuration = changed;
    await world.settle(run);

    expect((await world.statusOf(run)).phase).toBe("Running");
    expect(await world.jobNames()).toEqual([jobName]);
  });

  it("tells of its start and its end in Events of its own", async () => {
    const { world, run } = await begin();
    await loseEveryAttempt(world, run);

    const { items } = await world.store.list(EVENT);
    const said = items.map(({ type, involvedObject, reason }) => [type, involvedObject.name, reason]);
    expect(said).toContainEqual(["Normal", run.metadata.name, "JobStarted"]);
    expect(said).toContainEqual(["Warning", run.metadata.name, "InfrastructureLost"]);
  });

  it("says that enableDocker has no effect, and nothing where it is off", async () => {
    const { world, run } = await begin({ spec: { enableDocker: false } });

    expect((await world.statusOf(run)).conditions?.map(({ type }) => type)).toEqual(["Complete"]);
  });
});

describe("a cluster whose operator let agents start without a network policy", () => {
  it("says so in every run; one machine, whose sandbox has no network, has nothing to say", async () => {
    const typesIn = async (gateway: RunWorld["gateway"]) => {
      const world = await RunWorld.open({ ...CONFIGURATION, directEgress: "allow" });
      world.gateway = gateway;
      const run = await world.store.create(CODE_RUN, codeRun());
      await world.settle(run);
      return (await world.statusOf(run)).conditions?.map(({ type, reason }) => [type, reason]);
    };

    const said = ["EgressRestricted", "AllowedByOperator"];
    expect(await typesIn({ address: "10.96.0.7:8443", authority: "PEM" })).toContainEqual(said);
    expect(await typesIn(undefined)).not.toContainEqual(said);
  });
});

describe("a superseded CodeRun", () => {
  it("loses its Job, fails as superseded, and has no verdict written", async () => {
    const { world, run } = await begin({ annotations: inLane });
    expect(await world.jobNames()).toHaveLength(1);

    await world.setLane(2);
    await world.settle(run);

    const status = await world.statusOf(run);
    expect(await world.jobNames()).toEqual([]);
    expect(complete(status)?.reason).toBe("Superseded");
    expect(world.verdicts.written.size).toBe(0);
  });

  it("makes no Job when it was superseded before it began", async () => {
    const world = await RunWorld.open();
    await world.setLane(2);
    const run = await world.store.create(CODE_RUN, codeRun({ annotations: inLane }));
    await world.settle(run);

    expect(await world.jobNames()).toEqual([]);
    expect((await world.statusOf(run)).phase).toBe("Failed");
  });

  it("tells what it had published before", async () => {
    const { world, run } = await begin({ annotations: inLane });
    const [jobName = ""] = await world.jobNames();
    await world.endJob(jobName, published());
    await world.setLane(2);
    await world.settle(run);

    expect(await world.statusOf(run)).toMatchObject({ phase: "Succeeded", pullRequestUrl: expect.any(String) });
  });
});

describe("a DocsRun", () => {
  it("has a Job of its own form and takes its outcome", async () => {
    const world = await RunWorld.open();
    const run = await world.store.create(DOCS_RUN, docsRun());
    await world.settle(run);
    const [job] = await world.jobs();
    expect(job?.metadata).toMatchObject({
      name: expect.stringMatching(/^docs-runyard-docs-1-abc-docs-[0-9a-f]{8}-v1$/),
      labels: { "job-type": "docs", component: "docs-generator", "github-identity": "runyard-docs" },
    });

    await world.endJob(job?.metadata.name ?? "", published());
    await world.settle(run);

    expect(await world.statusOf(run)).toMatchObject({
      phase: "Succeeded",
      workCompleted: true,
      sessionId: "session-1",
    });
  });

  it("is woken by its own Jobs alone", async () => {
    const world = await RunWorld.open();
    const run = await world.store.create(DOCS_RUN, docsRun());
    await world.settle(run);
    const [job] = await world.jobs();
    const woken = (kind: "CodeRun" | "DocsRun") =>
      world
        .controllerOf(kind)
        .watches.filter((watch) => watch.kind.kind === JOB.kind)
        .flatMap((watch) => (job === undefined ? [] : watch.map(job)));

    expect(woken("DocsRun")).toEqual([key(run.metadata.name)]);
    expect(woken("CodeRun")).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { buildJobPod, jobPodName } from "../../../src/controllers/job/build-job-pod.ts";
import { decideJob } from "../../../src/controllers/job/decide-job.ts";
import type { Job } from "../../../src/resources/job.ts";
import type { Pod, PodStatus } from "../../../src/resources/pod.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");
const TIME = "2026-01-02T03:04:05Z";

function job(spec: Partial<Job["spec"]> & Record<string, unknown> = {}, status: Job["status"] = {}): Job {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "work", namespace: "ns", uid: "u1" },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels: { a: "b" }, annotations: { c: "d" } },
        spec: { restartPolicy: "Never", containers: [{ name: "main", command: ["true"] }] },
      },
      ...spec,
    },
    status,
  };
}

function pod(of: Job, index: number, status: PodStatus = {}): Pod {
  return { ...buildJobPod(of, index), status };
}

function ended(exitCode: number, finishedAt = TIME): PodStatus {
  const state = { terminated: { exitCode, reason: "Error", finishedAt } };
  const status = { name: "main", ready: false, restartCount: 0, image: "", imageID: "", state };
  return { phase: exitCode === 0 ? "Succeeded" : "Failed", containerStatuses: [status] };
}

describe("a Job", () => {
  it("starts with one pod, whose name is the same in every pass", () => {
    const decision = decideJob({ job: job(), pods: [], now: NOW });

    expect(decision).toEqual({ create: 0, delete: [], status: { active: 1, startTime: TIME, conditions: [] } });
    expect(buildJobPod(job(), 0)).toMatchObject({
      metadata: {
        name: jobPodName(job(), 0),
        namespace: "ns",
        labels: { a: "b", "batch.kubernetes.io/job-name": "work", "batch.kubernetes.io/controller-uid": "u1" },
        annotations: { c: "d" },
        ownerReferences: [{ kind: "Job", uid: "u1", controller: true }],
      },
    });
    expect(jobPodName(job(), 0)).toMatch(/^work-[0-9a-f]{5}$/);
    expect(jobPodName(job(), 1)).not.toBe(jobPodName(job(), 0));
    expect(jobPodName({ ...job(), metadata: { name: "x".repeat(80) } }, 0)).toHaveLength(63);
  });

  it("that died after creating its pod goes on with that pod", () => {
    const decision = decideJob({ job: job(), pods: [pod(job(), 0, { phase: "Running" })], now: NOW });

    expect(decision.create).toBeUndefined();
    expect(decision.status).toMatchObject({ active: 1 });
  });

  it("is complete when its pod has succeeded", () => {
    const running = job({}, { active: 1, startTime: TIME, conditions: [] });

    const decision = decideJob({ job: running, pods: [pod(running, 0, ended(0))], now: NOW });

    expect(decision.status).toMatchObject({ succeeded: 1, completionTime: TIME });
    expect(decision.status).not.toHaveProperty("active");
    expect(decision.status?.conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ["SuccessCriteriaMet", "True", "CompletionsReached"],
      ["Complete", "True", "CompletionsReached"],
    ]);
  });

  it("with backoffLimit 0 fails with its first pod, and says why", () => {
    const running = job({}, { active: 1 });
    const lost = pod(running, 0, { phase: "Failed", reason: "NodeLost", message: "gone" });

    const decision = decideJob({ job: running, pods: [lost], now: NOW });

    expect(decision).toMatchObject({ delete: [], status: { failed: 1 } });
    expect(decision.status?.conditions?.at(-1)).toMatchObject({
      type: "Failed",
      status: "True",
      reason: "BackoffLimitExceeded",
      message: `Job has reached the specified backoff limit; pod ${lost.metadata.name}: NodeLost: gone`,
    });
    expect(decision.status?.conditions?.[0]?.type).toBe("FailureTarget");
  });

  it("names the container that failed", () => {
    const running = job({}, { active: 1 });
    const failed = pod(running, 0, ended(3));

    const message = decideJob({ job: running, pods: [failed], now: NOW }).status?.conditions?.at(-1)?.message;

    expect(message).toContain("container main ended with 3 (Error)");
    const vague = decideJob({ job: running, pods: [pod(running, 0, { phase: "Failed" })], now: NOW });
    expect(vague.status?.conditions?.at(-1)?.message).toContain(`${failed.metadata.name} failed`);
  });

  it("waits longer after each failure before the next pod, and makes it then", () => {
    const once = job({ backoffLimit: 2 }, { active: 1 });
    const first = decideJob({ job: once, pods: [pod(once, 0, ended(1))], now: NOW });
    expect(first).toMatchObject({ status: { failed: 1 }, checkAgainAfterMs: 10_000 });
    expect(first.create).toBeUndefined();

    const failed = job({ backoffLimit: 2 }, { failed: 1, startTime: TIME });
    const pods = [pod(failed, 0, ended(1))];
    expect(decideJob({ job: failed, pods, now: NOW + 4000 })).toEqual({ delete: [], checkAgainAfterMs: 6000 });
    expect(decideJob({ job: failed, pods, now: NOW + 10_000 }).create).toBe(1);
    expect(decideJob({ job: failed, pods: [], now: NOW }).create).toBe(1);

    const twice = job({ backoffLimit: 2 }, { failed: 1, active: 1 });
    expect(decideJob({ job: twice, pods: [pod(twice, 1, ended(1))], now: NOW }).checkAgainAfterMs).toBe(20_000);
  });

  it("says of its failed pod what is known: the pod's own reason, else the container's, else that it failed", () => {
    const running = job({}, { active: 1 });
    const messageOf = (status: PodStatus): string | undefined =>
      decideJob({ job: running, pods: [pod(running, 0, status)], now: NOW }).status?.conditions?.at(-1)?.message;
    const without = ended(3);
    const state = { terminated: { exitCode: 3 } };
    const container = { name: "main", ready: false, restartCount: 0, image: "", imageID: "", state };

    expect(messageOf({ phase: "Failed", reason: "Evicted" })).toContain("Evicted: ");
    expect(messageOf({ phase: "Failed", reason: "Evicted", message: "no room" })).toContain("Evicted: no room");
    expect(messageOf({ ...without, containerStatuses: [container] as never })).toContain("ended with 3 (Error)");
  });

  it("tries again as often as Kubernetes does when nothing is said, at once when nothing is known of the last end", () => {
    const { backoffLimit: _, ...spec } = job().spec;
    const unsaid: Job = { ...job({}, { failed: 6, active: 1, startTime: TIME }), spec };
    const waiting = { name: "main", ready: false, restartCount: 0, image: "", imageID: "", state: {} };
    const failed = job({ backoffLimit: 2 }, { failed: 1, startTime: TIME });

    expect(
      decideJob({ job: { ...unsaid, status: { failed: 5, active: 1 } }, pods: [], now: NOW }).status,
    ).toMatchObject({ failed: 6 });
    expect(decideJob({ job: unsaid, pods: [], now: NOW }).status?.conditions?.at(-1)).toMatchObject({
      type: "Failed",
      reason: "BackoffLimitExceeded",
    });
    const unknown = [pod(failed, 0, { phase: "Failed", containerStatuses: [waiting] as never })];
    expect(decideJob({ job: failed, pods: unknown, now: NOW }).create).toBe(1);
  });

  it("without annotations of its pods makes none, and its deadline counts from its start", () => {
    const template = { spec: job().spec.template.spec };

    expect(buildJobPod(job({ template }), 0).metadata).not.toHaveProperty("annotations");
    expect(decideJob({ job: job({ activeDeadlineSeconds: 60 }), pods: [], now: NOW }).create).toBe(0);
  });

  it("counts a pod that was deleted as failed", () => {
    const running = job({}, { active: 1 });
    const leaving = { ...pod(running, 0), metadata: { ...pod(running, 0).metadata, deletionTimestamp: TIME } };

    const gone = decideJob({ job: running, pods: [], now: NOW });
    const going = decideJob({ job: running, pods: [leaving], now: NOW });

    expect(gone.status?.conditions?.at(-1)?.message).toContain("its pod was deleted");
    expect(going.status).toMatchObject({ failed: 1 });
    const { status: _, ...unstarted } = leaving;
    expect(decideJob({ job: running, pods: [unstarted], now: NOW }).status).toMatchObject({ failed: 1 });
  });

  it("ends at its deadline, with its pod", () => {
    const running = job({ activeDeadlineSeconds: 60 }, { active: 1, startTime: TIME });
    const current = pod(running, 0, { phase: "Running" });

    expect(decideJob({ job: running, pods: [current], now: NOW + 10_000 }).checkAgainAfterMs).toBe(50_000);
    const decision = decideJob({ job: running, pods: [current], now: NOW + 60_000 });

    expect(decision.delete).toEqual([current.metadata.name]);
    expect(decision.status).toMatchObject({ failed: 1 });
    expect(decision.status?.conditions?.at(-1)).toMatchObject({ type: "Failed", reason: "DeadlineExceeded" });
  });

  it("does not wait past its deadline for the next attempt", () => {
    const failed = job({ backoffLimit: 3, activeDeadlineSeconds: 5 }, { failed: 1, startTime: TIME });

    const decision = decideJob({ job: failed, pods: [pod(failed, 0, ended(1))], now: NOW });

    expect(decision.checkAgainAfterMs).toBe(5000);
  });

  it("suspended, has no pod; resumed, has one", () => {
    const running = job({ suspend: true, activeDeadlineSeconds: 1 }, { active: 1, startTime: TIME });
    const stopped = decideJob({ job: running, pods: [pod(running, 0)], now: NOW + 5000 });
    expect(stopped.delete).toEqual([jobPodName(running, 0)]);
    expect(stopped.status?.conditions).toMatchObject([{ type: "Suspended", status: "True" }]);
    expect(decideJob({ job: job({ suspend: true }), pods: [], now: NOW })).toMatchObject({ delete: [] });
    expect(decideJob({ job: job({ suspend: true }), pods: [], now: NOW }).status).not.toHaveProperty("startTime");

    const resumed = decideJob({ job: job({}, stopped.status), pods: [], now: NOW });
    expect(resumed.create).toBe(0);
    expect(resumed.status?.conditions).toMatchObject([{ type: "Suspended", status: "False", reason: "JobResumed" }]);
  });

  it("that has ended, or is being deleted, is left alone", () => {
    const condition = { type: "Failed", status: "True", reason: "x", message: "", lastTransitionTime: TIME } as const;
    const deleted = { ...job(), metadata: { ...job().metadata, deletionTimestamp: TIME } };

    expect(decideJob({ job: job({}, { conditions: [condition] }), pods: [], now: NOW })).toEqual({ delete: [] });
    expect(decideJob({ job: deleted, pods: [], now: NOW })).toEqual({ delete: [] });
  });

  it("with a field that cannot be honoured fails with its path", () => {
    const template = { spec: { restartPolicy: "OnFailure", containers: [{ name: "m", command: ["x"] }] } } as const;

    const rules = [
      { action: "FailJob", onPodConditions: [{ type: "DisruptionTarget" }] },
      { action: "Ignore", onExitCodes: { operator: "In", values: [1] } },
      { action: "Count", onPodConditions: [{ type: "ConfigIssue" }] },
    ];
    const spec = { completions: 2, podFailurePolicy: { rules }, podFailure: 1, template };

    const decision = decideJob({ job: job(spec), pods: [], now: NOW });

    const message = decision.status?.conditions?.at(-1)?.message;
    expect(message).toContain("spec.podFailure: is not supported");
    expect(message).toContain("spec.podFailurePolicy.rules[1]: only rules about DisruptionTarget");
    expect(message).toContain("spec.podFailurePolicy.rules[2]: only rules");
    expect(message).not.toContain("rules[0]");
    expect(message).toContain("spec.completions: must be 1");
    expect(message).toContain("spec.template.spec.restartPolicy: must be Never");
  });
});

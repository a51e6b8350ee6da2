import { describe, expect, it } from "vitest";
import { describeFailedPod, summarizeJob } from "../../../src/controllers/job/summarize-job.ts";
import type { Job } from "../../../src/resources/job.ts";
import type { ContainerStatus, Pod, PodStatus } from "../../../src/resources/pod.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");
const TIME = "2026-01-02T03:04:05Z";
const EARLIER = "2026-01-01T00:00:00Z";
const NONE = { active: 0, succeeded: 0, failed: 0 };

function job(status: Job["status"] = {}, suspend = false): Job {
  const template = { spec: { restartPolicy: "Never" as const, containers: [] } };
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name: "work" }, spec: { suspend, template }, status };
}

function conditionsOf(status: ReturnType<typeof summarizeJob>): readonly string[] {
  return (status.conditions ?? []).map(({ type, status: value, reason }) => `${type} ${value} ${reason ?? ""}`);
}

describe("the status of a Job", () => {
  it("has the time of its first pass for good, and leaves out counts of zero", () => {
    expect(summarizeJob(job(), { ...NONE, active: 1 }, NOW)).toEqual({ active: 1, startTime: TIME, conditions: [] });
    expect(summarizeJob(job({ startTime: EARLIER }), NONE, NOW)).toEqual({ startTime: EARLIER, conditions: [] });
  });

  it("announces a success, then says it, and when", () => {
    const status = summarizeJob(job({ startTime: EARLIER }), { ...NONE, succeeded: 1 }, NOW, { kind: "complete" });

    expect(status).toMatchObject({ succeeded: 1, startTime: EARLIER, completionTime: TIME });
    expect(conditionsOf(status)).toEqual([
      "SuccessCriteriaMet True CompletionsReached",
      "Complete True CompletionsReached",
    ]);
  });

  it("announces a failure, then says it, without a time of completion", () => {
    const end = { kind: "failed", reason: "BackoffLimitExceeded", message: "too often" } as const;

    const status = summarizeJob(job(), { ...NONE, failed: 1 }, NOW, end);

    expect(status).not.toHaveProperty("completionTime");
    expect(conditionsOf(status)).toEqual([
      "FailureTarget True BackoffLimitExceeded",
      "Failed True BackoffLimitExceeded",
    ]);
    expect(status.conditions?.[1]).toMatchObject({ message: "too often", lastTransitionTime: TIME });
  });

  it("says that it is suspended, and later that it goes on; one that never was says nothing", () => {
    const suspended = summarizeJob(job({}, true), NONE, NOW);
    const resumed = summarizeJob(job(suspended), NONE, NOW);

    expect(suspended).not.toHaveProperty("startTime");
    expect(conditionsOf(suspended)).toEqual(["Suspended True JobSuspended"]);
    expect(conditionsOf(resumed)).toEqual(["Suspended False JobResumed"]);
    expect(resumed.startTime).toBe(TIME);
  });
});

describe("the reason of a failed pod", () => {
  function pod(status: PodStatus): Pod {
    return {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "work-1" },
      spec: { restartPolicy: "Never", containers: [] },
      status,
    };
  }
  function ended(name: string, exitCode: number, reason?: string): ContainerStatus {
    const terminated = { exitCode, ...(reason === undefined ? {} : { reason }) };
    return { name, ready: false, restartCount: 0, image: "", imageID: "", state: { terminated } };
  }

  it.each([
    ["a pod that is gone", undefined, "its pod was deleted"],
    ["a pod with a reason", pod({ reason: "NodeLost", message: "it died" }), "pod work-1: NodeLost: it died"],
    [
      "the first container that failed",
      pod({ initContainerStatuses: [ended("a", 0), ended("b", 3)], containerStatuses: [ended("c", 4)] }),
      "pod work-1: container b ended with 3 (Error)",
    ],
    [
      "the container's own reason",
      pod({ containerStatuses: [ended("c", 137, "OOMKilled")] }),
      "pod work-1: container c ended with 137 (OOMKilled)",
    ],
    ["a pod that says nothing", pod({}), "pod work-1 failed"],
  ])("is told for %s", (_what, failed, words) => {
    expect(describeFailedPod(failed)).toBe(words);
  });
});

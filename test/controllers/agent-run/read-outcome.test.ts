import { describe, expect, it } from "vitest";
import { readOutcome } from "../../../src/controllers/agent-run/read-outcome.ts";
import type { ContainerStatus, Pod } from "../../../src/resources/pod.ts";

function ended(name: string, exitCode: number, message?: string): ContainerStatus {
  const terminated = {
    exitCode,
    reason: exitCode === 0 ? "Completed" : "Error",
    ...(message === undefined ? {} : { message }),
  };
  return { name, ready: false, restartCount: 0, image: "", imageID: "", state: { terminated } };
}

function pod(initContainerStatuses: ContainerStatus[], containerStatuses: ContainerStatus[]): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers: [] },
    status: { initContainerStatuses, containerStatuses },
  };
}

const text = (container: string, result = "passed") =>
  JSON.stringify({ version: 1, container, result, reason: "R", message: "m" });

describe("readOutcome", () => {
  it("says why no container was started where no sandbox can be made, and of no other failure", () => {
    const failed = (reason: string): Pod => ({ ...pod([], []), status: { phase: "Failed", reason, message: "why" } });

    for (const reason of ["SandboxUnavailable", "EgressOpen"])
      expect(readOutcome(failed(reason)).refused).toEqual({ reason, message: "why" });
    expect(readOutcome(failed("NodeLost")).refused).toBeUndefined();
    expect(readOutcome({ ...failed("EgressOpen"), status: { reason: "EgressOpen" } }).refused?.message).toBe("");
  });

  it("takes a container's word that the agent could have gone past the gateway, and no other word of it", () => {
    const said = "EgressOpen: a direct connection succeeded";

    const refused = readOutcome(pod([ended("prepare", 0), ended("agent", 126, said)], [])).refused;

    expect(refused).toEqual({ reason: "EgressOpen", message: "a direct connection succeeded" });
    expect(readOutcome(pod([ended("agent", 1, said)], [])).refused).toBeUndefined();
    expect(readOutcome(pod([ended("agent", 126, "not found")], [])).refused).toBeUndefined();
    expect(readOutcome(pod([ended("agent", 126)], [])).refused).toBeUndefined();
  });

  it("takes the last container's outcome", () => {
    const read = readOutcome(
      pod(
        [ended("prepare", 0, text("prepare")), ended("agent", 0, text("agent"))],
        [ended("publish", 0, text("publish", "failed"))],
      ),
    );

    expect(read.outcome).toMatchObject({ container: "publish", result: "failed" });
    expect(read.broken).toBeUndefined();
  });

  it("names the first container that broke, with what it said", () => {
    const read = readOutcome(pod([ended("prepare", 0), ended("agent", 137, " ran out of memory ")], []));

    expect(read.broken).toEqual({ container: "agent", exitCode: 137, message: "ran out of memory" });
    expect(readOutcome(pod([ended("agent", 2)], [])).broken?.message).toBe("Error");
    const silent = { ...ended("agent", 0), state: { terminated: { exitCode: 9 } } };
    expect(readOutcome(pod([silent], [])).broken?.message).toBe("no message");
  });

  it("does not believe an outcome of a container that failed, nor a text of another form", () => {
    for (const message of [
      text("agent"),
      "{",
      "null",
      '{"version":2}',
      text("agent", "maybe"),
      '{"version":1,"reason":1,"message":"m"}',
    ]) {
      const exitCode = message === text("agent") ? 1 : 0;
      expect(readOutcome(pod([ended("agent", exitCode, message)], [])).outcome).toBeUndefined();
    }
  });

  it("knows nothing of a pod that has not started, or is gone", () => {
    expect(readOutcome(undefined)).toEqual({ outcome: undefined, broken: undefined });
    const waiting = { ...ended("agent", 0), state: { waiting: { reason: "PodInitializing" } } };
    expect(readOutcome(pod([waiting], []))).toEqual({ outcome: undefined, broken: undefined });
  });
});

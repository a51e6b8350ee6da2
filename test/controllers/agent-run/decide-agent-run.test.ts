import { describe, expect, it } from "vitest";
import type { RunOutcome } from "../../../src/configuration/run-file.ts";
import { decideAgentRun, type ObservedRun } from "../../../src/controllers/agent-run/decide-agent-run.ts";
import { readRunInput } from "../../../src/controllers/agent-run/run-input.ts";
import { CONFIGURATION } from "../../support/admission-facts.ts";
import { codeRun } from "../../support/runs.ts";

const outcome: RunOutcome = {
  version: 1,
  container: "publish",
  result: "passed",
  reason: "Published",
  message: "pushed",
};
const recorded = { jobName: "j", contextVersion: 1, retryCount: 0 };

function observed(change: Partial<ObservedRun> = {}): ObservedRun {
  return {
    phase: "",
    reason: undefined,
    recorded: undefined,
    contextVersion: 1,
    read: readRunInput(codeRun(), CONFIGURATION),
    laneGeneration: undefined,
    ownGeneration: 0,
    workflowEnded: false,
    job: "absent",
    pod: { outcome: undefined, broken: undefined, refused: undefined },
    jobReason: undefined,
    retriesMax: 2,
    ...change,
  };
}

describe("decideAgentRun", () => {
  it("fails at once, with the fix, where no sandbox can be made: another attempt would end likewise", () => {
    const refused = { reason: "SandboxUnavailable", message: "No sandbox. Fix: apt-get install bubblewrap" };
    const pod = { outcome: undefined, broken: undefined, refused };

    expect(decideAgentRun(observed({ phase: "Running", recorded, job: "failed", pod }))).toEqual({
      kind: "fail",
      reason: "SandboxUnavailable",
      message: "No sandbox. Fix: apt-get install bubblewrap; then start the run again",
      removeJob: false,
      verdict: true,
    });
  });

  it("A.2 records an attempt before it creates anything", () => {
    expect(decideAgentRun(observed())).toMatchObject({ kind: "record", contextVersion: 1, retryCount: 0 });
    expect(decideAgentRun(observed({ phase: "Pending", recorded }))).toMatchObject({
      kind: "create",
      attempt: recorded,
    });
    expect(decideAgentRun(observed({ phase: "Pending", recorded, job: "active" }))).toEqual({ kind: "running" });
  });

  it("never takes the absence of a Job that ran for a run that never started", () => {
    const decision = decideAgentRun(observed({ phase: "Running", recorded }));

    expect(decision).toMatchObject({ kind: "record", retryCount: 1, why: "its Job was deleted" });
  });

  it("fails a run whose text became invalid before its Job was created", () => {
    const read = { kind: "invalid", problem: "spec.service is missing" } as const;

    expect(decideAgentRun(observed({ phase: "Pending", recorded, read }))).toMatchObject({
      kind: "fail",
      reason: "InvalidSpec",
      message: "spec.service is missing",
    });
    expect(decideAgentRun(observed({ read }))).toMatchObject({ kind: "fail", reason: "InvalidSpec" });
  });

  it("stops with its workflow, unless it has an outcome already", () => {
    const ended = { phase: "Running", recorded, workflowEnded: true } as const;

    expect(decideAgentRun(observed({ ...ended, job: "active" }))).toMatchObject({ kind: "fail", removeJob: true });
    expect(
      decideAgentRun(observed({ ...ended, job: "complete", pod: { outcome, broken: undefined, refused: undefined } })),
    ).toEqual({
      kind: "finish",
      outcome,
    });
  });

  it("ends with the outcome that the pod left", () => {
    const decision = decideAgentRun(
      observed({
        phase: "Running",
        recorded,
        job: "complete",
        pod: { outcome, broken: undefined, refused: undefined },
      }),
    );

    expect(decision).toEqual({ kind: "finish", outcome });
  });

  it("does not take exit code 0 without an outcome for success", () => {
    const decision = decideAgentRun(observed({ phase: "Running", recorded, job: "complete" }));

    expect(decision).toMatchObject({ kind: "record", why: "its pod ended without leaving an outcome" });
  });

  it("starts the next attempt after a lost pod, and gives up at the limit with a verdict", () => {
    const lost = observed({ phase: "Running", recorded, job: "failed", jobReason: "DeadlineExceeded" });

    expect(decideAgentRun(lost)).toMatchObject({
      kind: "record",
      retryCount: 1,
      why: "its pod was lost (DeadlineExceeded)",
    });
    const last = decideAgentRun({ ...lost, recorded: { ...recorded, retryCount: 2 }, jobReason: undefined });
    expect(last).toMatchObject({ kind: "fail", reason: "InfrastructureLost", verdict: true });
    const broken = { container: "prepare", exitCode: 3, message: "no disk" };
    expect(decideAgentRun({ ...lost, pod: { outcome: undefined, broken, refused: undefined } })).toMatchObject({
      why: "container prepare ended with exit code 3: no disk",
    });
  });

  it("leaves an ended run alone, whatever happens to its Job", () => {
    expect(decideAgentRun(observed({ phase: "Succeeded", recorded }))).toEqual({ kind: "settled" });
    expect(decideAgentRun(observed({ phase: "Failed", reason: "GateFailed", recorded, contextVersion: 2 }))).toEqual({
      kind: "settled",
    });
  });

  it("starts anew after lost infrastructure only when a higher context version is asked for", () => {
    const failed = observed({ phase: "Failed", reason: "InfrastructureLost", recorded });

    expect(decideAgentRun(failed)).toEqual({ kind: "settled" });
    expect(decideAgentRun({ ...failed, contextVersion: 3 })).toMatchObject({
      kind: "record",
      contextVersion: 3,
      retryCount: 0,
    });
    expect(decideAgentRun({ ...failed, recorded: undefined, contextVersion: 3 })).toEqual({ kind: "settled" });
  });

  it("ignores a higher context version while an attempt is under way", () => {
    expect(decideAgentRun(observed({ phase: "Running", recorded, job: "active", contextVersion: 2 }))).toEqual({
      kind: "running",
    });
  });

  it("stops a run whose lane has gone on, without a verdict", () => {
    const stale = observed({ phase: "Running", recorded, job: "active", laneGeneration: 2, ownGeneration: 1 });

    expect(decideAgentRun(stale)).toMatchObject({
      kind: "fail",
      reason: "Superseded",
      removeJob: true,
      verdict: false,
    });
    expect(decideAgentRun({ ...stale, ownGeneration: 2 })).toEqual({ kind: "running" });
  });

  it("fails a run whose spec cannot be understood", () => {
    const read = { kind: "invalid" as const, problem: "spec.model: is unknown" };

    expect(decideAgentRun(observed({ read }))).toMatchObject({
      kind: "fail",
      reason: "InvalidSpec",
      message: "spec.model: is unknown",
    });
  });
});

import { expect, it } from "vitest";
import { outcomeChange, summarizeAgentRun } from "../../../src/controllers/agent-run/summarize-agent-run.ts";

const now = Date.parse("2026-01-02T03:04:05Z");
const began = summarizeAgentRun(
  undefined,
  {
    phase: "Pending",
    reason: "JobRecorded",
    message: "m",
    conditions: [{ type: "X", status: "True", reason: "R", message: "" }],
  },
  { now, generation: 1 },
);

it("the first condition is Complete, whatever comes later: workflow templates read its reason", () => {
  const later = summarizeAgentRun(
    began,
    { phase: "Failed", reason: "GateFailed", message: "n" },
    { now: now + 60_000, generation: 2 },
  );

  expect(later.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
    ["Complete", "GateFailed"],
    ["X", "R"],
  ]);
  expect(later.conditions?.[0]).toMatchObject({ status: "True", observedGeneration: 2 });
});

it("a condition keeps its time of transition while its status stands", () => {
  const running = summarizeAgentRun(
    began,
    { phase: "Running", reason: "JobStarted", message: "n" },
    { now: now + 60_000, generation: 1 },
  );

  expect(running.conditions?.[0]?.lastTransitionTime).toBe("2026-01-02T03:04:05Z");
  expect(running.lastUpdate).toBe("2026-01-02T03:05:05Z");
});

it("an outcome's facts are conditions, and what it does not say is not claimed", () => {
  const bare = outcomeChange({ version: 1, container: "publish", result: "passed", reason: "DryRun", message: "m" });
  const full = outcomeChange({
    version: 1,
    container: "publish",
    result: "failed",
    reason: "GateFailed",
    message: "m",
    headSha: "a",
    checkRunUrl: "b",
    actionsRunUrls: ["c", "d"],
    deploymentUrl: "e",
  });

  const withFields = outcomeChange({
    version: 1,
    container: "publish",
    result: "passed",
    reason: "Published",
    message: "m",
    actionsRunUrls: [],
    pullRequestUrl: "p",
    sessionId: "s",
  });

  expect(bare).toMatchObject({ phase: "Succeeded", conditions: [], fields: {} });
  expect(withFields).toMatchObject({ conditions: [], fields: { pullRequestUrl: "p", sessionId: "s" } });
  expect(full.phase).toBe("Failed");
  expect(full.conditions?.map(({ type, message }) => [type, message])).toEqual([
    ["HeadRecorded", "a"],
    ["VerdictWritten", "b"],
    ["ChecksLinked", "c d"],
    ["Deployed", "e"],
  ]);
});

import { describe, expect, it } from "vitest";
import { decideFinish, STATUS_MARKER } from "../../../src/agent/finish/decide-finish.ts";
import type { FinishFacts, StageResult } from "../../../src/agent/finish/finish-facts.ts";
import { STAGES } from "../../../src/resources/run-identity.ts";

function result(change: Partial<StageResult> = {}): StageResult {
  return {
    stage: "author",
    run: "task-1-author",
    phase: "Succeeded",
    reason: "Published",
    message: "pushed",
    spentMicroUsd: 1_500_000,
    checkRunUrl: undefined,
    ...change,
  };
}

function facts(change: Partial<FinishFacts> = {}): FinishFacts {
  return {
    workflow: "task-1",
    status: "Succeeded",
    decision: "run",
    results: [result()],
    pullRequest: { number: 3, draft: true, headSha: "a".repeat(40), url: "https://github.example/p/3" },
    passedOnHead: new Set(STAGES),
    spentMicroUsd: 2_000_000,
    taskUsdMax: 40,
    answered: [8],
    ...change,
  };
}

describe("decideFinish", () => {
  it("marks the pull request ready when every stage stands on its head", () => {
    const decision = decideFinish(facts());

    expect(decision.markReady).toBe(true);
    expect(decision.consume).toEqual([8]);
    expect(decision.comment?.startsWith(STATUS_MARKER)).toBe(true);
    expect(decision.comment).toContain("every stage has passed for aaaaaaaaaaaa");
    expect(decision.comment).toContain("| author | Succeeded | Published: pushed | $1.50 |");
    expect(decision.comment).toContain("Review it and merge it");
  });

  it("leaves a pull request that is ready, and one with a stage missing", () => {
    const ready = facts({ pullRequest: { number: 3, draft: false, headSha: "a".repeat(40), url: "" } });

    expect(decideFinish(ready).markReady).toBe(false);
    const missing = decideFinish(facts({ passedOnHead: new Set(["author"]) }));
    expect(missing.markReady).toBe(false);
    expect(missing.comment).toContain("not every stage has passed yet");
    expect(missing.comment).not.toContain("A person must decide");
  });

  it("names the smallest decision after a failed stage, and answers nothing", () => {
    const failed = result({
      stage: "tests",
      phase: "Failed",
      reason: "GateFailed",
      message: "2 tests\nfail | @ann",
      checkRunUrl: "https://c",
    });

    const decision = decideFinish(
      facts({ status: "Failed", results: [result(), failed], passedOnHead: new Set(["author"]) }),
    );

    expect(decision.consume).toEqual([]);
    expect(decision.comment).toContain("[tests](https://c)");
    expect(decision.comment).toContain("2 tests fail \\| @\u200Bann");
    expect(decision.comment).toContain("stage tests ended with GateFailed");
  });

  it("points to the workflow when it ended without a failed stage", () => {
    const decision = decideFinish(
      facts({ status: "Error", results: [], passedOnHead: new Set(), pullRequest: undefined }),
    );

    expect(decision.comment).toContain("the workflow ended as Error");
    expect(decision.markReady).toBe(false);
  });

  it("says nothing where nothing was admitted", () => {
    expect(decideFinish(facts({ decision: "refuse" }))).toEqual({ comment: undefined, markReady: false, consume: [] });
    expect(decideFinish(facts({ decision: undefined })).comment).toBeUndefined();
  });
});

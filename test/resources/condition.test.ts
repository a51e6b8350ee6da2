import { describe, expect, it } from "vitest";
import { conditionOf, setCondition, type Condition } from "../../src/resources/condition.ts";

const NOW = Date.parse("2026-01-02T03:04:05Z");
const READY = { type: "Ready", status: "True", reason: "Listening", message: "it listens" } as const;

describe("a condition", () => {
  it("says when it began, and of which generation of its object it tells", () => {
    const stamped = { ...READY, lastTransitionTime: "2026-01-02T03:04:05Z" };

    expect(conditionOf({ name: "a", generation: 3 }, READY, NOW)).toEqual({ ...stamped, observedGeneration: 3 });
    expect(conditionOf({ name: "a" }, READY, NOW)).toEqual(stamped);
  });

  it("takes the place of the one of its type, and began when its status did", () => {
    const first: Condition = { ...READY, lastTransitionTime: "2026-01-01T00:00:00Z" };
    const other: Condition = { ...first, type: "Complete" };
    const later = { ...first, reason: "Reloaded", lastTransitionTime: "2026-01-02T00:00:00Z" };

    expect(setCondition([], first)).toEqual([first]);
    expect(setCondition([first, other], later)).toEqual([
      { ...later, lastTransitionTime: first.lastTransitionTime },
      other,
    ]);
    expect(setCondition([first, other], { ...later, status: "False" })).toEqual([{ ...later, status: "False" }, other]);
  });
});

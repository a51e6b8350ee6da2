import { describe, expect, it } from "vitest";
import {
  EMPTY_LANE,
  LANE_LIST_MAX,
  LANE_STATE,
  laneName,
  readLane,
  withRequest,
  writeLane,
} from "../../src/resources/lane.ts";

const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: laneName(7, 12) } };

describe("a lane", () => {
  it("C.3 is named by repository id and number, so that tasks of two repositories never meet", () => {
    expect(laneName(7, 12)).toBe("lane-7-12");
    expect(laneName(8, 12)).not.toBe(laneName(7, 12));
  });

  it("is empty in a new Lease", () => {
    expect(readLane(lease)).toEqual(EMPTY_LANE);
  });

  it("comes back as it was written", () => {
    const state = {
      holder: "a",
      pending: "b",
      generation: 4,
      expectedHeads: ["x"],
      attempts: { ci: ["a"] },
      spentMicroUsd: 5,
      consumedComments: [9],
      requests: [{ workflow: "c", intent: "head", headSha: "y", askedAt: 1 }],
      answers: [{ workflow: "d", answer: "joined" as const, by: "a" }],
    };

    expect(readLane(writeLane(lease, state))).toEqual(state);
    expect(readLane(writeLane(lease, { ...state, holder: undefined, pending: undefined }))).toEqual({
      ...state,
      holder: undefined,
      pending: undefined,
    });
  });

  it("keeps only the newest entries of its lists", () => {
    const heads = Array.from({ length: LANE_LIST_MAX + 1 }, (_, index) => `sha${index}`);

    const kept = readLane(writeLane(lease, { ...EMPTY_LANE, expectedHeads: heads })).expectedHeads;

    expect(kept).toEqual(heads.slice(1));
  });

  it("counts as empty when its annotation cannot be read", () => {
    const broken = { ...lease, metadata: { ...lease.metadata, annotations: { [LANE_STATE]: "{" } } };

    expect(readLane(broken)).toEqual(EMPTY_LANE);
  });

  it("takes a request once, however often it is asked", () => {
    const request = { workflow: "a", intent: "task", askedAt: 1 };
    const asked = withRequest(EMPTY_LANE, request);

    expect(asked.requests).toEqual([request]);
    expect(withRequest(asked, { ...request, askedAt: 2 })).toBe(asked);
    const granted = { ...EMPTY_LANE, holder: "a" };
    expect(withRequest(granted, request)).toBe(granted);
    const waiting = { ...EMPTY_LANE, pending: "a" };
    expect(withRequest(waiting, request)).toBe(waiting);
    const answered = { ...EMPTY_LANE, answers: [{ workflow: "a", answer: "joined" as const, by: "b" }] };
    expect(withRequest(answered, request)).toBe(answered);
  });
});

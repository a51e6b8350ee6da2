import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideLane } from "../../../src/controllers/lane/decide-lane.ts";
import { EMPTY_LANE, type LaneState, withRequest } from "../../../src/resources/lane.ts";

function lane(change: Partial<LaneState>): LaneState {
  return { ...EMPTY_LANE, ...change };
}

const task = (workflow: string) => ({ workflow, intent: "task", askedAt: 0 });
const head = (workflow: string, headSha: string) => ({ workflow, intent: "head", headSha, askedAt: 0 });

describe("decideLane", () => {
  it("gives a free lane to the first who asks, with a new generation", () => {
    const { lane: next, stop } = decideLane({ lane: lane({ requests: [task("a")] }), alive: new Set(["a"]) });

    expect(next).toMatchObject({ holder: "a", generation: 1, requests: [] });
    expect(stop).toEqual([]);
  });

  it("lets one wait, and answers the one whose place a newer request takes", () => {
    const held = lane({ holder: "a", generation: 1, requests: [task("b"), task("c")] });

    const { lane: next } = decideLane({ lane: held, alive: new Set(["a", "b", "c"]) });

    expect(next).toMatchObject({ holder: "a", pending: "c", generation: 1 });
    expect(next.answers).toEqual([{ workflow: "b", answer: "superseded", by: "c" }]);
  });

  it("hands the lane to who waits as soon as the holder has ended", () => {
    const { lane: next } = decideLane({
      lane: lane({ holder: "a", pending: "b", generation: 1 }),
      alive: new Set(["b"]),
    });

    expect(next).toMatchObject({ holder: "b", pending: undefined, generation: 2 });
  });

  it("supersedes holder and waiter when a person pushes a new head", () => {
    const held = lane({ holder: "a", pending: "b", generation: 1, requests: [head("c", "new")] });

    const { lane: next, stop } = decideLane({ lane: held, alive: new Set(["a", "b", "c"]) });

    expect(next).toMatchObject({ holder: "c", pending: undefined, generation: 2 });
    expect(stop).toEqual(["a", "b"]);
  });

  it("joins the holder when the head is what the holder pushed", () => {
    const held = lane({ holder: "a", generation: 1, expectedHeads: ["own"], requests: [head("b", "own")] });

    const { lane: next, stop } = decideLane({ lane: held, alive: new Set(["a", "b"]) });

    expect(next).toMatchObject({ holder: "a", generation: 1 });
    expect(next.answers).toEqual([{ workflow: "b", answer: "joined", by: "a" }]);
    expect(stop).toEqual([]);
  });

  it("forgets requests and waiters whose workflow is gone", () => {
    const held = lane({ holder: "a", pending: "b", generation: 1, requests: [task("c")] });

    expect(decideLane({ lane: held, alive: new Set() }).lane).toMatchObject({
      pending: undefined,
      requests: [],
    });
  });

  it("never lets the generation fall, grants only to the living, lets nobody wait for the dead, and is stable when decided again", () => {
    const name = fc.constantFrom("a", "b", "c", "d");
    const request = fc.record({
      workflow: name,
      intent: fc.constantFrom("task", "ci", "head"),
      headSha: fc.constantFrom("x", "y"),
      askedAt: fc.constant(0),
    });
    const steps = fc.array(fc.record({ request, alive: fc.uniqueArray(name) }), { maxLength: 12 });
    fc.assert(
      fc.property(steps, (moves) => {
        let state = lane({ expectedHeads: ["x"] });
        for (const move of moves) {
          const before = state.generation;
          const alive: ReadonlySet<string> = new Set<string>(move.alive);
          state = decideLane({ lane: withRequest(state, move.request), alive }).lane;
          expect(state.generation).toBeGreaterThanOrEqual(before);
          if (state.generation > before) expect(alive.has(state.holder ?? "")).toBe(true);
          if (state.pending !== undefined) expect(alive.has(state.holder ?? "")).toBe(true);
          expect(decideLane({ lane: state, alive }).lane).toEqual(state);
        }
      }),
    );
  });
});

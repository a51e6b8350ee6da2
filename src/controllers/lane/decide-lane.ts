// Who may act on a pull request now. One workflow holds the lane, one waits; a head that a person pushed supersedes at
// once, and what the holder itself pushed joins it.
import type { LaneAnswer, LaneRequest, LaneState } from "../../resources/lane.ts";

export interface ObservedLane {
  readonly lane: LaneState;
  /** Names of the workflows, of those that `workflowsOf` names, which exist and have not ended. */
  readonly alive: ReadonlySet<string>;
}

export interface LaneDecision {
  readonly lane: LaneState;
  /** Workflows to stop: they lost the lane, or their place in it, and have not ended. */
  readonly stop: readonly string[];
}

/** The next state of a lane. Deciding again on the result changes nothing. */
export function decideLane({ lane, alive }: ObservedLane): LaneDecision {
  const requests = lane.requests.filter((request) => alive.has(request.workflow));
  const pending = lane.pending !== undefined && alive.has(lane.pending) ? lane.pending : undefined;
  // Who waited comes before who asks: a place in the lane is not lost by the moment at which the holder ends.
  const promoted = promote({ lane: { ...lane, pending, requests: [] }, alive });
  const next = requests.reduce((current, request) => answerRequest({ lane: current, alive }, request), promoted);
  return { lane: next, stop: superseded(next).filter((name) => alive.has(name)) };
}

/** Workflows on whose being alive the decision depends. */
export function workflowsOf(lane: LaneState): readonly string[] {
  const names = [lane.holder, lane.pending, ...lane.requests.map((request) => request.workflow), ...superseded(lane)];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** Read from the state, so that a crash between writing it and stopping them is made good. */
function superseded(lane: LaneState): readonly string[] {
  return lane.answers.filter((answer) => answer.answer === "superseded").map((answer) => answer.workflow);
}

/** A holder that has ended keeps its name in a free lane: retried before anybody else came, it goes on as it was. */
function isFree({ lane, alive }: ObservedLane): boolean {
  return lane.holder === undefined || !alive.has(lane.holder);
}

function promote({ lane, alive }: ObservedLane): LaneState {
  if (lane.pending === undefined || !isFree({ lane, alive })) return lane;
  return grant({ ...lane, pending: undefined }, lane.pending);
}

function answerRequest({ lane, alive }: ObservedLane, request: LaneRequest): LaneState {
  const { workflow } = request;
  if (lane.holder === undefined || isFree({ lane, alive })) return grant(lane, workflow);
  if (request.headSha !== undefined && lane.expectedHeads.includes(request.headSha)) {
    return withAnswers(lane, [{ workflow, answer: "joined", by: lane.holder }]);
  }
  if (request.intent === "head") return supersede(lane, workflow);
  const replaced: readonly LaneAnswer[] =
    lane.pending === undefined ? [] : [{ workflow: lane.pending, answer: "superseded", by: workflow }];
  return withAnswers({ ...lane, pending: workflow }, replaced);
}

/** A newer head: the holder and whoever waits are stopped; nothing that they still do may land. */
function supersede(lane: LaneState, workflow: string): LaneState {
  const losers = [lane.holder, lane.pending].filter((name) => name !== undefined);
  const answers = losers.map((loser) => ({ workflow: loser, answer: "superseded" as const, by: workflow }));
  return grant(withAnswers({ ...lane, pending: undefined }, answers), workflow);
}

function grant(lane: LaneState, workflow: string): LaneState {
  return { ...lane, holder: workflow, generation: lane.generation + 1 };
}

function withAnswers(lane: LaneState, answers: readonly LaneAnswer[]): LaneState {
  return { ...lane, answers: [...lane.answers, ...answers] };
}

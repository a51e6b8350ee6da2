// A lane: one Lease per (repository id, pull request or issue). Who may act there now, at which generation, what it has
// cost and what was already answered. Kept by the lane controller; the gateway refuses every effect of a stale generation.
import type { Lease } from "./core.ts";

/** What a workflow's `admit` asks for. Kept in the Lease until it is answered or its workflow has ended. */
export interface LaneRequest {
  readonly workflow: string;
  /** task, comment, ci, head or docs. */
  readonly intent: string;
  /** The head that a person pushed (intent head); else undefined. */
  readonly headSha?: string;
  /** Milliseconds since the epoch. */
  readonly askedAt: number;
}

/** Why a workflow will not get the lane: its push is the holder's own, or a newer request took its place. */
export interface LaneAnswer {
  readonly workflow: string;
  readonly answer: "joined" | "superseded";
  readonly by: string;
}

export interface LaneState {
  /** Name of the workflow that may act. When it has ended the lane is free, and it is the one that acted last. */
  readonly holder: string | undefined;
  /** Name of the workflow that acts next; at most one, the newest. */
  readonly pending: string | undefined;
  /** Rises whenever the holder changes. Effects carry the generation they were started with. */
  readonly generation: number;
  /** SHAs that the holder pushed or is about to push: their `synchronize` joins it. The newest is last. */
  readonly expectedHeads: readonly string[];
  /** Workflows that were admitted on this lane, by intent: their number is the number of attempts. */
  readonly attempts: Readonly<Record<string, readonly string[]>>;
  /** Millionths of a US dollar, over all runs of the lane. */
  readonly spentMicroUsd: number;
  /** Ids of comments that were answered. */
  readonly consumedComments: readonly number[];
  /** Requests that were neither granted nor answered yet. */
  readonly requests: readonly LaneRequest[];
  /** The newest answers. */
  readonly answers: readonly LaneAnswer[];
}

export const EMPTY_LANE: LaneState = {
  holder: undefined,
  pending: undefined,
  generation: 0,
  expectedHeads: [],
  attempts: {},
  spentMicroUsd: 0,
  consumedComments: [],
  requests: [],
  answers: [],
};

/** The annotation of the Lease that holds everything but the holder, as JSON. */
export const LANE_STATE = "runyard.dev/lane-state";

/** How many entries the lists of a lane keep; older ones are dropped. */
export const LANE_LIST_MAX = 50;

/** `lane-<repository id>-<pull request or issue number>`. */
export function laneName(repositoryId: number, number: number): string {
  return `lane-${repositoryId}-${number}`;
}

/** The state kept in a Lease; an unreadable annotation counts as empty, so that a lane never blocks for ever. */
export function readLane(lease: Lease): LaneState {
  const holder = lease.spec?.holderIdentity;
  const generation = lease.spec?.leaseTransitions ?? 0;
  const kept = parseKept(lease.metadata.annotations?.[LANE_STATE]);
  return { ...EMPTY_LANE, ...kept, holder: holder === "" ? undefined : holder, generation };
}

/** The Lease with this state in it; list lengths are bounded. */
export function writeLane(lease: Lease, state: LaneState): Lease {
  const kept = {
    ...(state.pending === undefined ? {} : { pending: state.pending }),
    expectedHeads: state.expectedHeads.slice(-LANE_LIST_MAX),
    attempts: state.attempts,
    spentMicroUsd: state.spentMicroUsd,
    consumedComments: state.consumedComments.slice(-LANE_LIST_MAX),
    requests: state.requests.slice(-LANE_LIST_MAX),
    answers: state.answers.slice(-LANE_LIST_MAX),
  };
  return {
    ...lease,
    metadata: { ...lease.metadata, annotations: { ...lease.metadata.annotations, [LANE_STATE]: JSON.stringify(kept) } },
    spec: { ...lease.spec, holderIdentity: state.holder ?? "", leaseTransitions: state.generation },
  };
}

/** A request added to the lane; asking again changes nothing. */
export function withRequest(state: LaneState, request: LaneRequest): LaneState {
  const known =
    state.holder === request.workflow ||
    state.pending === request.workflow ||
    state.requests.some((other) => other.workflow === request.workflow) ||
    state.answers.some((answer) => answer.workflow === request.workflow);
  return known ? state : { ...state, requests: [...state.requests, request] };
}

function parseKept(text: string | undefined): Partial<LaneState> {
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as Partial<LaneState>;
  } catch {
    return {};
  }
}

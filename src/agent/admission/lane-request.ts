// How a workflow asks for its lane and learns the answer: through the Lease that the lane controller keeps.
import type { Clock } from "../../platform/clock.ts";
import { hasCode, PlatformError } from "../../platform/errors.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { LEASE, type Lease } from "../../resources/core.ts";
import { EMPTY_LANE, readLane, withRequest, writeLane, type LaneState } from "../../resources/lane.ts";
import type { ObjectKey } from "../../resources/object-meta.ts";
import type { AdmissionRequest } from "./admission-facts.ts";

export type LaneAnswerReceived =
  | { readonly kind: "granted"; readonly lane: LaneState }
  | { readonly kind: "joined" | "superseded"; readonly by: string };

/**
 * Between two looks at the Lease: the answer mostly comes at once, or after the whole run of another workflow. The
 * workflow's own deadline ends a wait that nothing else ends.
 */
const FIRST_LOOK_MS = 20;
const LOOK_EVERY_MS_MAX = 500;
/** Writers of one Lease: the lane controller, the gateway, other admissions. */
const CONFLICTS_MAX = 50;

interface Dependencies {
  readonly store: ResourceStore;
  readonly clock: Clock;
}

/** Asks (once, however often it is called) and waits for the answer. */
export async function awaitLane(
  key: ObjectKey,
  request: AdmissionRequest,
  to: Dependencies,
): Promise<LaneAnswerReceived> {
  const asked = {
    workflow: request.workflow,
    intent: request.intent,
    askedAt: to.clock.now(),
    ...(request.intent === "head" && request.headSha !== undefined ? { headSha: request.headSha } : {}),
  };
  await changeLane(key, to, (lane) => withRequest(lane, asked));
  for (let pauseMs = FIRST_LOOK_MS; ; pauseMs = Math.min(LOOK_EVERY_MS_MAX, 2 * pauseMs)) {
    const lease = await to.store.get(LEASE, key);
    const answer = lease === undefined ? undefined : answerIn(readLane(lease), request.workflow);
    if (answer !== undefined) return answer;
    await to.clock.sleep(pauseMs);
  }
}

/** Counts this workflow as an attempt of its intent; counting again changes nothing. */
export async function recordAttempt(key: ObjectKey, request: AdmissionRequest, to: Dependencies): Promise<void> {
  await changeLane(key, to, (lane) => {
    const known = lane.attempts[request.intent] ?? [];
    if (known.includes(request.workflow)) return lane;
    return { ...lane, attempts: { ...lane.attempts, [request.intent]: [...known, request.workflow] } };
  });
}

/** Changes the lane, creating its Lease where there is none; a conflict is decided again on what is stored now. */
export async function changeLane(
  key: ObjectKey,
  { store }: Dependencies,
  change: (lane: LaneState) => LaneState,
): Promise<void> {
  for (let attempt = 0; attempt < CONFLICTS_MAX; attempt += 1) {
    const lease = await store.get(LEASE, key);
    const before = lease === undefined ? EMPTY_LANE : readLane(lease);
    const after = change(before);
    if (lease !== undefined && after === before) return;
    try {
      if (lease === undefined) await store.create(LEASE, writeLane(emptyLease(key), after));
      else await store.update(LEASE, writeLane(lease, after));
      return;
    } catch (error) {
      if (!hasCode(error, "Conflict", "AlreadyExists")) throw error;
    }
  }
  throw new PlatformError({
    code: "Conflict",
    message: `lane ${key.namespace}/${key.name} changed ${CONFLICTS_MAX} times while it was being written`,
    hint: "the step is tried again by its retryStrategy",
  });
}

function answerIn(lane: LaneState, workflow: string): LaneAnswerReceived | undefined {
  if (lane.holder === workflow) return { kind: "granted", lane };
  const answer = lane.answers.findLast((candidate) => candidate.workflow === workflow);
  return answer === undefined ? undefined : { kind: answer.answer, by: answer.by };
}

function emptyLease(key: ObjectKey): Lease {
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { ...key } };
}

// The lane as the gateway sees it: is this run's generation still the one that acts, which head is it about to push, and
// what does the task cost. The Lease is the one place where these are decided against other writers.
import type { ResourceReader, ResourceStore } from "../platform/resource-store.ts";
import { LEASE, type Lease } from "../resources/core.ts";
import { readLane, writeLane } from "../resources/lane.ts";
import type { RunIdentity } from "../resources/run-identity.ts";
import { Refusal } from "./refusal.ts";
import { updateObject } from "./update-object.ts";

export interface LaneMember {
  readonly namespace: string;
  readonly identity: RunIdentity;
}

/** Refuses a run whose lane has gone on to another generation, or is gone. A run without a lane always may. */
export async function requireCurrentGeneration(store: ResourceReader, member: LaneMember): Promise<void> {
  const { lane } = member.identity;
  if (lane === undefined) return;
  refuseStale(await store.get(LEASE, { namespace: member.namespace, name: lane }), member);
}

/**
 * Records the SHA that the run is about to push, in the same write that proves its generation: after it, the push's
 * `synchronize` joins the run. Recording a SHA again changes nothing.
 */
export async function recordExpectedHead(store: ResourceStore, member: LaneMember, sha: string): Promise<void> {
  const { lane } = member.identity;
  if (lane === undefined) return;
  await updateObject<Lease>({
    store,
    kind: LEASE,
    key: { namespace: member.namespace, name: lane },
    change: (lease) => {
      const current = refuseStale(lease, member);
      const state = readLane(current);
      if (state.expectedHeads.at(-1) === sha) return current;
      const others = state.expectedHeads.filter((head) => head !== sha);
      return writeLane(current, { ...state, expectedHeads: [...others, sha] });
    },
  });
}

function refuseStale(lease: Lease | undefined, member: LaneMember): Lease {
  const { lane, generation } = member.identity;
  if (lease === undefined) {
    throw new Refusal("Superseded", `the lane ${lane} of this run does not exist any more: nothing may be done for it`);
  }
  const current = readLane(lease).generation;
  if (current !== generation) {
    throw new Refusal(
      "Superseded",
      `this run has generation ${generation} of the lane ${lane}, which is at ${current}: newer work has superseded it`,
    );
  }
  return lease;
}

// Keeps the lanes: observes the Lease and the workflows it names, decides, writes the Lease, stops who lost it.
import { isEnded } from "../../argo/workflow/workflow-status.ts";
import { LANE_STATE, readLane, writeLane } from "../../resources/lane.ts";
import { WORKFLOW } from "../../resources/argo-kinds.ts";
import { LEASE } from "../../resources/core.ts";
import { keyOf, type ObjectKey } from "../../resources/object-meta.ts";
import type { Workflow } from "../../resources/workflow.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { SETTLED, watchOf, type Controller, type Outcome } from "../loop/controller.ts";
import { WakeIndex } from "../loop/wake-index.ts";
import { decideLane, workflowsOf } from "./decide-lane.ts";

/** Leases that are lanes, by name. */
const LANE_PREFIX = "lane-";

/** The lane controller, the same on both engines. */
export function createLaneController(store: ResourceStore): Controller {
  const lanes = new WakeIndex();
  return {
    name: "lane",
    watches: [
      watchOf({ kind: LEASE, map: (lease) => (lease.metadata.name.startsWith(LANE_PREFIX) ? [keyOf(lease)] : []) }),
      watchOf({ kind: WORKFLOW, map: (workflow) => lanes.waitersFor(keyOf(workflow)) }),
    ],
    reconcile: (key) => reconcileLane(store, lanes, key),
  };
}

async function reconcileLane(store: ResourceStore, lanes: WakeIndex, key: ObjectKey): Promise<Outcome> {
  const lease = await store.get(LEASE, key);
  const isLane = lease?.metadata.annotations?.[LANE_STATE] !== undefined;
  const lane = isLane ? readLane(lease) : undefined;
  const names = lane === undefined ? [] : workflowsOf(lane);
  const keys = names.map((name) => ({ namespace: key.namespace, name }));
  lanes.set(key, keys);
  if (lease === undefined || lane === undefined) return SETTLED;
  const found = await Promise.all(keys.map((workflow) => store.get(WORKFLOW, workflow)));
  const running = found
    .filter((workflow) => workflow !== undefined)
    .filter((workflow) => !isEnded(workflow.status?.phase));
  const alive = new Map(running.map((workflow) => [workflow.metadata.name, workflow]));
  const decision = decideLane({ lane, alive: new Set(alive.keys()) });
  // The Lease first: from here on the gateway refuses what a stopped workflow still tries.
  const next = writeLane(lease, decision.lane);
  if (JSON.stringify(next) !== JSON.stringify(lease)) await store.update(LEASE, next);
  for (const name of decision.stop) await stopWorkflow(store, alive.get(name));
  return SETTLED;
}

/** With the version that was read: a Conflict with the workflow's own controller repeats the pass. */
async function stopWorkflow(store: ResourceStore, workflow: Workflow | undefined): Promise<void> {
  if (workflow === undefined || workflow.spec.shutdown !== undefined) return;
  await store.update(WORKFLOW, { ...workflow, spec: { ...workflow.spec, shutdown: "Stop" } });
}

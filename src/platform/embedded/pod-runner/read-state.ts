// What the supervisor of a pod has recorded of it; of a pod that was claimed and no more, what its plan says.
import { join } from "node:path";
import type { PodState } from "../../pod-runner.ts";
import { PLAN_FILE, readJson, STATE_FILE, type RecordedState } from "../supervisor/pod-directory.ts";
import type { PodPlan } from "../supervisor/pod-plan.ts";

/** Whether the pod is lost is for others to say. */
export async function readState(podDirectory: string): Promise<Omit<PodState, "lost">> {
  const state = await readJson<RecordedState>(join(podDirectory, STATE_FILE));
  if (state === undefined) return unstartedState(await readJson<PodPlan>(join(podDirectory, PLAN_FILE)));
  const { controlGroups: _, ...known } = state;
  return known;
}

function unstartedState(plan: PodPlan | undefined): Omit<PodState, "lost"> {
  const waiting = ({ name }: { readonly name: string }) => ({ name, state: "waiting" }) as const;
  return {
    finished: false,
    initContainers: (plan?.initContainers ?? []).map(waiting),
    containers: (plan?.containers ?? []).map(waiting),
    outputs: {},
    notes: [],
  };
}

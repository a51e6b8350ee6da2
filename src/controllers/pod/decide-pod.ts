// What to do with a pod, from the object and what the runner knows of it.
import type { PodState } from "../../platform/pod-runner.ts";
import { unsupportedPodFields } from "../../resources/pod-support.ts";
import type { Pod, PodStatus } from "../../resources/pod.ts";
import { summarizePod, summarizeRefusedPod } from "./summarize-pod.ts";
import { unsupportedOutputs } from "./unsupported-outputs.ts";

/** Ours: the object is removed only after its processes and its directory. */
export const POD_FINALIZER = "runyard.dev/processes";

/** Kubernetes' default. */
const GRACE_SECONDS = 30;

export type PodDecision =
  /** Finished, or not ours any more. */
  | { readonly kind: "leave" }
  | { readonly kind: "addFinalizer" }
  /** Can never run here; the status says why. */
  | { readonly kind: "refuse"; readonly status: PodStatus }
  | { readonly kind: "start" }
  /** Outputs are written before the status that says that there are some. */
  | { readonly kind: "mirror"; readonly status: PodStatus; readonly outputs: string | undefined }
  | { readonly kind: "stop"; readonly graceSeconds: number }
  /** Nothing of it runs any more. */
  | { readonly kind: "forget" };

export interface PodFacts {
  readonly pod: Pod;
  /** Undefined: never started. */
  readonly state: PodState | undefined;
  readonly now: number;
}

export function decidePod(facts: PodFacts): PodDecision {
  const { pod, state, now } = facts;
  const isOurs = (pod.metadata.finalizers ?? []).includes(POD_FINALIZER);
  if (pod.metadata.deletionTimestamp !== undefined) return isOurs ? decideDeleted(pod, state) : { kind: "leave" };
  if (isFinished(pod)) return { kind: "leave" };
  const refused = [...unsupportedPodFields(pod.spec, "spec"), ...unsupportedOutputs(pod)];
  if (state === undefined && refused.length > 0) {
    const message = refused.map((refusal) => `${refusal.field}: ${refusal.message}`).join("; ");
    return { kind: "refuse", status: summarizeRefusedPod(pod, { reason: "UnsupportedPod", message }, now) };
  }
  if (!isOurs) return { kind: "addFinalizer" };
  if (state === undefined) return { kind: "start" };
  const outputs = Object.keys(state.outputs).length === 0 ? undefined : JSON.stringify(state.outputs);
  return { kind: "mirror", status: summarizePod(pod, state, now), outputs };
}

export function isFinished(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

function decideDeleted(pod: Pod, state: PodState | undefined): PodDecision {
  if (state === undefined || state.finished || state.lost) return { kind: "forget" };
  const grace = pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? GRACE_SECONDS;
  return { kind: "stop", graceSeconds: grace };
}

// Runs pods where there is no kubelet: starts their supervisors, mirrors what these say into the status, and holds a
// deleted pod until its processes are gone.
import { hasCode } from "../../platform/errors.ts";
import { POD_OUTPUTS, type PodRunner } from "../../platform/pod-runner.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { keyOf, type ObjectKey } from "../../resources/object-meta.ts";
import { POD, SANDBOX_UNAVAILABLE, type Pod, type PodStatus } from "../../resources/pod.ts";
import { SETTLED, watchOf, type Controller, type Outcome } from "../loop/controller.ts";
import { recordEvent, type RecordedEvent } from "../loop/record-event.ts";
import { decidePod, isFinished, POD_FINALIZER } from "./decide-pod.ts";
import { hasTokens, resolveVolumes, type VolumeSources } from "./resolve-volumes.ts";
import { summarizeRefusedPod, summarizeWaitingPod, type PodWait } from "./summarize-pod.ts";

/** Pods whose passes run at once: most of a pass is waiting for a supervisor to start. */
const CONCURRENCY_MAX = 8;
/** A pod that waits for a ConfigMap looks again after this. */
const MISSING_SOURCE_MS = 2000;
/** A running pod is looked at this often even if its supervisor says nothing. */
const RUNNING_CHECK_MS = 30_000;
/** A stopping pod is asked again after this: the request may have come before the supervisor could take it. */
const STOPPING_CHECK_MS = 1000;
/** Tokens are made anew after this part of their life, as the kubelet does. */
const TOKEN_LIFE_PART = 0.8;

export interface PodControllerParts extends VolumeSources {
  readonly store: ResourceStore;
  readonly runner: PodRunner;
}

/** The controller of pods on one machine. */
export function createPodController(parts: PodControllerParts): Controller {
  const reconciler = new PodReconciler(parts);
  return {
    name: "pod",
    watches: [watchOf({ kind: POD, map: (pod) => [keyOf(pod)] })],
    concurrencyMax: CONCURRENCY_MAX,
    listen: (wake, signal) => reconciler.listen(wake, signal),
    reconcile: (key, now) => reconciler.reconcile(key, now),
  };
}

class PodReconciler {
  readonly #parts: PodControllerParts;
  /** Keys of the pods seen, by uid: the runner speaks of uids. */
  readonly #keys = new Map<string, ObjectKey>();
  /** When the tokens of a running pod must be made anew. After a restart of the engine that is at once. */
  readonly #refreshAt = new Map<string, number>();

  constructor(parts: PodControllerParts) {
    this.#parts = parts;
  }

  async listen(wake: (key: ObjectKey) => void, signal: AbortSignal): Promise<void> {
    for await (const uid of this.#parts.runner.changes(signal)) {
      const key = this.#keys.get(uid);
      if (key !== undefined) wake(key);
    }
  }

  async reconcile(key: ObjectKey, now: number): Promise<Outcome> {
    const { store, runner } = this.#parts;
    const pod = await store.get(POD, key);
    if (pod === undefined) return SETTLED;
    const uid = pod.metadata.uid ?? "";
    this.#keys.set(uid, key);
    const state = await runner.observe(uid);
    const decision = decidePod({ pod, state, now });
    switch (decision.kind) {
      case "leave":
        this.#refreshAt.delete(uid);
        return SETTLED;
      case "addFinalizer":
        return await this.#adopt(pod, state === undefined, now);
      case "refuse":
        await this.#writeStatus(pod, decision.status);
        return { kind: "stalled", reason: decision.status.message ?? "" };
      case "start":
        return await this.#start(pod, now);
      case "mirror":
        return await this.#mirror(pod, decision, now);
      case "stop":
        await runner.stop(uid, decision.graceSeconds);
        return { kind: "checkAgainAfter", ms: STOPPING_CHECK_MS };
      case "forget":
        await this.#forget(pod);
        return SETTLED;
    }
  }

  /** The change brings another pass, but a pod that was never started need not wait for that one. */
  async #adopt(pod: Pod, isNew: boolean, now: number): Promise<Outcome> {
    const finalizers = [...(pod.metadata.finalizers ?? []), POD_FINALIZER];
    const ours = await this.#parts.store.update(POD, withFinalizers(pod, finalizers));
    return isNew ? await this.#start(ours, now) : SETTLED;
  }

  async #start(pod: Pod, now: number): Promise<Outcome> {
    const { runner, store } = this.#parts;
    const resolution = await resolveVolumes(pod, this.#parts);
    if (resolution.kind === "missing") return await this.#wait(pod, resolution.wait, now);
    const { volumes } = resolution;
    try {
      await runner.start(volumes.pod, volumes.files);
    } catch (error) {
      if (!hasCode(error, "Forbidden")) throw error;
      const message = error.hint === undefined ? error.message : `${error.message} Fix: ${error.hint}`;
      await recordEvent(store, podWarning(pod, SANDBOX_UNAVAILABLE, message, now));
      await this.#writeStatus(pod, summarizeRefusedPod(pod, { reason: SANDBOX_UNAVAILABLE, message }, now));
      return { kind: "stalled", reason: message };
    }
    this.#planRefresh(pod, volumes.tokensExpireAt, now);
    return { kind: "checkAgainAfter", ms: 0 };
  }

  async #wait(pod: Pod, wait: PodWait, now: number): Promise<Outcome> {
    await recordEvent(this.#parts.store, podWarning(pod, "FailedMount", wait.message, now));
    await this.#writeStatus(pod, summarizeWaitingPod(pod, wait, now));
    return { kind: "waitingFor", reason: wait.message, ms: MISSING_SOURCE_MS };
  }

  async #mirror(
    pod: Pod,
    decision: { readonly status: PodStatus; readonly outputs: string | undefined },
    now: number,
  ): Promise<Outcome> {
    const { store } = this.#parts;
    let current = pod;
    if (decision.outputs !== undefined && pod.metadata.annotations?.[POD_OUTPUTS] !== decision.outputs) {
      const annotations = { ...pod.metadata.annotations, [POD_OUTPUTS]: decision.outputs };
      current = await store.update(POD, { ...pod, metadata: { ...pod.metadata, annotations } });
    }
    await this.#writeStatus(current, decision.status);
    if (isFinished({ ...pod, status: decision.status })) {
      this.#refreshAt.delete(pod.metadata.uid ?? "");
      return SETTLED;
    }
    return { kind: "checkAgainAfter", ms: Math.min(RUNNING_CHECK_MS, await this.#refreshTokens(pod, now)) };
  }

  /** Milliseconds until the next time. */
  async #refreshTokens(pod: Pod, now: number): Promise<number> {
    const uid = pod.metadata.uid ?? "";
    const due = this.#refreshAt.get(uid) ?? now;
    if (due > now) return due - now;
    const resolution = await resolveVolumes(pod, this.#parts);
    if (resolution.kind === "missing") return MISSING_SOURCE_MS;
    const { volumes } = resolution;
    for (const volume of (volumes.pod.spec.volumes ?? []).filter(hasTokens)) {
      await this.#parts.runner.refresh(uid, volume.name, volumes.files[volume.name] ?? []);
    }
    return this.#planRefresh(pod, volumes.tokensExpireAt, now) - now;
  }

  #planRefresh(pod: Pod, expireAt: number | undefined, now: number): number {
    const due = expireAt === undefined ? Infinity : now + (expireAt - now) * TOKEN_LIFE_PART;
    this.#refreshAt.set(pod.metadata.uid ?? "", due);
    return due;
  }

  async #forget(pod: Pod): Promise<void> {
    const uid = pod.metadata.uid ?? "";
    await this.#parts.runner.remove(uid);
    const finalizers = (pod.metadata.finalizers ?? []).filter((finalizer) => finalizer !== POD_FINALIZER);
    await this.#parts.store.update(POD, withFinalizers(pod, finalizers));
    this.#keys.delete(uid);
    this.#refreshAt.delete(uid);
  }

  async #writeStatus(pod: Pod, status: PodStatus): Promise<void> {
    if (JSON.stringify(pod.status) === JSON.stringify(status)) return;
    await this.#parts.store.updateStatus(POD, { ...pod, status });
  }
}

function withFinalizers(pod: Pod, finalizers: readonly string[]): Pod {
  return { ...pod, metadata: { ...pod.metadata, finalizers } };
}

function podWarning(pod: Pod, reason: string, message: string, now: number): RecordedEvent {
  return { about: pod, type: "Warning", reason, message, now, component: "pod-controller" };
}

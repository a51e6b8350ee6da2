// Writes a Kubernetes Event about a pod, once per reason and message.
import { hasCode } from "../../platform/errors.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { EVENT, type Event } from "../../resources/core.ts";
import { kubernetesTime } from "../../resources/object-meta.ts";
import type { Pod } from "../../resources/pod.ts";
import { hash8 } from "../../resources/short-hash.ts";

export interface PodEvent {
  readonly pod: Pod;
  readonly reason: string;
  readonly message: string;
  readonly now: number;
}

/** Repeatable: the name is made of pod, reason and message. */
export async function recordPodEvent(store: ResourceStore, { pod, reason, message, now }: PodEvent): Promise<void> {
  const { name, namespace = "", uid = "" } = pod.metadata;
  const time = kubernetesTime(now);
  const event: Event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name.slice(0, 200)}.${hash8(`${uid} ${reason} ${message}`)}`, namespace },
    involvedObject: { apiVersion: "v1", kind: "Pod", namespace, name, uid },
    type: "Warning",
    reason,
    message,
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
    source: { component: "pod-controller" },
  };
  try {
    await store.create(EVENT, event);
  } catch (error) {
    if (!hasCode(error, "AlreadyExists")) throw error;
  }
}

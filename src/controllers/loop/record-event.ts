// Writes a Kubernetes Event about an object, once per reason and message.
import { hasCode } from "../../platform/errors.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import { EVENT, type Event } from "../../resources/core.ts";
import { kubernetesTime, type KubernetesObject } from "../../resources/object-meta.ts";
import { hash8 } from "../../resources/short-hash.ts";

/** What Kubernetes takes of a message. */
const MESSAGE_LENGTH_MAX = 1024;

export interface RecordedEvent {
  readonly about: KubernetesObject;
  readonly type: Event["type"];
  readonly reason: string;
  readonly message: string;
  readonly now: number;
  /** Who says it, for example `pod-controller`. */
  readonly component: string;
}

/** Repeatable: the name is made of the object, reason and message. */
export async function recordEvent(store: ResourceStore, recorded: RecordedEvent): Promise<void> {
  const { about, type, reason, message, now, component } = recorded;
  const { apiVersion, kind } = about;
  const { name, namespace = "", uid = "" } = about.metadata;
  const time = kubernetesTime(now);
  const event: Event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name.slice(0, 200)}.${hash8(`${uid} ${reason} ${message}`)}`, namespace },
    involvedObject: { apiVersion, kind, namespace, name, uid },
    type,
    reason,
    message: message.slice(0, MESSAGE_LENGTH_MAX),
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
    source: { component },
  };
  try {
    await store.create(EVENT, event);
  } catch (error) {
    if (!hasCode(error, "AlreadyExists")) throw error;
  }
}

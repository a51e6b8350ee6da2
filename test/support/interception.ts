// Stands between the engine and what it changes, so that a test can stop the engine right there. Reading passes through.
import type { EventInbox } from "../../src/platform/event-inbox.ts";
import type { PodRunner } from "../../src/platform/pod-runner.ts";
import type { ResourceStore } from "../../src/platform/resource-store.ts";
import { hash8 } from "../../src/resources/short-hash.ts";

/** Called for every change, with what it is (`create Pod`, `start pod`) and of which object; performs it, or not. */
export type Reach = <T>(change: string, of: string, perform: () => Promise<T>) => Promise<T>;

export function interceptStore(store: ResourceStore, reach: Reach): ResourceStore {
  return {
    get: (kind, key) => store.get(kind, key),
    list: (kind, options) => store.list(kind, options),
    watch: (kind, options) => store.watch(kind, options),
    create: (kind, object) => reach(`create ${kind.kind}`, object.metadata.name, () => store.create(kind, object)),
    update: (kind, object) => reach(`update ${kind.kind}`, object.metadata.name, () => store.update(kind, object)),
    updateStatus: (kind, object) =>
      reach(`update status of ${kind.kind}`, object.metadata.name, () => store.updateStatus(kind, object)),
    delete: (kind, key, options) => reach(`delete ${kind.kind}`, key.name, () => store.delete(kind, key, options)),
  };
}

export function interceptRunner(runner: PodRunner, reach: Reach): PodRunner {
  return {
    start: (pod, files) => reach("start pod", pod.metadata.uid ?? "", () => runner.start(pod, files)),
    observe: (uid) => runner.observe(uid),
    refresh: (uid, volume, files) => runner.refresh(uid, volume, files),
    stop: (uid, graceSeconds) => reach("stop pod", uid, () => runner.stop(uid, graceSeconds)),
    remove: (uid) => reach("remove pod", uid, () => runner.remove(uid)),
    logs: (uid, container, options) => runner.logs(uid, container, options),
    changes: (signal) => runner.changes(signal),
  };
}

/** Events are known by what they say: one that is offered again is another event of the same content. */
export function interceptInbox(inbox: EventInbox, reach: Reach): EventInbox {
  return {
    append: (event, now) => reach("append event", hash8(event.data), () => inbox.append(event, now)),
    subscribe: (sensor, subscriptions) => reach("subscribe", sensor.name, () => inbox.subscribe(sensor, subscriptions)),
    unsubscribe: (sensor) => reach("unsubscribe", sensor.name, () => inbox.unsubscribe(sensor)),
    listSensors: () => inbox.listSensors(),
    listDue: (sensor, now, limit) => inbox.listDue(sensor, now, limit),
    nextDueAt: (sensor) => inbox.nextDueAt(sensor),
    listHeld: (trigger) => inbox.listHeld(trigger),
    postpone: (delivery, next) =>
      reach("postpone delivery", String(delivery.sequence), () => inbox.postpone(delivery, next)),
    finish: (delivery, end) =>
      reach("finish delivery", `${delivery.trigger.trigger} ${hash8(delivery.event.data)}`, () =>
        inbox.finish(delivery, end),
      ),
    listFates: (sensor, limit) => inbox.listFates(sensor, limit),
    onAppended: (listener, signal) => inbox.onAppended(listener, signal),
  };
}

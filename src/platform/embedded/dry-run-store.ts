// Tells what a write would do, without doing it: the answer to `dryRun=All`. It decides as the writer does.
import { randomUUID } from "node:crypto";
import type { Kind } from "../../resources/kind.ts";
import { keyOf, type KubernetesObject, type ObjectKey } from "../../resources/object-meta.ts";
import { generatedName } from "../../resources/object-name.ts";
import type { Clock } from "../clock.ts";
import type { ResourceReader, ResourceStore } from "../resource-store.ts";
import { decideWrite, type WriteRequest } from "./decide-write.ts";
import type { AnyObject } from "./normalize-object.ts";

/** A store that reads from `store` and whose writes return what they would have stored, or the refusal. */
export function createDryRunStore(store: ResourceReader, clock: Pick<Clock, "now">): ResourceStore {
  const decide = async (kind: Kind, key: ObjectKey, request: WriteRequest): Promise<KubernetesObject> => {
    const stored = (await store.get(kind, key)) as AnyObject | undefined;
    return decideWrite({ kind, now: clock.now(), uid: randomUUID() }, request, stored).object;
  };
  const write = async <T extends KubernetesObject>(
    verb: "create" | "update" | "updateStatus",
    kind: Kind<T>,
    object: T,
  ): Promise<T> => {
    const given = verb === "create" ? named(object) : object;
    // Only JSON values are compared: a field that is set to undefined is not there.
    const request = { verb, object: JSON.parse(JSON.stringify(given)) as KubernetesObject };
    return (await decide(kind, keyOf(given), request)) as T;
  };
  return {
    get: async (kind, key) => await store.get(kind, key),
    list: async (kind, options) => await store.list(kind, options),
    watch: (kind, options) => store.watch(kind, options),
    create: async (kind, object) => await write("create", kind, object),
    update: async (kind, object) => await write("update", kind, object),
    updateStatus: async (kind, object) => await write("updateStatus", kind, object),
    delete: async (kind, key, options = {}) => {
      await decide(kind, key, { verb: "delete", key, options });
    },
  };
}

function named<T extends KubernetesObject>(object: T): T {
  const { name, generateName = "" } = object.metadata;
  if (name !== "" || generateName === "") return object;
  return { ...object, metadata: { ...object.metadata, name: generatedName(generateName, Math.random) } };
}

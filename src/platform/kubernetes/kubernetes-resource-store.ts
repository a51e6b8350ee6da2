// The ResourceStore of a cluster, and of our own API: the REST verbs with the contract's semantics.
import { apiVersionOf, type Kind } from "../../resources/kind.ts";
import { keyOf, type KubernetesObject, type ObjectKey } from "../../resources/object-meta.ts";
import { hasCode, PlatformError } from "../errors.ts";
import type { ListOptions, ResourceList, ResourceStore, WatchEvent, WatchOptions } from "../resource-store.ts";
import { collectionPath, creationPath, objectPath } from "./resource-path.ts";
import { errorOfStatus } from "./rest-error.ts";
import type { RestClient } from "./rest-client.ts";
import { createUnconditionalUpdater } from "./unconditional-update.ts";
import { parseWatchEvents } from "./watch-events.ts";

export interface KubernetesStoreLimits {
  /** Objects per page when everything is listed. */
  readonly pageSize: number;
  /** A watch without any byte for this long is taken for dead. The server sends a bookmark about every minute. */
  readonly watchIdleMs: number;
  /** How long the server is asked to keep a watch open. */
  readonly watchSeconds: number;
  /** An update without resourceVersion is tried again so often when others write at the same time. */
  readonly updateAttemptsMax: number;
}

export const KUBERNETES_STORE_LIMITS: KubernetesStoreLimits = {
  pageSize: 500,
  watchIdleMs: 150_000,
  watchSeconds: 540,
  updateAttemptsMax: 10,
};

/** A store over an API server. A watch ends quietly when its connection is lost, as when the server closes it. */
export function createKubernetesResourceStore(
  client: RestClient,
  limits: KubernetesStoreLimits = KUBERNETES_STORE_LIMITS,
): ResourceStore {
  const get = async <T extends KubernetesObject>(kind: Kind<T>, key: ObjectKey): Promise<T | undefined> => {
    try {
      return (await client.request({ method: "GET", path: objectPath(kind, key) })) as T;
    } catch (error) {
      if (hasCode(error, "NotFound")) return undefined;
      throw error;
    }
  };
  const updater = createUnconditionalUpdater(limits.updateAttemptsMax);
  const put = async <T extends KubernetesObject>(kind: Kind<T>, object: T, subresource?: "status"): Promise<T> => {
    const path = objectPath(kind, keyOf(object), subresource);
    const send = async (body: T): Promise<T> => (await client.request({ method: "PUT", path, body })) as T;
    if ((object.metadata.resourceVersion ?? "") !== "") return await send(object);
    return await updater.update(kind, {
      key: path,
      object,
      put: send,
      read: async () => (await client.request({ method: "GET", path: objectPath(kind, keyOf(object)) })) as T,
    });
  };
  return {
    get,
    list: async (kind, options = {}) => {
      if (options.limit !== undefined || options.continue !== undefined) return await listPage(client, kind, options);
      return await listAll(client, kind, { options, pageSize: limits.pageSize });
    },
    watch: (kind, options) => watch(client, kind, { options, limits }),
    create: async (kind, object) => {
      const path = creationPath(kind, object.metadata.namespace ?? "");
      return (await client.request({ method: "POST", path, body: object })) as typeof object;
    },
    update: async (kind, object) => await put(kind, object),
    updateStatus: async (kind, object) => await put(kind, object, "status"),
    delete: async (kind, key, options = {}) => {
      const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background", ...options };
      await client.request({ method: "DELETE", path: objectPath(kind, key), body });
    },
  };
}

interface ListAnswer<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[] | null;
}

async function listPage<T extends KubernetesObject>(
  client: RestClient,
  kind: Kind<T>,
  options: ListOptions,
): Promise<ResourceList<T>> {
  const answer = (await client.request({
    method: "GET",
    path: collectionPath(kind, options.namespace ?? ""),
    query: { ...selectors(options), limit: options.limit?.toString(), continue: options.continue },
  })) as ListAnswer<T>;
  const { resourceVersion, continue: token = "" } = answer.metadata;
  return {
    // A cluster leaves out the type of each item in a list of a built-in kind.
    items: (answer.items ?? []).map((item) => withType(kind, item)),
    resourceVersion,
    ...(token !== "" && { continue: token }),
  };
}

async function listAll<T extends KubernetesObject>(
  client: RestClient,
  kind: Kind<T>,
  { options, pageSize }: { readonly options: ListOptions; readonly pageSize: number },
): Promise<ResourceList<T>> {
  const items: T[] = [];
  let page = await listPage(client, kind, { ...options, limit: pageSize });
  try {
    for (;;) {
      items.push(...page.items);
      if (page.continue === undefined) return { items, resourceVersion: page.resourceVersion };
      page = await listPage(client, kind, { ...options, limit: pageSize, continue: page.continue });
    }
  } catch (error) {
    // The first page's state is gone before the last was read: one long answer cannot expire in the middle.
    if (hasCode(error, "Expired")) return await listPage(client, kind, options);
    throw error;
  }
}

async function* watch<T extends KubernetesObject>(
  client: RestClient,
  kind: Kind<T>,
  { options, limits }: { readonly options: WatchOptions; readonly limits: KubernetesStoreLimits },
): AsyncGenerator<WatchEvent<T>, void> {
  const path = collectionPath(kind, options.namespace ?? "");
  const query = {
    ...selectors(options),
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion: options.resourceVersion,
    timeoutSeconds: limits.watchSeconds.toString(),
  };
  let isOpen = false;
  const onOpen = (): void => {
    isOpen = true;
  };
  const bytes = client.stream({ path, query, idleMs: limits.watchIdleMs, signal: options.signal, onOpen });
  try {
    for await (const event of parseWatchEvents(bytes)) {
      if (event.type === "ERROR") throw errorOfStatus(event.object, `watch of ${path}`);
      yield { type: event.type as WatchEvent<T>["type"], object: withType(kind, event.object as T) };
    }
  } catch (error) {
    if (options.signal.aborted) return;
    // A connection that is lost, or silent for too long, is an end like any other: the caller starts again.
    const isConnectionLost = isOpen && error instanceof PlatformError && error.cause !== undefined;
    if (!isConnectionLost) throw error;
  }
}

function selectors(
  options: Pick<ListOptions, "labelSelector" | "fieldSelector">,
): Readonly<Record<string, string | undefined>> {
  return { labelSelector: options.labelSelector, fieldSelector: options.fieldSelector };
}

function withType<T extends KubernetesObject>(kind: Kind<T>, object: T): T {
  return { ...object, apiVersion: apiVersionOf(kind), kind: kind.kind };
}

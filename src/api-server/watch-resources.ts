// watch: one JSON event per line, flushed at once, until the client leaves, the time is up, or history is gone.
// Source: Kubernetes API concepts, "Efficient detection of changes", "Watch bookmarks", "410 Gone responses".
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { WatchEvent, WatchOptions } from "../platform/resource-store.ts";
import { apiVersionOf } from "../resources/kind.ts";
import { type KubernetesObject, keyOf } from "../resources/object-meta.ts";
import type { ResourceExchange } from "./exchange.ts";
import { parseFieldFilter } from "./field-filter.ts";
import { negotiate } from "./media-type.ts";
import { listAsAsked, namespaceOf, objectBody, parseCount, versionOf } from "./read-resources.ts";
import { isTrue } from "./request-info.ts";
import { statusOf } from "./status-error.ts";

type Event = WatchEvent<KubernetesObject>;

/** How long a watch may take to say that its version is gone, so that the answer is a 410 and not an event. */
const FIRST_ANSWER_MS = 20;

export async function handleWatch(exchange: ResourceExchange): Promise<void> {
  const { request, url, limits, response } = exchange;
  const representation = negotiate(request.headers.accept, ["object", "table", "partial"]);
  const seconds = parseCount(url.searchParams, "timeoutSeconds") ?? limits.watchSecondsMax;
  const finished = new AbortController();
  const ending = AbortSignal.any([exchange.signal, AbortSignal.timeout(seconds * 1000), finished.signal]);
  const start = await startOf(exchange);
  const events = openEvents(exchange, start.resourceVersion, ending);
  const first = events.next();
  // Unsettled means: the version is known, and nothing has happened yet.
  await Promise.race([first, sleep(FIRST_ANSWER_MS, undefined, { ref: false })]);
  response.writeHead(200, { "content-type": "application/json", "transfer-encoding": "chunked" });
  response.flushHeaders();
  const write = async (type: string, object: unknown): Promise<void> => {
    if (ending.aborted) return;
    const isTaken = response.write(`${JSON.stringify({ type, object })}\n`);
    if (!isTaken) await once(response, "drain", { signal: ending });
  };
  const send = (event: Event): Promise<void> =>
    write(
      event.type,
      event.type === "BOOKMARK"
        ? event.object
        : objectBody(exchange, exchange.kind, event.object, { representation, metadata: versionOf(event.object) }),
    );
  try {
    for (const event of start.events) await send(event);
    await forward({ exchange, events, first, send, version: start.resourceVersion });
  } catch (error) {
    if (!ending.aborted)
      await write("ERROR", statusOf(error, { group: exchange.kind.group, resource: exchange.kind.plural }));
  } finally {
    finished.abort();
    response.end();
  }
}

interface Start {
  readonly resourceVersion: string;
  /** What the client is told before the changes. */
  readonly events: readonly Event[];
}

/** Without a version, or with "0", or when asked to, a watch begins with what there is now. */
async function startOf(exchange: ResourceExchange): Promise<Start> {
  const query = exchange.url.searchParams;
  const version = query.get("resourceVersion") ?? "";
  const wantsInitial = isTrue(query.get("sendInitialEvents"));
  if (version !== "" && version !== "0" && !wantsInitial) return { resourceVersion: version, events: [] };
  const list = await listAsAsked(withoutPaging(exchange));
  const added = list.items.map((object): Event => ({ type: "ADDED", object }));
  const end = bookmark(exchange, list.resourceVersion, { "k8s.io/initial-events-end": "true" });
  return { resourceVersion: list.resourceVersion, events: wantsInitial ? [...added, end] : added };
}

function withoutPaging(exchange: ResourceExchange): ResourceExchange {
  const url = new URL(exchange.url);
  for (const name of ["limit", "continue", "resourceVersionMatch"]) url.searchParams.delete(name);
  return { ...exchange, url };
}

function bookmark(
  { kind }: ResourceExchange,
  resourceVersion: string,
  annotations?: Readonly<Record<string, string>>,
): Event {
  const metadata = {
    name: "",
    resourceVersion,
    creationTimestamp: null,
    ...(annotations !== undefined && { annotations }),
  };
  // Only these fields mean anything in a bookmark; the object has the watched kind.
  return {
    type: "BOOKMARK",
    object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } as unknown as KubernetesObject,
  };
}

function openEvents(
  exchange: ResourceExchange,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<Event, void> {
  const { kind, info, url, services } = exchange;
  const filter = parseFieldFilter(kind, url.searchParams.get("fieldSelector"));
  const namespace = namespaceOf(kind, info.namespace);
  const labelSelector = url.searchParams.get("labelSelector");
  const options: WatchOptions = {
    resourceVersion,
    signal,
    ...(namespace !== "" && { namespace }),
    ...(labelSelector !== null && labelSelector !== "" && { labelSelector }),
    ...(filter.storeSelector !== undefined && { fieldSelector: filter.storeSelector }),
  };
  return selected(services.store.watch(kind, options), filter.matches);
}

/** Tells changes as seen through a filter: an object that ceases to match is DELETED for the watcher. */
async function* selected(
  events: AsyncIterable<Event>,
  matches: ((object: KubernetesObject) => boolean) | undefined,
): AsyncGenerator<Event, void> {
  const known = new Map<string, boolean>();
  for await (const event of events) {
    if (matches === undefined || event.type === "BOOKMARK") {
      yield event;
      continue;
    }
    const { namespace, name } = keyOf(event.object);
    const key = `${namespace}/${name}`;
    const isMatch = matches(event.object);
    const type = seenType(event.type, isMatch, known.get(key));
    if (event.type === "DELETED") known.delete(key);
    else known.set(key, isMatch);
    if (type !== undefined) yield { type, object: event.object };
  }
}

/**
 * What the watcher is told, if anything. Whether an object matched before the watch began is not known (`undefined`);
 * telling of a deletion too many harms nobody, one too few does.
 */
function seenType(type: Event["type"], isMatch: boolean, wasMatch: boolean | undefined): Event["type"] | undefined {
  if (type === "ADDED") return isMatch ? "ADDED" : undefined;
  if (type === "DELETED") return (wasMatch ?? isMatch) ? "DELETED" : undefined;
  if (isMatch) return wasMatch === false ? "ADDED" : "MODIFIED";
  return wasMatch === false ? undefined : "DELETED";
}

interface Forwarding {
  readonly exchange: ResourceExchange;
  readonly events: AsyncGenerator<Event, void>;
  readonly first: Promise<IteratorResult<Event, void>>;
  readonly send: (event: Event) => Promise<void>;
  readonly version: string;
}

/** Sends every event, and a bookmark whenever nothing has happened for a while and the client allows them. */
async function forward({ exchange, events, first, send, version }: Forwarding): Promise<void> {
  const allowsBookmarks = isTrue(exchange.url.searchParams.get("allowWatchBookmarks"));
  let last = version;
  let next = first;
  for (;;) {
    const result = allowsBookmarks ? await settledWithin(next, exchange.limits.bookmarkIntervalMs) : await next;
    if (result === "quiet") {
      await send(bookmark(exchange, last));
      continue;
    }
    if (result.done === true) return;
    const event = result.value;
    last = event.object.metadata.resourceVersion ?? last;
    if (event.type !== "BOOKMARK") await send(event);
    else if (allowsBookmarks) await send(bookmark(exchange, last));
    next = events.next();
  }
}

async function settledWithin<T>(promise: Promise<T>, milliseconds: number): Promise<T | "quiet"> {
  const stop = new AbortController();
  const quiet = sleep(milliseconds, "quiet" as const, { ref: false, signal: stop.signal }).catch(
    () => "quiet" as const,
  );
  try {
    return await Promise.race([promise, quiet]);
  } finally {
    stop.abort();
  }
}

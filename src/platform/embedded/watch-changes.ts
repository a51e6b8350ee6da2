// One watch: the changes of a kind after a version, as the selection sees them.
// Source: Kubernetes API concepts, "Efficient detection of changes" and "Watch bookmarks".
import { apiVersionOf, type Kind } from "../../resources/kind.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";
import type { WatchEvent } from "../resource-store.ts";
import type { ChangeFeed, SharedChange } from "./change-feed.ts";
import { resourceName } from "./decide-write.ts";
import type { Selection } from "../selection.ts";

/** A watch without events is told its place whenever the store has moved on by this many versions. */
export const BOOKMARK_EVERY_VERSIONS = 100;

/** Ends when the signal aborts or the feed closes. Throws Expired when `after` is older than the kept history. */
export async function* watchChanges(
  feed: ChangeFeed,
  kind: Kind,
  place: { readonly after: number; readonly selection: Selection; readonly signal: AbortSignal },
): AsyncGenerator<WatchEvent<KubernetesObject>> {
  const { selection, signal } = place;
  const name = resourceName(kind);
  let seen = place.after;
  let told = place.after;
  while (!signal.aborted && !feed.isClosed) {
    // Taken before the read: what comes in between is read again, and filtered by `seen`.
    const { head } = feed;
    const changes = feed.read(name, seen);
    for (const change of changes) {
      seen = change.version;
      const event = eventOf(change, selection);
      if (event === undefined) continue;
      told = seen;
      yield event;
      if (signal.aborted) return;
    }
    if (changes.length > 0) continue;
    seen = Math.max(seen, head);
    if (seen - told >= BOOKMARK_EVERY_VERSIONS) {
      told = seen;
      yield { type: "BOOKMARK", object: bookmark(kind, seen) };
    } else {
      await feed.wait(name, told + BOOKMARK_EVERY_VERSIONS, signal);
    }
  }
}

/** An object that begins to match is ADDED, one that stops matching is DELETED with its last matching state. */
function eventOf(change: SharedChange, selection: Selection): WatchEvent<KubernetesObject> | undefined {
  if (!selection.matchesKey(change)) return undefined;
  if (!selection.hasLabels) return { type: change.type, object: change.object() };
  const previous = change.previous();
  const didMatch = previous !== undefined && selection.matchesLabels(previous.metadata.labels);
  const object = change.object();
  const doesMatch = change.type !== "DELETED" && selection.matchesLabels(object.metadata.labels);
  if (doesMatch) return { type: didMatch ? "MODIFIED" : "ADDED", object };
  if (!didMatch) return undefined;
  const metadata = { ...previous.metadata, resourceVersion: String(change.version) };
  return { type: "DELETED", object: { ...previous, metadata } };
}

function bookmark(kind: Kind, version: number): KubernetesObject {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { name: "", resourceVersion: String(version) } };
}

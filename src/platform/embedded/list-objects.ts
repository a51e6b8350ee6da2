// Lists objects as of one version, in small steps between which the event loop goes on.
// Source: Kubernetes API concepts, "Retrieving large results sets in chunks".
import { setImmediate } from "node:timers/promises";
import type { KubernetesObject, ObjectKey } from "../../resources/object-meta.ts";
import { hasCode, PlatformError } from "../errors.ts";
import type { ListOptions, ResourceList } from "../resource-store.ts";
import type { Selection } from "../selection.ts";
import type { PageRow, StoreReader } from "./store-reader.ts";

/** Rows that are read between two turns of the event loop. */
const ROWS_PER_STEP = 100;

/** A list without a page size begins again this often when the history passes it by. */
const LIST_TRIES_MAX = 3;

/** Throws Expired when the page's version is no longer in the history, Invalid for a token that is none of ours. */
export async function listObjects(
  reader: StoreReader,
  kind: string,
  options: ListOptions & { readonly selection: Selection },
): Promise<ResourceList<KubernetesObject>> {
  if (options.continue !== undefined) return listFrom(reader, kind, parseToken(options.continue), options);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listFrom(reader, kind, { after: { namespace: "", name: "" } }, options);
    } catch (error) {
      if (!hasCode(error, "Expired") || attempt === LIST_TRIES_MAX) throw error;
    }
  }
}

interface Place {
  readonly at?: number;
  readonly after: ObjectKey;
}

async function listFrom(
  reader: StoreReader,
  kind: string,
  place: Place,
  options: ListOptions & { readonly selection: Selection },
): Promise<ResourceList<KubernetesObject>> {
  const { selection, limit } = options;
  const { namespace } = selection;
  const items: KubernetesObject[] = [];
  let { at, after } = place;
  for (;;) {
    const request = { kind, after, rowsMax: ROWS_PER_STEP, ...(at === undefined ? {} : { at }) };
    const page = reader.page(namespace === undefined ? request : { ...request, namespace });
    at = page.at;
    for (const [index, row] of page.rows.entries()) {
      const object = readMatching(reader, { row, at }, selection);
      if (object === undefined) continue;
      items.push(object);
      if (items.length !== limit) continue;
      const isLast = index === page.rows.length - 1 && page.rows.length < ROWS_PER_STEP;
      return { items, resourceVersion: String(at), ...(isLast ? {} : { continue: tokenOf(at, row) }) };
    }
    const last = page.rows.at(-1);
    if (last === undefined || page.rows.length < ROWS_PER_STEP) return { items, resourceVersion: String(at) };
    after = last;
    await setImmediate();
  }
}

function readMatching(
  reader: StoreReader,
  { row, at }: { readonly row: PageRow; readonly at: number },
  selection: Selection,
): KubernetesObject | undefined {
  if (!selection.matchesKey(row)) return undefined;
  if (selection.hasLabels && !selection.matchesLabels(reader.labels(row.version, at))) return undefined;
  return JSON.parse(reader.body(row.version, at)) as KubernetesObject;
}

/** A page of objects that are in memory (confidential ones), sorted; `version` is the state they are of. */
export function listHeldObjects(
  objects: readonly KubernetesObject[],
  version: number,
  options: ListOptions & { readonly selection: Selection },
): ResourceList<KubernetesObject> {
  const { selection, limit } = options;
  const after = options.continue === undefined ? undefined : parseToken(options.continue).after;
  const matching = objects
    .filter(({ metadata }) => {
      const key = { namespace: metadata.namespace ?? "", name: metadata.name };
      const isLater = after === undefined || compareKeys(key, after) > 0;
      return isLater && selection.matchesKey(key) && selection.matchesLabels(metadata.labels);
    })
    .sort((left, right) => compareKeys(left.metadata, right.metadata));
  const items = matching.slice(0, limit ?? matching.length);
  const last = items.at(-1);
  const isWhole = last === undefined || items.length === matching.length;
  const key = { namespace: last?.metadata.namespace ?? "", name: last?.metadata.name ?? "" };
  return { items, resourceVersion: String(version), ...(isWhole ? {} : { continue: tokenOf(version, key) }) };
}

/** By code point, as SQLite compares: names are ASCII. */
function compareKeys(left: { namespace?: string; name: string }, right: { namespace?: string; name: string }): number {
  return compareTexts(left.namespace ?? "", right.namespace ?? "") || compareTexts(left.name, right.name);
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function tokenOf(at: number, key: ObjectKey): string {
  return Buffer.from(JSON.stringify([at, key.namespace, key.name])).toString("base64url");
}

function parseToken(token: string): { readonly at: number; readonly after: ObjectKey } {
  try {
    const parts = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as unknown;
    const [at, namespace, name] = Array.isArray(parts) ? (parts as unknown[]) : [];
    if (typeof at === "number" && typeof namespace === "string" && typeof name === "string") {
      return { at, after: { namespace, name } };
    }
  } catch {
    // Answered below, with what the caller can do.
  }
  throw new PlatformError({
    code: "Invalid",
    message: "the continue token is none that this store gave",
    hint: "List again from the beginning.",
    causes: [{ field: "continue", message: "is no token of this store" }],
  });
}

// get and list, as objects, Tables or metadata only.
import { PlatformError } from "../platform/errors.ts";
import type { ResourceList } from "../platform/resource-store.ts";
import { apiVersionOf, type Kind } from "../resources/kind.ts";
import type { KubernetesObject } from "../resources/object-meta.ts";
import { type Exchange, type ResourceExchange, respondJson } from "./exchange.ts";
import { parseFieldFilter } from "./field-filter.ts";
import { negotiate, type Representation } from "./media-type.ts";
import { resourceNameOf } from "./resource-name.ts";
import { badRequest } from "./status-error.ts";
import { buildTable, type IncludedObject, partialObject } from "./table.ts";

export async function handleGet(exchange: ResourceExchange): Promise<void> {
  respondObject(exchange, 200, await requireObject(exchange));
}

/** The object that the request names, or NotFound. */
export async function requireObject({ kind, info, services }: ResourceExchange): Promise<KubernetesObject> {
  const name = info.name ?? "";
  const object = await services.store.get(kind, { namespace: namespaceOf(kind, info.namespace), name });
  if (object === undefined) {
    throw new PlatformError({ code: "NotFound", message: `${resourceNameOf(kind)} ${JSON.stringify(name)} not found` });
  }
  return object;
}

/** A Namespace has its own name as namespace in the request, but none as an object. */
export function namespaceOf(kind: Kind, namespace: string): string {
  return kind.namespaced ? namespace : "";
}

export async function handleList(exchange: ResourceExchange): Promise<void> {
  const representation = negotiate(exchange.request.headers.accept, ["object", "table", "partial"]);
  const list = await listAsAsked(exchange);
  const metadata = {
    resourceVersion: list.resourceVersion,
    ...(list.continue !== undefined && { continue: list.continue }),
  };
  respondJson(exchange.response, 200, listBody(exchange, list.items, { representation, metadata }));
}

/** Lists with the request's namespace, selectors, limit and resourceVersion. */
export async function listAsAsked(exchange: ResourceExchange): Promise<ResourceList<KubernetesObject>> {
  const { kind, info, url, services } = exchange;
  const query = url.searchParams;
  const filter = parseFieldFilter(kind, query.get("fieldSelector"));
  const limit = parseCount(query, "limit");
  const token = query.get("continue");
  const namespace = namespaceOf(kind, info.namespace);
  const labelSelector = query.get("labelSelector");
  const list = await services.store.list(kind, {
    ...(namespace !== "" && { namespace }),
    ...(labelSelector !== null && labelSelector !== "" && { labelSelector }),
    ...(filter.storeSelector !== undefined && { fieldSelector: filter.storeSelector }),
    ...(limit !== undefined && limit > 0 && { limit }),
    ...(token !== null && token !== "" && { continue: token }),
  });
  refuseOtherVersion(query, list.resourceVersion);
  return filter.matches === undefined ? list : { ...list, items: list.items.filter(filter.matches) };
}

/** Only the newest state can be listed. "Not older than" is always met; an exact older one is gone. */
function refuseOtherVersion(query: URLSearchParams, current: string): void {
  const asked = query.get("resourceVersion");
  const isExact = query.get("resourceVersionMatch") === "Exact";
  if (!isExact || asked === null || asked === current) return;
  throw new PlatformError({
    code: "Expired",
    message: `The resourceVersion for the provided list is too old: ${asked} is no longer listed, ${current} is`,
  });
}

/** A whole number of the query, or undefined when it is not given. */
export function parseCount(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  if (!/^\d{1,15}$/.test(text))
    throw badRequest(`query parameter ${name} must be a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}

/** Answers with one object in the form that the client accepts. */
export function respondObject(exchange: ResourceExchange, code: number, object: KubernetesObject): void {
  const { kind, request, response } = exchange;
  const representation = negotiate(request.headers.accept, ["object", "table", "partial"]);
  const metadata = versionOf(object);
  respondJson(response, code, objectBody(exchange, kind, object, { representation, metadata }));
}

interface BodyForm {
  readonly representation: Representation;
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
}

/** One object as object, Table with one row, or metadata. */
export function objectBody(exchange: Exchange, kind: Kind, object: KubernetesObject, form: BodyForm): unknown {
  if (form.representation === "table") return buildTable(kind, [object], form.metadata, tableOptions(exchange));
  return form.representation === "partial" ? partialObject(object) : object;
}

export function versionOf(object: KubernetesObject): { readonly resourceVersion?: string } {
  const { resourceVersion } = object.metadata;
  return resourceVersion === undefined ? {} : { resourceVersion };
}

function listBody(exchange: ResourceExchange, items: readonly KubernetesObject[], form: BodyForm): unknown {
  const { kind } = exchange;
  if (form.representation === "table") return buildTable(kind, items, form.metadata, tableOptions(exchange));
  if (form.representation === "partial") {
    return {
      kind: "PartialObjectMetadataList",
      apiVersion: "meta.k8s.io/v1",
      metadata: form.metadata,
      items: items.map(partialObject),
    };
  }
  return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata: form.metadata, items };
}

function tableOptions({ url, services }: Exchange): { readonly include: IncludedObject; readonly now: number } {
  const include = url.searchParams.get("includeObject") ?? "Metadata";
  if (include !== "None" && include !== "Metadata" && include !== "Object") {
    throw badRequest(`unrecognized includeObject value: ${JSON.stringify(include)}`);
  }
  return { include, now: services.clock.now() };
}

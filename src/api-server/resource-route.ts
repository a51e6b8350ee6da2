// Finds what answers a request for a resource.
import { POD } from "../resources/pod.ts";
import { SERVICE_ACCOUNT } from "../resources/core.ts";
import { handleDelete, handleDeleteCollection } from "./delete-resources.ts";
import type { Exchange, ResourceExchange } from "./exchange.ts";
import { handlePodLog } from "./pod-log.ts";
import { handleGet, handleList } from "./read-resources.ts";
import type { ResourceRequest } from "./request-info.ts";
import { reviewHandler } from "./reviews.ts";
import { methodNotAllowed, noSuchResource } from "./status-error.ts";
import { handleTokenRequest } from "./token-request.ts";
import { handleWatch } from "./watch-resources.ts";
import { handleCreate, handlePatch, handleUpdate } from "./write-resources.ts";

type Handler = (exchange: ResourceExchange) => Promise<void>;

/** Answers a request for a resource that the caller may make. */
export async function handleResource(exchange: Exchange, info: ResourceRequest): Promise<void> {
  const review = reviewHandler(info.group, info.resource);
  if (review !== undefined) {
    if (info.verb !== "create") throw methodNotAllowed();
    await review(exchange);
    return;
  }
  const kind = exchange.services.kinds.find(
    ({ group, version, plural }) => group === info.group && version === info.version && plural === info.resource,
  );
  if (kind === undefined) throw noSuchResource();
  const resource: ResourceExchange = { ...exchange, kind, info };
  // An object of a namespaced kind cannot be named without its namespace.
  const isMisplaced = kind.namespaced && info.namespace === "" && ONE_OBJECT.has(info.verb);
  if (isMisplaced) throw noSuchResource();
  const handler = handlersOf(resource).get(info.verb);
  if (handler === undefined) throw methodNotAllowed();
  await handler(resource);
}

const ONE_OBJECT = new Set(["get", "update", "patch", "delete"]);

const OBJECT_HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["get", handleGet],
  ["list", handleList],
  ["watch", handleWatch],
  ["create", handleCreate],
  ["update", handleUpdate],
  ["patch", handlePatch],
  ["delete", handleDelete],
  ["deletecollection", handleDeleteCollection],
]);

const STATUS_HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["get", handleGet],
  ["update", handleUpdate],
  ["patch", handlePatch],
]);

function handlersOf({ kind, info }: ResourceExchange): ReadonlyMap<string, Handler> {
  if (info.subresource === undefined) return OBJECT_HANDLERS;
  if (info.subresource === "status" && kind.statusSubresource) return STATUS_HANDLERS;
  const isCore = kind.group === "";
  if (info.subresource === "log" && isCore && kind.plural === POD.plural) return new Map([["get", handlePodLog]]);
  if (info.subresource === "token" && isCore && kind.plural === SERVICE_ACCOUNT.plural) {
    return new Map([["create", handleTokenRequest]]);
  }
  throw noSuchResource();
}

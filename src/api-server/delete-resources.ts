// delete and deletecollection, with DeleteOptions from body and query.
import { hasCode } from "../platform/errors.ts";
import type { DeleteOptions } from "../platform/resource-store.ts";
import { type KubernetesObject, keyOf } from "../resources/object-meta.ts";
import { isJsonObject } from "../resources/structural-schema.ts";
import { readBody, type ResourceExchange, respondJson } from "./exchange.ts";
import { listAsAsked, requireObject, respondObject } from "./read-resources.ts";
import { isTrue } from "./request-info.ts";
import { badRequest, success } from "./status-error.ts";
import { storeFor } from "./write-resources.ts";

/** Answers Success when the object is gone, and the object when finalizers keep it. */
export async function handleDelete(exchange: ResourceExchange): Promise<void> {
  const { kind, response, services } = exchange;
  const { options, isDryRun } = await readOptions(exchange);
  const store = isDryRun ? services.dryRunStore : storeFor(exchange);
  const object = await requireObject(exchange);
  await store.delete(kind, keyOf(object), options);
  const left = await services.store.get(kind, keyOf(object));
  if (!isDryRun && left !== undefined && left.metadata.uid === object.metadata.uid) {
    respondObject(exchange, 200, left);
    return;
  }
  const { name, uid } = object.metadata;
  respondJson(
    response,
    200,
    success({
      name,
      ...(kind.group !== "" && { group: kind.group }),
      kind: kind.plural,
      ...(uid !== undefined && { uid }),
    }),
  );
}

/** Deletes what the selectors choose, one by one; what another has deleted meanwhile is passed over. */
export async function handleDeleteCollection(exchange: ResourceExchange): Promise<void> {
  const { kind, response, services } = exchange;
  const { options, isDryRun } = await readOptions(exchange);
  const store = isDryRun ? services.dryRunStore : storeFor(exchange);
  const list = await listAsAsked(exchange);
  for (const object of list.items) await deleteOne(object);
  respondJson(response, 200, success({ ...(kind.group !== "" && { group: kind.group }), kind: kind.plural }));

  async function deleteOne(object: KubernetesObject): Promise<void> {
    try {
      await store.delete(kind, keyOf(object), options);
    } catch (error) {
      if (!hasCode(error, "NotFound")) throw error;
    }
  }
}

interface ReadOptions {
  readonly options: DeleteOptions;
  readonly isDryRun: boolean;
}

async function readOptions(exchange: ResourceExchange): Promise<ReadOptions> {
  const body = (await readBody(exchange)) ?? {};
  if (!isJsonObject(body)) throw badRequest("the body of a delete must be DeleteOptions");
  const query = exchange.url.searchParams;
  const propagationPolicy = policyOf(body, query);
  const given = isJsonObject(body["preconditions"]) ? body["preconditions"] : {};
  const { uid, resourceVersion } = given;
  const preconditions = {
    ...(typeof uid === "string" && { uid }),
    ...(typeof resourceVersion === "string" && { resourceVersion }),
  };
  const dryRun = [...query.getAll("dryRun"), ...(Array.isArray(body["dryRun"]) ? (body["dryRun"] as unknown[]) : [])];
  return {
    options: {
      ...(Object.keys(preconditions).length > 0 && { preconditions }),
      ...(propagationPolicy !== undefined && { propagationPolicy }),
    },
    isDryRun: dryRun.includes("All"),
  };
}

const POLICIES = ["Background", "Foreground", "Orphan"] as const;

function policyOf(
  body: Readonly<Record<string, unknown>>,
  query: URLSearchParams,
): (typeof POLICIES)[number] | undefined {
  const given = body["propagationPolicy"] ?? query.get("propagationPolicy") ?? undefined;
  if (given === undefined) {
    // The older flag; both are still sent.
    const orphan = body["orphanDependents"] ?? query.get("orphanDependents") ?? undefined;
    if (orphan === undefined) return undefined;
    return orphan === true || (typeof orphan === "string" && isTrue(orphan)) ? "Orphan" : "Background";
  }
  const policy = POLICIES.find((known) => known === given);
  if (policy === undefined) {
    throw badRequest(
      `propagationPolicy: Unsupported value: ${JSON.stringify(given)}: supported values: ${POLICIES.join(", ")}`,
    );
  }
  return policy;
}

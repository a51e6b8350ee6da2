// create, update and patch, with fieldValidation and dryRun.
import { hasCode } from "../platform/errors.ts";
import type { ResourceStore } from "../platform/resource-store.ts";
import type { Kind } from "../resources/kind.ts";
import { applyMergePatch } from "../resources/merge-patch.ts";
import type { KubernetesObject } from "../resources/object-meta.ts";
import { isJsonObject } from "../resources/structural-schema.ts";
import { readBody, readObject, type ResourceExchange } from "./exchange.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { contentTypeOf } from "./media-type.ts";
import { refuseTrueStrategicPatch } from "./merge-patch.ts";
import { requireObject, respondObject } from "./read-resources.ts";
import { toObject } from "./request-object.ts";
import { badRequest, methodNotAllowed, unsupportedMediaType } from "./status-error.ts";

/** A patch without a resourceVersion is tried again this often when others write the object at the same time. */
const PATCH_ATTEMPTS_MAX = 5;

export async function handleCreate(exchange: ResourceExchange): Promise<void> {
  const { kind, info } = exchange;
  if (kind.namespaced && info.namespace === "") throw methodNotAllowed();
  const object = toObject(exchange, await readObject(exchange));
  respondObject(exchange, 201, await storeFor(exchange).create(kind, object));
}

export async function handleUpdate(exchange: ResourceExchange): Promise<void> {
  const object = toObject(exchange, await readObject(exchange));
  respondObject(exchange, 200, await write(exchange, object));
}

export async function handlePatch(exchange: ResourceExchange): Promise<void> {
  const type = contentTypeOf(exchange.request.headers["content-type"]);
  const apply = patcherOf(exchange.kind, type);
  const patch = await readBody(exchange);
  if (patch === undefined) throw badRequest("the request body must hold a patch");
  for (let attempt = 1; ; attempt += 1) {
    const stored = await requireObject(exchange);
    const patched = apply(stored, patch);
    if (!isJsonObject(patched)) throw badRequest("the patch leaves no object");
    const object = toObject(exchange, patched);
    try {
      respondObject(exchange, 200, await write(exchange, object));
      return;
    } catch (error) {
      const isOwnVersion = object.metadata.resourceVersion === stored.metadata.resourceVersion;
      if (!hasCode(error, "Conflict") || !isOwnVersion || attempt === PATCH_ATTEMPTS_MAX) throw error;
    }
  }
}

/** The store that does what the request asks for: the real one, or the one that only tells what would happen. */
export function storeFor({ url, services }: ResourceExchange): ResourceStore {
  const dryRun = url.searchParams.getAll("dryRun");
  if (dryRun.every((value) => value === "")) return services.store;
  if (dryRun.every((value) => value === "All")) return services.dryRunStore;
  throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`);
}

async function write(exchange: ResourceExchange, object: KubernetesObject): Promise<KubernetesObject> {
  const store = storeFor(exchange);
  const isStatus = exchange.info.subresource === "status";
  return isStatus ? await store.updateStatus(exchange.kind, object) : await store.update(exchange.kind, object);
}

type Patcher = (stored: KubernetesObject, patch: unknown) => unknown;

function patcherOf(kind: Kind, type: string): Patcher {
  switch (type) {
    case "application/merge-patch+json":
      return applyMergePatch;
    case "application/json-patch+json":
      return applyJsonPatch;
    case "application/strategic-merge-patch+json":
      if (isCustom(kind)) break;
      return (stored, patch) => {
        refuseTrueStrategicPatch(patch);
        return applyMergePatch(stored, patch);
      };
    case "application/apply-patch+yaml":
      throw unsupportedMediaType(
        "this server has no server-side apply: use client-side apply (kubectl apply without --server-side), " +
          "or send application/merge-patch+json",
      );
    default:
      break;
  }
  throw unsupportedMediaType(
    `the body of the request was in an unknown format (${type}) - accepted media types include: ` +
      "application/json-patch+json, application/merge-patch+json",
  );
}

/** Kubernetes knows no merge keys for custom resources, and refuses strategic patches of them. */
function isCustom({ group }: Kind): boolean {
  return group.includes(".") && !group.endsWith(".k8s.io");
}

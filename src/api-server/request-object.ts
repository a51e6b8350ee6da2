// The object in a request's body: of the kind, namespace and name that the path says, with unknown fields told.
import { apiVersionOf, type Kind } from "../resources/kind.ts";
import type { KubernetesObject } from "../resources/object-meta.ts";
import { isJsonObject, pruneUnknownFields } from "../resources/structural-schema.ts";
import type { ResourceExchange } from "./exchange.ts";
import { namespaceOf } from "./read-resources.ts";
import type { ResourceRequest } from "./request-info.ts";
import { badRequest } from "./status-error.ts";

type Json = Readonly<Record<string, unknown>>;

/** The body as an object; 400 where it says otherwise than the path. Fields are the store's to judge. */
export function toObject(exchange: ResourceExchange, body: Json): KubernetesObject {
  const { kind, info } = exchange;
  const type = { apiVersion: body["apiVersion"] ?? apiVersionOf(kind), kind: body["kind"] ?? kind.kind };
  refuseOtherType(kind, type);
  const given = body["metadata"] ?? {};
  if (!isJsonObject(given)) throw badRequest("metadata must be an object");
  refuseOtherPlace(kind, info, given);
  const namespace = namespaceOf(kind, info.namespace);
  const name = given["name"] ?? info.name ?? "";
  const metadata = { ...given, name, ...(namespace !== "" && { namespace }) };
  const object = { ...body, ...type, metadata } as unknown as KubernetesObject;
  checkFields(exchange, object);
  return object;
}

function refuseOtherType(kind: Kind, type: { readonly apiVersion: unknown; readonly kind: unknown }): void {
  if (type.apiVersion === apiVersionOf(kind) && type.kind === kind.kind) return;
  throw badRequest(
    `the object provided is unrecognized (must be of type ${kind.kind} of ${apiVersionOf(kind)}, not ${JSON.stringify(type)})`,
  );
}

function refuseOtherPlace(kind: Kind, info: ResourceRequest, metadata: Json): void {
  const { name = info.name, namespace } = metadata;
  if (info.name !== undefined && name !== info.name) {
    throw badRequest(
      `the name of the object (${JSON.stringify(name)}) does not match the name on the URL (${info.name})`,
    );
  }
  const isElsewhere = namespace !== undefined && namespace !== null && namespace !== "" && namespace !== info.namespace;
  if (kind.namespaced && isElsewhere) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
}

const WARNINGS_MAX = 32;
const LEVELS = new Set(["", "Ignore", "Warn", "Strict"]);

/** Warn (default): a Warning header per unknown field. Strict: refused. Ignore: nothing. Source: "Field validation". */
function checkFields({ kind, url, response }: ResourceExchange, object: KubernetesObject): void {
  const level = url.searchParams.get("fieldValidation") ?? "Warn";
  if (!LEVELS.has(level)) {
    throw badRequest(
      `fieldValidation: Unsupported value: ${JSON.stringify(level)}: supported values: "Ignore", "Strict", "Warn"`,
    );
  }
  if (kind.schema === undefined || level === "Ignore") return;
  const unknown = pruneUnknownFields(kind.schema, object).unknownFields.map(
    (path) => `unknown field ${JSON.stringify(path)}`,
  );
  if (unknown.length === 0) return;
  if (level === "Strict") throw badRequest(`strict decoding error: ${unknown.join(", ")}`);
  // A header holds printable ASCII only.
  const headers = unknown
    .slice(0, WARNINGS_MAX)
    .map((text) => `299 - ${JSON.stringify(text.replaceAll(/[^\x20-\x7e]/g, "?"))}`);
  response.setHeader("warning", headers);
}

// Paths of resources in the REST API. Source: Kubernetes API concepts, "Resource URIs".
import type { Kind } from "../../resources/kind.ts";
import type { ObjectKey } from "../../resources/object-meta.ts";
import { PlatformError } from "../errors.ts";

/** The path of all objects of a kind; "" is all namespaces. */
export function collectionPath(kind: Kind, namespace: string): string {
  const base = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope = kind.namespaced && namespace !== "" ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${base}${scope}/${kind.plural}`;
}

/** The path of one object. Invalid without a name, which would be the path of all objects. */
export function objectPath(kind: Kind, key: ObjectKey, subresource?: string): string {
  const { name } = key;
  if (name === "" || name === "." || name === "..") throw incomplete(kind, "metadata.name", "is required");
  if (kind.namespaced && key.namespace === "") throw incomplete(kind, "metadata.namespace", "is required");
  const below = subresource === undefined ? "" : `/${subresource}`;
  return `${collectionPath(kind, key.namespace)}/${encodeURIComponent(name)}${below}`;
}

/** The path to create an object at. */
export function creationPath(kind: Kind, namespace: string): string {
  if (kind.namespaced && namespace === "") throw incomplete(kind, "metadata.namespace", "is required");
  return collectionPath(kind, namespace);
}

function incomplete(kind: Kind, field: string, message: string): PlatformError {
  return new PlatformError({
    code: "Invalid",
    message: `${kind.kind} "" is invalid: ${field}: ${message}`,
    causes: [{ field, message }],
  });
}

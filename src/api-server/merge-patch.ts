// kubectl's strategic merge patch, taken where it means the same as a merge patch. Where it would merge a list by key it
// is refused, since merging it wrongly would lose entries.
import { isJsonObject } from "../resources/structural-schema.ts";
import { unsupportedMediaType } from "./status-error.ts";

/** Throws 415 where a strategic merge patch means something else than a merge patch. */
export function refuseTrueStrategicPatch(patch: unknown, path = ""): void {
  if (Array.isArray(patch)) {
    for (const [index, item] of patch.entries()) refuseTrueStrategicPatch(item, `${path}[${index}]`);
    return;
  }
  if (!isJsonObject(patch)) return;
  for (const [name, value] of Object.entries(patch)) {
    const field = path === "" ? name : `${path}.${name}`;
    if (name.startsWith("$") || (Array.isArray(value) && MERGED_LISTS.has(name))) throw notMergeable(field);
    refuseTrueStrategicPatch(value, field);
  }
}

/** Lists with a patch strategy of `merge` in the Kubernetes types that we serve (API reference, "patch strategy"). */
const MERGED_LISTS = new Set([
  "conditions",
  "containers",
  "env",
  "ephemeralContainers",
  "finalizers",
  "hostAliases",
  "imagePullSecrets",
  "initContainers",
  "ownerReferences",
  "ports",
  "secrets",
  "volumeDevices",
  "volumeMounts",
  "volumes",
]);

function notMergeable(field: string): Error {
  return unsupportedMediaType(
    `${field}: this server does not merge lists by key or follow directives of application/strategic-merge-patch+json; ` +
      "send application/merge-patch+json with the whole list (kubectl patch --type=merge), or replace the object",
  );
}

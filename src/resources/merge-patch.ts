// JSON merge patch, RFC 7386: what `apply` and the API's PATCH do with an object.
import { isJsonObject } from "./structural-schema.ts";

/** The target with the patch in it; null removes a field. Inputs are not changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const result = new Map(Object.entries(isJsonObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, applyMergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}

// Which Secrets the operator has not put there yet: told at the start, because work that needs them only waits.
import type { Configuration } from "../../configuration/configuration.ts";
import { requiredSecrets, type RequiredSecret } from "../../configuration/required-secrets.ts";
import type { ResourceReader } from "../../platform/resource-store.ts";
import { SECRET } from "../../resources/core.ts";

/** With the keys that are missing; Secrets that are whole are left out. */
export async function missingSecrets(
  store: ResourceReader,
  namespace: string,
  configuration: Configuration,
): Promise<readonly RequiredSecret[]> {
  const missing: RequiredSecret[] = [];
  for (const required of requiredSecrets(configuration)) {
    const data = (await store.get(SECRET, { namespace, name: required.name }))?.data ?? {};
    const keys = required.keys.filter((key) => (data[key] ?? "") === "");
    if (keys.length > 0) missing.push({ ...required, keys });
  }
  return missing;
}

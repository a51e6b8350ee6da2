// Parameter values from ConfigMaps. Argo reads only those that carry the label for it.
import type { Facts } from "./facts.ts";

const typeLabel = "workflows.argoproj.io/configmap-type";

export type ConfigMapValue =
  | { readonly value: string; readonly reason?: undefined }
  /** `isMissing`: a default may take its place. */
  | { readonly value?: undefined; readonly isMissing: boolean; readonly reason: string };

export function readConfigMapValue(
  facts: Facts,
  namespace: string,
  { name, key }: { readonly name: string; readonly key: string },
): ConfigMapValue {
  const configMap = facts.configMap(namespace, name);
  if (configMap === undefined) {
    const hint = `Please make sure it has the label ${typeLabel}: Parameter to be detectable by the controller`;
    return { isMissing: true, reason: `ConfigMap '${name}' does not exist. ${hint}` };
  }
  if (configMap.metadata.labels?.[typeLabel] !== "Parameter") {
    const reason = `ConfigMap '${name}' needs to have the label ${typeLabel}: Parameter to load parameters`;
    return { isMissing: false, reason };
  }
  const value = configMap.data?.[key];
  return value === undefined
    ? { isMissing: true, reason: `ConfigMap '${name}' does not have the key '${key}'` }
    : { value };
}

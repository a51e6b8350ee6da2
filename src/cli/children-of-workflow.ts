// The workflows that a workflow for several tasks made, by the label that its template writes.
import type { ResourceReader } from "../platform/resource-store.ts";
import { WORKFLOW } from "../resources/argo-kinds.ts";
import { isLabelValue } from "../resources/object-name.ts";
import { PARENT_LABEL } from "../resources/run-identity.ts";
import type { Workflow } from "../resources/workflow.ts";

/** By name. */
export async function listChildren(store: ResourceReader, { metadata }: Workflow): Promise<readonly Workflow[]> {
  if (!isLabelValue(metadata.name)) return [];
  const options = { namespace: metadata.namespace ?? "", labelSelector: `${PARENT_LABEL}=${metadata.name}` };
  return (await store.list(WORKFLOW, options)).items;
}

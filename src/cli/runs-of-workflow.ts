// The CodeRuns and DocsRuns that a workflow made, by the label that the templates write.
import type { ResourceReader } from "../platform/resource-store.ts";
import { CODE_RUN, type CodeRun } from "../resources/code-run.ts";
import { DOCS_RUN, type DocsRun } from "../resources/docs-run.ts";
import { isLabelValue } from "../resources/object-name.ts";
import { LABELS } from "../resources/run-identity.ts";
import type { Workflow } from "../resources/workflow.ts";

export type Run = CodeRun | DocsRun;

/** In the order of their creation. */
export async function listRuns(store: ResourceReader, { metadata }: Workflow): Promise<readonly Run[]> {
  // A longer name cannot stand in a label: then no template could make a run.
  if (!isLabelValue(metadata.name)) return [];
  const options = { namespace: metadata.namespace ?? "", labelSelector: `${LABELS.workflow}=${metadata.name}` };
  const [code, docs] = await Promise.all([store.list(CODE_RUN, options), store.list(DOCS_RUN, options)]);
  return [...code.items, ...docs.items].toSorted((a, b) => createdAt(a).localeCompare(createdAt(b)));
}

function createdAt({ metadata }: Run): string {
  return metadata.creationTimestamp ?? "";
}

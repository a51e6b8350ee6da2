// The registry of every kind that the store, the API and the CLI know.
import { EVENT_BUS, EVENT_SOURCE, SENSOR, WORKFLOW, WORKFLOW_TEMPLATE } from "./argo-kinds.ts";
import { CODE_RUN } from "./code-run.ts";
import { CONFIG_MAP, EVENT, LEASE, NAMESPACE, SECRET, SERVICE_ACCOUNT } from "./core.ts";
import { DOCS_RUN } from "./docs-run.ts";
import { JOB } from "./job.ts";
import { apiVersionOf, type Kind } from "./kind.ts";
import { POD } from "./pod.ts";
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING } from "./rbac.ts";

export const KINDS: readonly Kind[] = [
  NAMESPACE,
  CONFIG_MAP,
  SECRET,
  SERVICE_ACCOUNT,
  EVENT,
  POD,
  JOB,
  LEASE,
  ROLE,
  ROLE_BINDING,
  CLUSTER_ROLE,
  CLUSTER_ROLE_BINDING,
  CODE_RUN,
  DOCS_RUN,
  WORKFLOW,
  WORKFLOW_TEMPLATE,
  EVENT_SOURCE,
  SENSOR,
  EVENT_BUS,
] as readonly Kind[];

/** The kind of a manifest, by its `apiVersion` and `kind` fields. */
export function kindOf(apiVersion: string, kind: string): Kind | undefined {
  return KINDS.find((candidate) => apiVersionOf(candidate) === apiVersion && candidate.kind === kind);
}

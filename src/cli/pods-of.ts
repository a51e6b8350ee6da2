// Which pods a run or a workflow has, and which of their containers have begun.
import type { ResourceReader } from "../platform/resource-store.ts";
import { isLabelValue } from "../resources/object-name.ts";
import { type Container, type ContainerStatus, type Pod, POD } from "../resources/pod.ts";
import { LABELS } from "../resources/run-identity.ts";
import type { Workflow } from "../resources/workflow.ts";
import type { Run } from "./runs-of-workflow.ts";

export const WORKFLOW_POD_LABEL = "workflows.argoproj.io/workflow";
const NODE_NAME_ANNOTATION = "workflows.argoproj.io/node-name";

/** The pods of a run's newest attempt, oldest first; one, unless a Job made several. */
export async function newestPodsOf(store: ResourceReader, run: Run): Promise<readonly Pod[]> {
  const { name, namespace = "" } = run.metadata;
  const label = name.slice(0, 63);
  const pods = (await store.list(POD, { namespace, labelSelector: `${LABELS.run}=${label}` })).items;
  // The label may be cut; the annotation is whole.
  const own = pods.filter((pod) => (pod.metadata.annotations?.[LABELS.run] ?? label) === name || label === name);
  const ofKind = own.filter((pod) => (pod.metadata.labels?.[LABELS.runKind] ?? run.kind) === run.kind);
  const newest = ofKind.toSorted(byCreation).at(-1);
  const job = newest === undefined ? undefined : jobOf(newest);
  return ofKind.filter((pod) => pod === newest || (job !== undefined && jobOf(pod) === job)).toSorted(byCreation);
}

/** The pods of a workflow's own steps. */
export async function stepPodsOf(store: ResourceReader, { metadata }: Workflow): Promise<readonly Pod[]> {
  if (!isLabelValue(metadata.name)) return [];
  const options = { namespace: metadata.namespace ?? "", labelSelector: `${WORKFLOW_POD_LABEL}=${metadata.name}` };
  return (await store.list(POD, options)).items.toSorted(byCreation);
}

/** The step that a pod of a workflow belongs to, as people call it; else the pod's name. */
export function titleOf(pod: Pod): string {
  const node = pod.metadata.annotations?.[NODE_NAME_ANNOTATION];
  if (node === undefined) return pod.metadata.name;
  return node.slice(node.indexOf(".") + 1);
}

/** In the order in which they run. */
export function containersOf({ spec }: Pod): readonly Container[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

export function statusOf({ status }: Pod, container: string): ContainerStatus | undefined {
  const all = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return all.find(({ name }) => name === container);
}

/** There is something to read. */
export function hasStarted(pod: Pod, container: string): boolean {
  const state = statusOf(pod, container)?.state;
  return state?.running !== undefined || state?.terminated !== undefined;
}

export function hasEnded({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

function jobOf({ metadata }: Pod): string | undefined {
  return metadata.labels?.["batch.kubernetes.io/job-name"];
}

function byCreation(a: Pod, b: Pod): number {
  const [first, second] = [a, b].map(({ metadata }) => metadata.creationTimestamp ?? "");
  return (first ?? "").localeCompare(second ?? "") || attemptOf(a) - attemptOf(b);
}

/** Times have whole seconds; attempts tell apart what was made within one. */
function attemptOf({ metadata }: Pod): number {
  return Number(metadata.labels?.[LABELS.attempt] ?? 0);
}

// Runs the workflows of one manifest file with the real controller on the real store, as the recordings were made.
import type { ResourceStore } from "../../../src/platform/resource-store.ts";
import { hasCode } from "../../../src/platform/errors.ts";
import { WORKFLOW } from "../../../src/resources/argo-kinds.ts";
import { CONFIG_MAP, NAMESPACE, SERVICE_ACCOUNT } from "../../../src/resources/core.ts";
import { kindOf } from "../../../src/resources/kinds.ts";
import { kubernetesTime, type KubernetesObject } from "../../../src/resources/object-meta.ts";
import type { NodeStatus, Parameter, Workflow } from "../../../src/resources/workflow.ts";
import { normaliseWorkflow } from "./normalise.ts";
import type { ScaledClock } from "./scaled-clock.ts";

export interface RunTools {
  readonly store: ResourceStore;
  readonly clock: ScaledClock;
  readonly runningPodCount: () => number;
}

export interface RunOptions {
  readonly namespace: string;
  readonly shutdown?: "Stop" | "Terminate";
  /** Real milliseconds for one workflow. */
  readonly timeoutMs: number;
}

const completed = "workflows.argoproj.io/completed";
const pollMs = 20;
/** Quiet polls before suspended nodes are resumed, and before a shutdown is asked for. */
const quietForResume = 12;
const quietForShutdown = 25;

/** Makes the namespace with what every namespace has, and everything that the workflows need. */
export async function prepareNamespace(
  { store }: RunTools,
  namespace: string,
  objects: readonly KubernetesObject[],
): Promise<void> {
  await store.create(NAMESPACE, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } };
  await store.create(SERVICE_ACCOUNT, account);
  // The recordings of locks had this one.
  const limits = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "my-config", namespace } };
  await store.create(CONFIG_MAP, { ...limits, data: { workflow: "1", template: "2" } });
  for (const object of objects) {
    const kind = kindOf(object.apiVersion, object.kind) ?? (object.kind === "ConfigMap" ? CONFIG_MAP : undefined);
    if (kind === undefined || object.kind === "Workflow") continue;
    const placed = { ...object, metadata: { ...object.metadata, namespace } };
    await store.create(kind, placed).catch((error: unknown) => {
      if (!hasCode(error, "AlreadyExists")) throw error;
    });
  }
}

/** The normal form of what became of the workflow. */
export async function runWorkflow(tools: RunTools, object: KubernetesObject, options: RunOptions): Promise<unknown> {
  const { store } = tools;
  const metadata = { ...object.metadata, namespace: options.namespace };
  const created = await store.create(WORKFLOW, { ...object, metadata } as Workflow);
  const key = { namespace: options.namespace, name: created.metadata.name };
  const end = Date.now() + options.timeoutMs;
  let quiet = 0;
  let last = "";
  for (;;) {
    const workflow = await store.get(WORKFLOW, key);
    if (workflow === undefined) throw new Error(`workflow ${key.name} is gone`);
    if (workflow.metadata.labels?.[completed] === "true") {
      const normal = normaliseWorkflow(workflow);
      await store.delete(WORKFLOW, key);
      return normal;
    }
    quiet = workflow.metadata.resourceVersion === last ? quiet + 1 : 0;
    last = workflow.metadata.resourceVersion ?? "";
    await interfere(tools, workflow, options.shutdown, quiet);
    if (Date.now() > end) {
      await update(store, { ...workflow, spec: { ...workflow.spec, shutdown: "Terminate" } });
      return { ...(normaliseWorkflow(workflow) as object), timedOut: true };
    }
    await new Promise((resolve) => {
      setTimeout(resolve, pollMs);
    });
  }
}

/** When nothing has changed for a while: what the recording did then. */
async function interfere(
  tools: RunTools,
  workflow: Workflow,
  shutdown: RunOptions["shutdown"],
  quiet: number,
): Promise<void> {
  if (shutdown === undefined) {
    if (quiet >= quietForResume) await resume(tools, workflow);
  } else if (quiet >= quietForShutdown && workflow.spec.shutdown === undefined) {
    await update(tools.store, { ...workflow, spec: { ...workflow.spec, shutdown } });
  }
}

/** As `argo resume`: suspended nodes go on, unless an output must be supplied. */
async function resume({ store, clock }: RunTools, workflow: Workflow): Promise<void> {
  const nodes = { ...workflow.status?.nodes };
  const waiting = Object.values(nodes).filter(({ type, phase }) => type === "Suspend" && phase === "Running");
  if (waiting.length === 0 && workflow.spec.suspend !== true) return;
  for (const node of waiting) {
    const parameters = supplyOutputs(node);
    if (parameters === undefined) return;
    nodes[node.id] = {
      ...node,
      phase: "Succeeded",
      finishedAt: kubernetesTime(clock.now()),
      ...(parameters.length === 0 ? {} : { outputs: { parameters } }),
    };
  }
  const { suspend: _, ...spec } = workflow.spec;
  await update(store, { ...workflow, spec, status: { ...workflow.status, nodes } });
}

/** Undefined: a person must say what to supply. */
function supplyOutputs(node: NodeStatus): readonly Parameter[] | undefined {
  const parameters: Parameter[] = [];
  for (const { valueFrom, ...parameter } of node.outputs?.parameters ?? []) {
    const value = parameter.value ?? supplies[parameter.name] ?? valueFrom?.default;
    if (value === undefined) return undefined;
    parameters.push({ ...parameter, value });
  }
  return parameters;
}

/** What the recordings were given. */
const supplies: Readonly<Record<string, string>> = { message: "hello", approve: "YES" };

async function update(store: ResourceStore, workflow: Workflow): Promise<void> {
  await store.update(WORKFLOW, workflow).catch((error: unknown) => {
    if (!hasCode(error, "Conflict", "NotFound")) throw error;
  });
}

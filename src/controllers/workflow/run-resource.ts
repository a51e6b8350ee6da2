// Takes the action of a resource template with the rights of the workflow's service account, and reads its object again
// while the step waits. Everything that kubectl would refuse is a fact for the interpreter, in kubectl's words.
import type { ResourceFact } from "../../argo/workflow/facts.ts";
import type { ResourceStep } from "../../argo/workflow/actions.ts";
import { hasCode, PlatformError, type PlatformErrorCode } from "../../platform/errors.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import type { KubernetesObject } from "../../resources/object-meta.ts";
import { ownerReferenceTo } from "../../resources/object-meta.ts";
import type { Workflow } from "../../resources/workflow.ts";
import { applyJsonPatch, applyMergePatch, applyStrategicPatch, PatchError, type PatchOperation } from "./json-patch.ts";
import { readManifest, ResourceError, resourceTarget, type ResourceTarget } from "./resource-target.ts";

/** Which node of which workflow made an object: a repeated `create` finds its own. */
const CREATED_BY = "runyard.dev/created-by-node";
const LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";

/** Faults that pass are thrown as they are: the loop tries again. */
const passing: ReadonlySet<PlatformErrorCode> = new Set([
  "Unavailable",
  "Timeout",
  "TooManyRequests",
  "Internal",
  "Conflict",
]);

/** Repeatable: doing it twice leaves the same objects. */
export async function runResource(store: ResourceStore, workflow: Workflow, step: ResourceStep): Promise<ResourceFact> {
  try {
    const target = resourceTarget(workflow, step);
    const object = await act(store, workflow, step, target);
    return object === undefined ? { kind: "empty" } : present(object);
  } catch (error) {
    return { kind: "failed", message: `no more retries ${refusalOf(error, step)}` };
  }
}

/** The object as it is now. */
export async function readResource(
  store: ResourceStore,
  workflow: Workflow,
  step: ResourceStep,
): Promise<ResourceFact> {
  try {
    const target = resourceTarget(workflow, step);
    if (step.action === "delete" || target.name === undefined) return { kind: "empty" };
    const object = await store.get(target.kind, { namespace: target.namespace, name: target.name });
    if (object !== undefined) return present(object);
    const reason = `${resourceName(target)} "${target.name}" not found`;
    const message = "The resource has been deleted while its status was still being checked. Will not be retried";
    return { kind: "gone", message: `${message}: ${reason}` };
  } catch (error) {
    return { kind: "failed", message: refusalOf(error, step) };
  }
}

async function act(
  store: ResourceStore,
  workflow: Workflow,
  step: ResourceStep,
  target: ResourceTarget,
): Promise<KubernetesObject | undefined> {
  switch (step.action) {
    case "create":
      return await create(store, withOrigin(workflow, step, target));
    case "apply":
      return await apply(store, withOrigin(workflow, step, target));
    case "replace":
      return await replace(store, withOrigin(workflow, step, target));
    case "patch":
      return await patch(store, step, target);
    case "get":
      return await get(store, target);
    case "delete":
      return await remove(store, target);
    default:
      throw new ResourceError(`error: unknown command "${step.action}" for "kubectl"`);
  }
}

type FullTarget = ResourceTarget & { readonly object: KubernetesObject };

function withOrigin(workflow: Workflow, step: ResourceStep, target: ResourceTarget): FullTarget {
  const { object } = target;
  if (object === undefined) throw new ResourceError("error: must specify one of -f and -k");
  if (object.metadata.name === "") throw new ResourceError("error: resource name may not be empty");
  const references = object.metadata.ownerReferences ?? [];
  const owner = { ...ownerReferenceTo(workflow), apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" };
  const origin = `${workflow.metadata.uid ?? ""}/${step.nodeId}`;
  const annotations = { ...object.metadata.annotations, ...(step.action === "create" ? { [CREATED_BY]: origin } : {}) };
  const metadata = {
    ...object.metadata,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(step.setOwnerReference ? { ownerReferences: [...references, owner] } : {}),
  };
  return { ...target, object: { ...object, metadata } };
}

async function create(
  store: ResourceStore,
  { kind, namespace, name = "", object }: FullTarget,
): Promise<KubernetesObject> {
  try {
    return await store.create(kind, object);
  } catch (error) {
    if (!hasCode(error, "AlreadyExists")) throw error;
    const existing = await store.get(kind, { namespace, name });
    const isOwn = existing?.metadata.annotations?.[CREATED_BY] === object.metadata.annotations?.[CREATED_BY];
    if (existing === undefined || !isOwn) throw error;
    return existing;
  }
}

/** Fields that an earlier apply set and this one no longer has are removed; fields of others stay. */
async function apply(
  store: ResourceStore,
  { kind, namespace, name = "", object }: FullTarget,
): Promise<KubernetesObject> {
  const applied = JSON.stringify(object);
  const annotations = { ...object.metadata.annotations, [LAST_APPLIED]: applied };
  const wanted = { ...object, metadata: { ...object.metadata, annotations } };
  const existing = await store.get(kind, { namespace, name });
  if (existing === undefined) return await store.create(kind, wanted);
  // As kubectl: an apply that changes nothing asks for nothing.
  if (existing.metadata.annotations?.[LAST_APPLIED] === applied) return existing;
  const previous = JSON.parse(existing.metadata.annotations?.[LAST_APPLIED] ?? "{}") as unknown;
  const merged = applyMergePatch(existing, withRemovals(previous, wanted)) as KubernetesObject;
  return await store.update(kind, merged);
}

async function replace(
  store: ResourceStore,
  { kind, namespace, name = "", object }: FullTarget,
): Promise<KubernetesObject> {
  const existing = await store.get(kind, { namespace, name });
  const { resourceVersion } = existing?.metadata ?? {};
  const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return await store.update(kind, { ...object, metadata });
}

async function patch(store: ResourceStore, step: ResourceStep, target: ResourceTarget): Promise<KubernetesObject> {
  const { kind, namespace, name = "" } = target;
  const change = readManifest(step);
  const existing = await store.get(kind, { namespace, name });
  if (existing === undefined) throw notFound(target);
  if (step.mergeStrategy === "json") {
    return await store.update(
      kind,
      applyJsonPatch(existing, change as unknown as PatchOperation[]) as KubernetesObject,
    );
  }
  if (step.mergeStrategy === "strategic" && isCustom(target)) {
    const types = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
    const reason = "the body of the request was in an unknown format";
    throw new ResourceError(
      `Error from server (UnsupportedMediaType): ${reason} - accepted media types include: ${types}`,
    );
  }
  const merge = step.mergeStrategy === "merge" ? applyMergePatch : applyStrategicPatch;
  return await store.update(kind, merge(existing, change) as KubernetesObject);
}

async function get(store: ResourceStore, target: ResourceTarget): Promise<KubernetesObject | undefined> {
  const { kind, namespace, name, selector } = target;
  if (name !== undefined) {
    const object = await store.get(kind, { namespace, name });
    if (object === undefined) throw notFound(target);
    return object;
  }
  const { items } = await store.list(kind, {
    namespace,
    ...(selector === undefined ? {} : { labelSelector: selector }),
  });
  if (items.length > 1) {
    const message = "Kind and name are both required but at least one of them is missing from the manifest";
    throw new ResourceError(message);
  }
  return items[0];
}

async function remove(store: ResourceStore, { kind, namespace, name, selector }: ResourceTarget): Promise<undefined> {
  if (name === undefined && selector === undefined) {
    throw new ResourceError("error: resource(s) were provided, but no name was specified");
  }
  const listed = selector === undefined ? [] : (await store.list(kind, { namespace, labelSelector: selector })).items;
  const names = name === undefined ? listed.map(({ metadata }) => metadata.name) : [name];
  for (const each of names) {
    await store.delete(kind, { namespace, name: each }).catch((error: unknown) => {
      if (!hasCode(error, "NotFound")) throw error;
    });
  }
}

function withRemovals(previous: unknown, wanted: unknown): unknown {
  if (!isRecord(previous) || !isRecord(wanted)) return wanted;
  const removed = Object.keys(previous).filter((key) => !(key in wanted));
  const kept = Object.entries(wanted).map(([key, value]) => [key, withRemovals(previous[key], value)] as const);
  return Object.fromEntries([...removed.map((key) => [key, null] as const), ...kept]);
}

function present(object: KubernetesObject): ResourceFact {
  return { kind: "present", object: object as unknown as Readonly<Record<string, unknown>> };
}

function isCustom({ kind }: ResourceTarget): boolean {
  return kind.group.includes(".") && !kind.group.endsWith(".k8s.io");
}

function resourceName({ kind }: ResourceTarget): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}

function notFound(target: ResourceTarget): ResourceError {
  return new ResourceError(`Error from server (NotFound): ${resourceName(target)} "${target.name ?? ""}" not found`);
}

/** What kubectl would say. Faults that pass are thrown on. */
function refusalOf(error: unknown, { action }: ResourceStep): string {
  if (error instanceof ResourceError || error instanceof PatchError) return error.message;
  if (!(error instanceof PlatformError) || passing.has(error.code)) throw error;
  const verbs: Readonly<Record<string, string>> = { create: "creating", apply: "applying", replace: "replacing" };
  const verb = verbs[action];
  const doing = verb === undefined ? "" : `error when ${verb} "/tmp/manifest.yaml": `;
  return `Error from server (${error.code}): ${doing}${error.message}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// Does what a trigger says with the events of one firing. Making the same thing twice is recognised, because the name
// and an annotation of what is made depend on the firing.
import { readFields, type FieldProblem } from "../../argo/event-fields.ts";
import { applyParameters } from "../../argo/sensor/apply-parameters.ts";
import { buildResource } from "../../argo/sensor/build-resource.ts";
import type { FiringEvents } from "../../argo/sensor/resolve-parameter.ts";
import { TRIGGER_TEMPLATE_FIELDS } from "../../argo/sensor/supported-sensor-fields.ts";
import { LanguageError } from "../../languages/language-error.ts";
import { sha256, hexDigest } from "../../languages/sprig/digests.ts";
import { utf8Bytes } from "../../languages/utf8.ts";
import { authorizedStore, forbiddenMessage } from "../../platform/authorized-resource-store.ts";
import { hasCode, PlatformError } from "../../platform/errors.ts";
import { serviceAccountUser } from "../../platform/identity.ts";
import type { ResourceStore } from "../../platform/resource-store.ts";
import type { Kind } from "../../resources/kind.ts";
import { kindOf } from "../../resources/kinds.ts";
import type { KubernetesObject, ObjectKey, ObjectMeta } from "../../resources/object-meta.ts";
import { applyMergePatch } from "../../resources/merge-patch.ts";
import type { SensorTrigger, TriggerTemplate } from "../../resources/sensor.ts";
import type { SensorControllerOptions } from "./sensor-controller-options.ts";

export interface Firing {
  readonly sensor: ObjectKey;
  /** ServiceAccount in the Sensor's namespace. */
  readonly account: string;
  readonly trigger: SensorTrigger;
  readonly events: FiringEvents;
  readonly firingId: string;
}

/** On what a trigger made: which firing made it. */
export const FIRING_ANNOTATION = "runyard.dev/firing";

/** What was made, in words: `Workflow runyard/head-1-2`. LanguageError or PlatformError when it could not be made. */
export async function runTrigger(options: SensorControllerOptions, firing: Firing): Promise<string> {
  const context = { events: firing.events, sources: { now: () => options.clock.now(), random: options.random } };
  const template = fillTemplate(firing, context);
  if (template.log !== undefined) {
    for (const [dependency, event] of firing.events) {
      options.log.write("info", "an event was triggered on", { ...event.context, dependency, data: event.data });
    }
    return "log entry";
  }
  const trigger = template.k8s ?? template.argoWorkflow;
  if (trigger === undefined) throw new LanguageError("the trigger has nothing to do");
  const built = buildResource(trigger.source.resource, trigger.parameters ?? [], context);
  const operation = template.k8s === undefined ? "create" : (template.k8s.operation ?? "create");
  return await carryOut(options, firing, {
    operation: operation === "" ? "create" : operation,
    ...readObject(built, firing),
  });
}

function fillTemplate({ trigger }: Firing, context: Parameters<typeof applyParameters>[2]): TriggerTemplate {
  if (trigger.parameters === undefined || trigger.parameters.length === 0) return trigger.template;
  const problems: FieldProblem[] = [];
  const filled = JSON.parse(applyParameters(JSON.stringify(trigger.template), trigger.parameters, context)) as unknown;
  const template = readFields(filled, TRIGGER_TEMPLATE_FIELDS, { path: "template", problems });
  const [problem] = problems;
  if (problem !== undefined) throw new LanguageError(`after its parameters, ${problem.path} ${problem.message}`);
  return template as unknown as TriggerTemplate;
}

interface Action {
  readonly operation: string;
  readonly kind: Kind;
  readonly key: ObjectKey;
  readonly object: KubernetesObject;
}

/** The parameters may have written anything, so nothing of the object is taken for granted. */
function readObject(built: Readonly<Record<string, unknown>>, firing: Firing): Omit<Action, "operation"> {
  const { apiVersion, kind: kindName, metadata } = built;
  const kind = kindOf(String(apiVersion), String(kindName));
  if (kind === undefined) throw new LanguageError(`there is no kind ${String(kindName)} of ${String(apiVersion)} here`);
  const { name, namespace, ...rest } = readName(metadata, firing);
  const complete = { ...rest, name, ...(kind.namespaced && { namespace }) };
  return {
    kind,
    key: { namespace: kind.namespaced ? namespace : "", name },
    object: { ...built, apiVersion: String(apiVersion), kind: kind.kind, metadata: complete },
  };
}

function readName(metadata: unknown, { sensor, firingId }: Firing): ObjectMeta & { readonly namespace: string } {
  if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
    throw new LanguageError("what the trigger makes has no metadata");
  }
  const { name = "", generateName = "", namespace = sensor.namespace } = metadata as Partial<ObjectMeta>;
  if (name === "" && generateName === "") throw new LanguageError("what the trigger makes has no name");
  // A name of its own for every firing, and the same one when the firing is repeated.
  return { ...metadata, namespace, name: name === "" ? generateName + hash(firingId) : name };
}

const HASH_LENGTH = 8;

function hash(text: string): string {
  return hexDigest(sha256(utf8Bytes(text))).slice(0, HASH_LENGTH);
}

async function carryOut(options: SensorControllerOptions, firing: Firing, action: Action): Promise<string> {
  const caller = callerOf(firing);
  const store = authorizedStore(options.store, options.authorizer, caller);
  const what = `${action.kind.kind} ${action.key.namespace}/${action.key.name}`;
  if (action.operation === "delete") {
    await ignore("NotFound", () => store.delete(action.kind, action.key));
    return `${what}, deleted`;
  }
  if (action.operation === "create") {
    await create(store, firing, { ...action, object: labelled(action.object, firing, options.clock.now()) });
    return what;
  }
  const present = await store.get(action.kind, action.key);
  if (present === undefined) {
    await create(store, firing, action);
    return what;
  }
  const merged = applyMergePatch(present, action.object) as KubernetesObject;
  if (JSON.stringify(merged) === JSON.stringify(present)) return `${what}, which was there already`;
  if (action.operation === "patch") await checkPatch(options, firing, action);
  // With the version that was read: whoever came between makes this a Conflict, and it is tried again.
  await (action.operation === "patch" ? options.store : store).update(action.kind, merged);
  return `${what}, changed`;
}

/** AlreadyExists is success when the same firing made it, before a crash. */
async function create(store: ResourceStore, firing: Firing, { kind, key, object }: Action): Promise<void> {
  const annotations = { ...object.metadata.annotations, [FIRING_ANNOTATION]: firing.firingId };
  try {
    await store.create(kind, { ...object, metadata: { ...object.metadata, annotations } });
  } catch (error) {
    if (!hasCode(error, "AlreadyExists")) throw error;
    const present = await store.get(kind, key);
    if (present?.metadata.annotations?.[FIRING_ANNOTATION] !== firing.firingId) throw error;
  }
}

/** As Argo Events labels what its triggers create. */
function labelled(object: KubernetesObject, { sensor, trigger }: Firing, now: number): KubernetesObject {
  const labels = {
    ...object.metadata.labels,
    "events.argoproj.io/sensor": sensor.name,
    "events.argoproj.io/trigger": trigger.template.name,
    "events.argoproj.io/action-timestamp": String(now),
  };
  return { ...object, metadata: { ...object.metadata, labels } };
}

function callerOf({ sensor, account }: Firing): { readonly user: string; readonly groups: readonly string[] } {
  const { namespace } = sensor;
  return {
    user: serviceAccountUser(namespace, account),
    groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"],
  };
}

/** The store knows no patch, so its right is checked here: on a cluster this would be one. */
async function checkPatch(
  { authorizer }: SensorControllerOptions,
  firing: Firing,
  { kind, key }: Action,
): Promise<void> {
  const { group, plural: resource } = kind;
  const decision = await authorizer.authorize({ ...callerOf(firing), verb: "patch", group, resource, ...key });
  if (decision.allowed) return;
  const message = forbiddenMessage({ group, resource, name: key.name, reason: decision.reason });
  throw new PlatformError({ code: "Forbidden", message });
}

async function ignore(code: "NotFound", action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!hasCode(error, code)) throw error;
  }
}

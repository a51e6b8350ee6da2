// Field selectors beyond name and namespace, which the store does not know: kubectl describe asks for the events of
// one object, and others ask for pods by phase. Source: Kubernetes documentation, "Field Selectors".
import { EVENT, NAMESPACE, SECRET } from "../resources/core.ts";
import type { Kind } from "../resources/kind.ts";
import type { KubernetesObject } from "../resources/object-meta.ts";
import { POD } from "../resources/pod.ts";
import { resourceNameOf } from "./resource-name.ts";
import { badRequest } from "./status-error.ts";

export interface FieldFilter {
  /** The part that the store understands; undefined when there is none. */
  readonly storeSelector: string | undefined;
  /** The rest; undefined when the store does it all. */
  readonly matches: ((object: KubernetesObject) => boolean) | undefined;
}

/** Splits a field selector. 400 for a field that the kind cannot be selected by. */
export function parseFieldFilter(kind: Kind, text: string | null): FieldFilter {
  const parts = (text ?? "").split(",").filter((part) => part.trim() !== "");
  const requirements = parts.map((part) => parseRequirement(kind, part));
  const forStore = requirements.filter(({ field }) => field.startsWith("metadata."));
  const others = requirements.filter(({ field }) => !field.startsWith("metadata."));
  return {
    storeSelector: forStore.length === 0 ? undefined : forStore.map(({ text }) => text).join(","),
    matches: others.length === 0 ? undefined : (object) => others.every((requirement) => holds(requirement, object)),
  };
}

interface Requirement {
  readonly field: string;
  readonly isEqual: boolean;
  readonly value: string;
  readonly text: string;
}

const COMMON_FIELDS = ["metadata.name", "metadata.namespace"];
const KIND_FIELDS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  [
    resourceNameOf(EVENT),
    [
      ...["apiVersion", "kind", "namespace", "name", "uid"].map((name) => `involvedObject.${name}`),
      "reason",
      "type",
      "source.component",
    ],
  ],
  [resourceNameOf(NAMESPACE), ["status.phase"]],
  [
    resourceNameOf(POD),
    ["spec.nodeName", "spec.restartPolicy", "spec.serviceAccountName", "status.phase", "status.podIP"],
  ],
  [resourceNameOf(SECRET), ["type"]],
]);

function parseRequirement(kind: Kind, text: string): Requirement {
  const match = /^\s*([^=!\s]+)\s*(==|=|!=)\s*([^=!]*?)\s*$/.exec(text);
  if (match === null) throw badRequest(`invalid field selector ${JSON.stringify(text)}; can't understand it`);
  const [, field = "", operator, value = ""] = match;
  const known = [...COMMON_FIELDS, ...(KIND_FIELDS.get(resourceNameOf(kind)) ?? [])];
  if (!known.includes(field)) {
    throw badRequest(`field label not supported: ${field} (of ${resourceNameOf(kind)}: ${known.join(", ")})`);
  }
  return { field, isEqual: operator !== "!=", value, text };
}

/** A missing field counts as empty, as Kubernetes' own selectable fields do. */
function holds({ field, isEqual, value }: Requirement, object: KubernetesObject): boolean {
  let found: unknown = object;
  for (const name of field.split(".")) {
    found =
      typeof found === "object" && found !== null ? (found as Readonly<Record<string, unknown>>)[name] : undefined;
  }
  return (typeof found === "string" ? found === value : value === "") === isEqual;
}

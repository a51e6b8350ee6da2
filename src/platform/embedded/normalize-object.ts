// Brings an object from outside into the form that is stored: known metadata only, legal names, schema applied.
// Source: Kubernetes API conventions, "Metadata"; "Object Names and IDs"; validation of ObjectMeta in the API reference.
import { apiVersionOf, type Kind, type StructuralSchema } from "../../resources/kind.ts";
import type { KubernetesObject, ObjectMeta } from "../../resources/object-meta.ts";
import { isLabelValue, isQualifiedName, namespaceNameProblem, objectNameProblem } from "../../resources/object-name.ts";
import { applyDefaults, isJsonObject, pruneUnknownFields } from "../../resources/structural-schema.ts";
import { validateBySchema, type SchemaProblem } from "../../resources/validate-schema.ts";
import { PlatformError } from "../errors.ts";

/** A stored object before its kind's fields are looked at. */
export type AnyObject = KubernetesObject & Readonly<Record<string, unknown>>;

/** The object as it would be stored, or throws Invalid with a cause per wrong field. */
export function normalizeObject(kind: Kind, object: KubernetesObject): AnyObject {
  const metadata = normalizeMetadata(kind, object.metadata);
  const problems = [
    ...problemsOfIdentity(kind, object, metadata),
    ...problemsOfMetadata(metadata),
    ...(kind.confidential === true ? problemsOfData(object as AnyObject) : []),
  ];
  if (problems.length > 0) throw invalidObject(kind, metadata.name, problems);
  const plain = kind.confidential === true ? withEncodedText(object as AnyObject) : object;
  const whole: AnyObject = { ...plain, metadata };
  if (kind.schema === undefined) return whole;
  const shaped = applyDefaults(kind.schema, pruneUnknownFields(kind.schema, whole).value);
  const schemaProblems = validateBySchema(kind.schema, shaped);
  if (schemaProblems.length > 0) throw invalidObject(kind, metadata.name, schemaProblems);
  return shaped as AnyObject;
}

/** The refusal of an object whose fields are wrong. */
export function invalidObject(kind: Kind, name: string, problems: readonly SchemaProblem[]): PlatformError {
  const details = problems.map((problem) => `${problem.field}: ${problem.message}`).join("; ");
  return new PlatformError({
    code: "Invalid",
    message: `${kind.kind} "${name}" is invalid: ${details}`,
    hint: "Correct the named fields and send the object again.",
    causes: problems,
  });
}

const text = { type: "string" };
const texts = { type: "object", additionalProperties: text };

/** ObjectMeta of the API reference; managedFields and selfLink are not kept. */
const METADATA_SCHEMA: StructuralSchema = {
  type: "object",
  properties: {
    name: text,
    generateName: text,
    namespace: text,
    uid: text,
    resourceVersion: text,
    generation: { type: "integer" },
    creationTimestamp: text,
    deletionTimestamp: text,
    deletionGracePeriodSeconds: { type: "integer" },
    labels: texts,
    annotations: texts,
    finalizers: { type: "array", items: text },
    ownerReferences: {
      type: "array",
      items: {
        type: "object",
        required: ["apiVersion", "kind", "name", "uid"],
        properties: {
          apiVersion: text,
          kind: text,
          name: text,
          uid: text,
          controller: { type: "boolean" },
          blockOwnerDeletion: { type: "boolean" },
        },
      },
    },
  },
};

/** Keeps the known fields. What is null or empty is left out, as Kubernetes leaves it out when it writes JSON. */
function normalizeMetadata(kind: Kind, metadata: unknown): ObjectMeta {
  const known = applyDefaults(METADATA_SCHEMA, pruneUnknownFields(METADATA_SCHEMA, metadata, false).value);
  const problems = validateBySchema(METADATA_SCHEMA, known, "metadata");
  if (problems.length > 0) throw invalidObject(kind, "", problems);
  return {
    name: "",
    ...Object.fromEntries(Object.entries(known as ObjectMeta).filter(([, value]) => !isEmpty(value))),
  };
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function problemsOfIdentity(kind: Kind, object: KubernetesObject, metadata: ObjectMeta): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  if (object.apiVersion !== apiVersionOf(kind)) {
    problems.push({ field: "apiVersion", message: `must be ${apiVersionOf(kind)}` });
  }
  if (object.kind !== kind.kind) problems.push({ field: "kind", message: `must be ${kind.kind}` });
  if (metadata.name === "") problems.push({ field: "metadata.name", message: "name or generateName is required" });
  else addProblem(problems, "metadata.name", objectNameProblem(kind, metadata.name));
  if (!kind.namespaced) {
    if (metadata.namespace !== undefined) {
      problems.push({ field: "metadata.namespace", message: `must not be set: ${kind.kind} is cluster-scoped` });
    }
  } else if (metadata.namespace === undefined) problems.push({ field: "metadata.namespace", message: "is required" });
  else addProblem(problems, "metadata.namespace", namespaceNameProblem(metadata.namespace));
  return problems;
}

function problemsOfMetadata(metadata: ObjectMeta): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const keyRule =
    "is no legal key: an optional DNS subdomain and '/', then at most 63 letters, digits, '-', '_' or '.'";
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (!isQualifiedName(key)) problems.push({ field: `metadata.labels.${key}`, message: keyRule });
    if (!isLabelValue(value)) {
      problems.push({
        field: `metadata.labels.${key}`,
        message: "must be at most 63 letters, digits, '-', '_' or '.'",
      });
    }
  }
  for (const key of Object.keys(metadata.annotations ?? {})) {
    if (!isQualifiedName(key.toLowerCase())) problems.push({ field: `metadata.annotations.${key}`, message: keyRule });
  }
  for (const finalizer of metadata.finalizers ?? []) {
    if (!isQualifiedName(finalizer)) problems.push({ field: "metadata.finalizers", message: keyRule });
  }
  return problems;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Never with the value in the message. */
function problemsOfData({ data }: AnyObject): SchemaProblem[] {
  if (data === undefined || data === null) return [];
  if (!isJsonObject(data)) return [{ field: "data", message: "must be a map of names to texts in base64" }];
  return Object.entries(data)
    .filter(([, value]) => typeof value !== "string" || !BASE64.test(value.replaceAll(/[\r\n]/g, "")))
    .map(([key]) => ({ field: `data.${key}`, message: "must be in base64; write plain text below stringData" }));
}

function addProblem(problems: SchemaProblem[], field: string, message: string | undefined): void {
  if (message !== undefined) problems.push({ field, message });
}

/** Secret: stringData is write-only and lands in data as base64 (Kubernetes "Secrets", "Restriction on Secret data"). */
function withEncodedText(object: AnyObject): AnyObject {
  const { stringData, ...rest } = object;
  if (!isJsonObject(stringData)) return rest;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  const data = isJsonObject(object["data"]) ? object["data"] : {};
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } };
}

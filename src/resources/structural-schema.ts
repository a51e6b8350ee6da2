// Prunes and defaults a JSON value by a structural schema; validate-schema.ts refuses what is wrong in it.
// Source: "Extend the Kubernetes API with CustomResourceDefinitions", sections "Field pruning" and "Defaulting".
import type { StructuralSchema } from "./kind.ts";

type JsonObject = Readonly<Record<string, unknown>>;

export interface PrunedValue {
  readonly value: unknown;
  /** Paths such as `spec.foo` and `spec.items[0].bar`, in document order. */
  readonly unknownFields: readonly string[];
}

/**
 * Drops the fields that the schema does not name, and reports their paths (for fieldValidation Strict and Warn).
 * At the root (unless it is no resource), and in an embedded resource, apiVersion, kind and metadata always stay.
 */
export function pruneUnknownFields(schema: StructuralSchema, value: unknown, isResource = true): PrunedValue {
  const unknownFields: string[] = [];
  const root = isResource ? { ...schema, "x-kubernetes-embedded-resource": true } : schema;
  const pruned = prune(root, value, "", unknownFields);
  return { value: pruned, unknownFields };
}

function prune(schema: StructuralSchema, value: unknown, path: string, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const items = schemaAt(schema, "items");
    if (items === undefined) return value;
    return value.map((item: unknown, index) => prune(items, item, `${path}[${index}]`, unknown));
  }
  if (!isJsonObject(value)) return value;
  const entries: [string, unknown][] = [];
  for (const [name, field] of Object.entries(value)) {
    const fieldPath = joinPath(path, name);
    const fieldSchema = fieldSchemaOf(schema, name);
    if (fieldSchema === "keep") entries.push([name, field]);
    else if (fieldSchema === undefined) unknown.push(fieldPath);
    else entries.push([name, prune(fieldSchema, field, fieldPath, unknown)]);
  }
  return Object.fromEntries(entries);
}

const RESOURCE_FIELDS = new Set(["apiVersion", "kind", "metadata"]);

function fieldSchemaOf(schema: StructuralSchema, name: string): StructuralSchema | "keep" | undefined {
  if (schema["x-kubernetes-embedded-resource"] === true && RESOURCE_FIELDS.has(name)) return "keep";
  const properties = schema["properties"];
  if (isJsonObject(properties) && Object.hasOwn(properties, name)) return properties[name] as StructuralSchema;
  const additional = schema["additionalProperties"];
  if (isJsonObject(additional)) return additional;
  const keepsUnknown = additional === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  return keepsUnknown ? "keep" : undefined;
}

/**
 * Fills in `default` where a field is missing. As the document demands, a null in a field that is not nullable
 * counts as missing: it becomes the default, or goes.
 */
export function applyDefaults(schema: StructuralSchema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = schemaAt(schema, "items");
    return items === undefined ? value : value.map((item: unknown) => applyDefaults(items, item));
  }
  if (!isJsonObject(value)) return value;
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const fieldSchema = fieldSchemaOf(schema, name);
    if (fieldSchema === undefined || fieldSchema === "keep") setField(result, name, field);
    else if (field !== null || fieldSchema["nullable"] === true) {
      setField(result, name, applyDefaults(fieldSchema, field));
    }
  }
  for (const [name, fieldSchema] of Object.entries(schemaMapAt(schema, "properties"))) {
    if (!Object.hasOwn(result, name) && fieldSchema["default"] !== undefined) {
      setField(result, name, applyDefaults(fieldSchema, structuredClone(fieldSchema["default"])));
    }
  }
  return result;
}

/** Assigning `__proto__` would change the prototype instead of adding a field. */
function setField(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

/** The schema below a keyword, when there is one. */
export function schemaAt(schema: StructuralSchema, keyword: string): StructuralSchema | undefined {
  const found = schema[keyword];
  return isJsonObject(found) ? found : undefined;
}

/** The named schemas below a keyword (`properties`). */
export function schemaMapAt(schema: StructuralSchema, keyword: string): Readonly<Record<string, StructuralSchema>> {
  const found = schema[keyword];
  return isJsonObject(found) ? (found as Readonly<Record<string, StructuralSchema>>) : {};
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The path of a field below another, as Kubernetes writes it in causes and warnings. */
export function joinPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

// JSON as Kubernetes reads objects without a schema: whole numbers are 64-bit integers, others are float64.
import type { GoValue } from "./go-value.ts";
import type { JsonValue } from "./yaml.ts";

/** A value that was read as JavaScript reads JSON, with its whole numbers as integers. */
export function toUnstructured(value: JsonValue | GoValue): GoValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => toUnstructured(item));
  const entries = Object.entries(value) as [string, JsonValue][];
  return Object.fromEntries(entries.map(([key, item]) => [key, toUnstructured(item)]));
}

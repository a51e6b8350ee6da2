// `{{inputs.parameters}}` and `{{workflow.parameters}}`: parameters as the JSON that Argo's Go types give.
import { quoteJson } from "../../languages/go-json.ts";
import type { Parameter } from "../../resources/workflow.ts";

const fields = ["name", "default", "value", "valueFrom", "globalName", "enum", "description"] as const;
const valueFromFields = ["path", "jsonPath", "parameter", "supplied", "configMapKeyRef", "default", "expression"];

export function goParametersJson(parameters: readonly Parameter[]): string {
  return `[${parameters.map((parameter) => objectJson(parameter, fields)).join(",")}]`;
}

function objectJson(value: object, keys: readonly string[]): string {
  const members = keys.flatMap((key) => {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    return member === undefined ? [] : [`${quoteJson(key)}:${valueJson(key, member)}`];
  });
  return `{${members.join(",")}}`;
}

function valueJson(key: string, value: unknown): string {
  if (typeof value === "string") return quoteJson(value);
  if (Array.isArray(value)) return `[${value.map((item) => valueJson(key, item)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return objectJson(value, key === "valueFrom" ? valueFromFields : Object.keys(value));
}

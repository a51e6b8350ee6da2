// Objects as tables for people, and as JSON, YAML or names for programs.
import { formatYaml, type JsonValue } from "../languages/yaml.ts";
import { humanDuration } from "../resources/human-duration.ts";
import type { Kind } from "../resources/kind.ts";
import type { KubernetesObject } from "../resources/object-meta.ts";
import { cellOf, columnsOf } from "../resources/printer-cells.ts";
import type { OptionDefinition } from "./command.ts";
import { qualifiedKind } from "./kind-name.ts";
import type { Table } from "./style.ts";

export const OUTPUT_FORMATS = ["json", "yaml", "name", "wide"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

export const OUTPUT_OPTION: OptionDefinition = {
  flags: "-o, --output <format>",
  description: "print for programs instead of people, or more columns",
  choices: OUTPUT_FORMATS,
};

export interface TableOptions {
  readonly wide: boolean;
  readonly showNamespace: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function tableOf(kind: Kind, objects: readonly KubernetesObject[], options: TableOptions): Table {
  const columns = columnsOf(kind).filter((column) => options.wide || (column.priority ?? 0) === 0);
  const showNamespace = options.showNamespace && kind.namespaced;
  return {
    header: [...(showNamespace ? ["NAMESPACE"] : []), ...columns.map((column) => column.name.toUpperCase())],
    rows: objects.map((object) => [
      ...(showNamespace ? [object.metadata.namespace ?? ""] : []),
      ...columns.map((column) => String(cellOf(column, object, options.now) ?? "")),
    ]),
  };
}

/** `coderun.agents.platform/name` per line. */
export function formatName(kind: Kind, object: KubernetesObject): string {
  return `${qualifiedKind(kind)}/${object.metadata.name}`;
}

export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

export function formatAsYaml(value: unknown): string {
  return formatYaml(value as JsonValue);
}

/** Several objects as one, as kubectl wraps them. */
export function listObject(objects: readonly KubernetesObject[]): Readonly<Record<string, unknown>> {
  return { apiVersion: "v1", kind: "List", metadata: { resourceVersion: "" }, items: objects };
}

/** How long ago an RFC 3339 time was; "" for none. */
export function ageOf(time: string | undefined, now: number): string {
  return time === undefined ? "" : humanDuration(now - Date.parse(time));
}

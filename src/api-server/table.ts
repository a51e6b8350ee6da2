// Objects as Table answers, which kubectl prints: NAME first, the kind's columns, AGE last.
// Source: Kubernetes API concepts, "Receiving resources as Tables".
import type { Kind } from "../resources/kind.ts";
import type { KubernetesObject } from "../resources/object-meta.ts";
import { cellOf, columnsOf } from "../resources/printer-cells.ts";

export type IncludedObject = "None" | "Metadata" | "Object";

export interface TableOptions {
  readonly include: IncludedObject;
  /** Milliseconds since the epoch; ages are counted from here. */
  readonly now: number;
}

export interface TableMeta {
  readonly resourceVersion?: string;
  readonly continue?: string;
}

/** A meta.k8s.io/v1 Table of these objects. */
export function buildTable(
  kind: Kind,
  objects: readonly KubernetesObject[],
  meta: TableMeta,
  options: TableOptions,
): Readonly<Record<string, unknown>> {
  const columns = columnsOf(kind);
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata: meta,
    columnDefinitions: columns.map((column) => ({
      name: column.name,
      type: column.type,
      format: column.jsonPath === ".metadata.name" ? "name" : "",
      description: `Value of ${column.jsonPath}.`,
      priority: column.priority ?? 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => cellOf(column, object, options.now)),
      ...(options.include !== "None" && {
        object: options.include === "Object" ? object : partialObject(object),
      }),
    })),
  };
}

/** Metadata only, as `PartialObjectMetadata`. */
export function partialObject(object: KubernetesObject): Readonly<Record<string, unknown>> {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

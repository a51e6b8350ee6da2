// A kind of ours as a CustomResourceDefinition, for charts/runyard/crds and `kubectl apply`.
import { apiVersionOf, type Kind, type StructuralSchema } from "./kind.ts";
import type { KubernetesObject } from "./object-meta.ts";

export interface CustomResourceDefinition extends KubernetesObject {
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The definition of a kind with a schema: one served and stored version, status subresource, printer columns. */
export function customResourceDefinition(kind: Kind, schema: StructuralSchema): CustomResourceDefinition {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${kind.plural}.${kind.group}` },
    spec: {
      group: kind.group,
      scope: kind.namespaced ? "Namespaced" : "Cluster",
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural: kind.plural,
        singular: kind.singular,
        shortNames: kind.shortNames,
      },
      versions: [
        {
          name: kind.version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: describeSchema(kind, schema) },
          ...(kind.statusSubresource ? { subresources: { status: {} } } : {}),
          additionalPrinterColumns: kind.printerColumns,
        },
      ],
    },
  };
}

function describeSchema(kind: Kind, schema: StructuralSchema): StructuralSchema {
  return { description: `${kind.kind} of ${apiVersionOf(kind)}`, ...schema };
}

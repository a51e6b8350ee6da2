// Which objects a list or a watch is about: the namespace and the selectors of its options, parsed once.
import { matchesFields, parseFieldSelector, requiredField, FieldSelectorError } from "../resources/field-selector.ts";
import { LabelSelectorError, matchesLabels, parseLabelSelector } from "../resources/label-selector.ts";
import type { KubernetesObject, ObjectKey } from "../resources/object-meta.ts";
import { PlatformError } from "./errors.ts";

export interface Selection {
  /** The one namespace that can match; absent: all. */
  readonly namespace?: string;
  /** False when labels need not be looked at. */
  readonly hasLabels: boolean;
  matchesKey(key: ObjectKey): boolean;
  matchesLabels(labels: KubernetesObject["metadata"]["labels"]): boolean;
}

interface SelectionOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

/** Throws Invalid for a selector that cannot be read. */
export function parseSelection(options: SelectionOptions): Selection {
  const labels = refuseUnreadable("labelSelector", () => parseLabelSelector(options.labelSelector ?? ""));
  const fields = refuseUnreadable("fieldSelector", () => parseFieldSelector(options.fieldSelector ?? ""));
  const namespace = options.namespace ?? requiredField(fields, "namespace");
  return {
    ...(namespace === undefined ? {} : { namespace }),
    hasLabels: labels.length > 0,
    matchesKey: (key) => (namespace === undefined || key.namespace === namespace) && matchesFields(fields, key),
    matchesLabels: (found) => matchesLabels(labels, found),
  };
}

function refuseUnreadable<T>(field: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof LabelSelectorError || error instanceof FieldSelectorError)) throw error;
    throw new PlatformError({ code: "Invalid", message: error.message, causes: [{ field, message: error.message }] });
  }
}

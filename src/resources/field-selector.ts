// Field selectors, as far as the store supports them for every kind: metadata.name and metadata.namespace.
// Source: "Field Selectors" of the Kubernetes documentation.
import type { ObjectKey } from "./object-meta.ts";

export interface FieldRequirement {
  readonly field: "name" | "namespace";
  readonly isEqual: boolean;
  readonly value: string;
}

/** All requirements must hold; an empty list matches everything. */
export type FieldSelector = readonly FieldRequirement[];

export class FieldSelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FieldSelectorError";
  }
}

const FIELDS: Readonly<Record<string, FieldRequirement["field"]>> = {
  "metadata.name": "name",
  "metadata.namespace": "namespace",
};

/** Parses `metadata.name=a,metadata.namespace!=b`. Throws FieldSelectorError for any other field. */
export function parseFieldSelector(text: string): FieldSelector {
  if (text.trim() === "") return [];
  return text.split(",").map((part) => {
    const match = /^\s*([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)\s*$/.exec(part);
    if (match === null) throw new FieldSelectorError(`field selector "${text}": cannot read "${part}"`);
    const [, name, operator, value] = match.map(String);
    const field = FIELDS[String(name)];
    if (field === undefined) {
      throw new FieldSelectorError(
        `field selector "${text}": field "${name}" is not supported; use metadata.name or metadata.namespace`,
      );
    }
    return { field, isEqual: operator !== "!=", value: String(value) };
  });
}

/** True when every requirement holds for the object of this key. */
export function matchesFields(selector: FieldSelector, key: ObjectKey): boolean {
  return selector.every((requirement) => (key[requirement.field] === requirement.value) === requirement.isEqual);
}

/** The value that the selector demands of a field, when it demands exactly one. */
export function requiredField(selector: FieldSelector, field: FieldRequirement["field"]): string | undefined {
  return selector.find((requirement) => requirement.field === field && requirement.isEqual)?.value;
}

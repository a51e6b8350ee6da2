// What a row of the table of supported fields says.

/**
 * How a supported value looks. `anyString` and `text` may also be a number or boolean, which becomes its text as in
 * Argo; an empty `string` or `text` counts as absent, an empty `anyString` does not. `integerOrString` is the
 * IntOrString of Kubernetes, which becomes a text too.
 */
export type FieldShape =
  | "string"
  | "anyString"
  | "text"
  | "integerOrString"
  | "integer"
  | "boolean"
  | "any"
  | { readonly list: FieldShape }
  | { readonly map: FieldShape }
  | { readonly ref: string };

export type Field =
  | { readonly support: "supported"; readonly shape: FieldShape; readonly withoutEffect?: string }
  | { readonly support: "noEffect"; readonly reason: string }
  | { readonly support: "refused"; readonly reason: string };

export function supported(shape: FieldShape): Field {
  return { support: "supported", shape };
}

/** Its value must be one that Argo takes; nothing follows from it here, for this reason. */
export function checked(shape: FieldShape, withoutEffect: string): Field {
  return { support: "supported", shape, withoutEffect };
}

/** Another object of the table. */
export function ref(name: string): FieldShape {
  return { ref: name };
}

export function noEffect(reason: string): Field {
  return { support: "noEffect", reason };
}

export function refused(reason: string): Field {
  return { support: "refused", reason };
}

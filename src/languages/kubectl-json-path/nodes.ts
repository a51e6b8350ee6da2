// What a kubectl JSONPath template consists of.
export type PathNode =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "number"; readonly value: bigint | number }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** `range` or `end`. */
  | { readonly kind: "identifier"; readonly name: string }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "wildcard" }
  | { readonly kind: "recursive" }
  | { readonly kind: "array"; readonly bounds: ArrayBounds }
  | { readonly kind: "union"; readonly lists: readonly ActionNode[] }
  | { readonly kind: "filter"; readonly left: ActionNode; readonly operator: string; readonly right: ActionNode }
  | ActionNode;

/** What stands between `{` and `}`: each node works on what the one before it found. */
export interface ActionNode {
  readonly kind: "action";
  readonly nodes: PathNode[];
}

export interface ArrayBounds {
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** `[3]` ends at 4; then 0 stands for the end of the list. */
  readonly isToDerived: boolean;
  readonly step: number | undefined;
}

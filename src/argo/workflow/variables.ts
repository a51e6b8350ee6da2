// Variables of templates by their dotted name. Null is an absent optional: the output of a skipped step that declared no
// default, which only an expression or a consumer's default can handle.
export type VariableMap = Map<string, string | null>;
export type Variables = ReadonlyMap<string, string | null>;

/** Later maps win. */
export function mergeVariables(...maps: readonly Variables[]): VariableMap {
  const merged: VariableMap = new Map();
  for (const map of maps) {
    for (const [name, value] of map) merged.set(name, value);
  }
  return merged;
}

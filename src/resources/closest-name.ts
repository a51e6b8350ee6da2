// "Did you mean …?": the known name that a misspelt one is nearest to.

const DISTANCE_MAX = 3;

/** The nearest name within a few edits (fewer for short words), or undefined. */
export function closestName(given: string, known: readonly string[]): string | undefined {
  const limit = Math.min(DISTANCE_MAX, Math.ceil(given.length / 3));
  const ranked = known
    .map((name) => ({ name, distance: editDistance(given.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= limit ? best.name : undefined;
}

/** Levenshtein distance. Every index is within its row, which `Number` says without a branch. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, letter] of a.split("").entries()) {
    const current = [row + 1];
    for (const [column, other] of b.split("").entries()) {
      const replaced = Number(previous[column]) + Number(letter !== other);
      current.push(Math.min(replaced, Number(previous[column + 1]) + 1, Number(current[column]) + 1));
    }
    previous = current;
  }
  return Number(previous[b.length]);
}

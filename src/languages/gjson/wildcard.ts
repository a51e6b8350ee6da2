// Patterns with `*` and `?`, as tidwall/match matches them; `\` before a character takes its meaning away.

/** Steps after which a pattern counts as not matching, so that a pattern cannot hold up a sensor. */
const STEPS_MAX = 100_000;

export function matchesWildcard(text: string, pattern: string): boolean {
  const wanted = readPattern(pattern);
  const given = Array.from(text);
  let [at, from, star, starAt] = [0, 0, -1, 0];
  for (let steps = 0; at < given.length; steps += 1) {
    if (steps > STEPS_MAX) return false;
    const part = wanted[from];
    if (part !== undefined && (part.kind === "any" || (part.kind === "one" && part.character === given[at]))) {
      [at, from] = [at + 1, from + 1];
    } else if (part?.kind === "many") [star, starAt, from] = [from, at, from + 1];
    else if (star >= 0) [from, starAt, at] = [star + 1, starAt + 1, starAt + 1];
    else return false;
  }
  return wanted.slice(from).every((part) => part.kind === "many");
}

type Part = { readonly kind: "any" | "many" } | { readonly kind: "one"; readonly character: string };

function readPattern(pattern: string): readonly Part[] {
  return Array.from(pattern.matchAll(/\\?[^]/gu), ([token]): Part => {
    if (token === "*") return { kind: "many" };
    if (token === "?") return { kind: "any" };
    return { kind: "one", character: token.replace(/^\\(?=[^])/u, "") };
  });
}

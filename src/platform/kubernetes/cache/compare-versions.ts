// The order of resourceVersions of one kind. Kubernetes: "Resource versions", section "Resource version comparison": decimal
// numbers of any length without leading zeros.

/** Negative, zero or positive, as `left` is older, the same or newer. A version that is missing is the oldest. */
export function compareVersions(left: string | undefined, right: string | undefined): number {
  const [a, b] = [left ?? "", right ?? ""];
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : Number(a > b);
}

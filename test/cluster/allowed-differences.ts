// What may differ between a cluster and one machine after the same demonstration; each with its reason. At most fifteen, and none on
// phases, outputs, check runs, comments or pull requests. One that does not occur any more is removed: the test says so.

export interface AllowedDifference {
  /** Of the path in what is compared. */
  readonly path: RegExp;
  readonly reason: string;
}

export const ALLOWED_DIFFERENCES: readonly AllowedDifference[] = [];

// What may differ between a cluster and one machine after the same demonstration; each with its reason. At most fifteen, and none on
// phases, outputs, check runs, comments or pull requests. Where one does not occur the test says so: it may be removed.

export interface AllowedDifference {
  /** Of the path in what is compared. */
  readonly path: RegExp;
  readonly reason: string;
}

export const ALLOWED_DIFFERENCES: readonly AllowedDifference[] = [
  {
    path: /^workflows\.[\w-]+\.labels\.workflow-template$/,
    reason: "Argo writes this label since 4.1; the engine follows 4.1, and a cluster may have an older one",
  },
];

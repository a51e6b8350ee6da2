// Writes the failing verdict of a run whose pod ended before it could publish one itself.

export interface FailedVerdict {
  readonly namespace: string;
  readonly runKind: "CodeRun" | "DocsRun";
  readonly runName: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly stage: string;
  readonly headSha: string;
  readonly reason: string;
  readonly message: string;
}

export interface VerdictWriter {
  /** Repeatable: one check run per run and SHA. Returns its address. */
  writeFailure(verdict: FailedVerdict): Promise<string>;
}
